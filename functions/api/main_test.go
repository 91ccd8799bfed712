package main

import (
	"encoding/json"
	"net/http/httptest"
	"os"
	"strings"
	"testing"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/aws"

	"perennial/infra/local/dynamotest"
	localidentity "perennial/infra/local/identity"
	localkms "perennial/infra/local/kms"
	"perennial/shared/assembly"
	"perennial/shared/clock"
	"perennial/shared/config"
	"perennial/shared/dynamo"
	"perennial/shared/gateway/sandbox"
	"perennial/shared/ids"
	"perennial/shared/lambdahttp"
	"perennial/shared/merchant"
	"perennial/shared/operations"
	"perennial/shared/record"
)

var scope = merchant.Scope{Business: ids.New(ids.Business, clock.System()), Mode: merchant.Test}

// open makes the function over a real table, with a business whose key the
// sample events carry.
func open(t *testing.T) lambdahttp.Func {
	t.Helper()
	store := dynamo.New(dynamotest.Client(t), dynamotest.Table(t))
	vault, err := localkms.Open(t.TempDir() + "/key")
	must(t, err)
	seals := httptest.NewServer(vault.API())
	t.Cleanup(seals.Close)
	operator := &operations.Service{Store: store, Wall: clock.System, Actor: record.Actor{Kind: record.ByOperator}}
	_, err = operator.Found(t.Context(), operations.Founding{
		ID: scope.Business, Name: "Northwind", Email: "owner@northwind.example", Country: "DE", Zone: "Europe/Berlin",
	})
	must(t, err)
	must(t, store.Commit(t.Context(), record.Commit{
		Scope: scope, Actor: record.System, Cause: "test",
		Put: []any{merchant.APIKey{Hash: ids.Hash("sk_test_sample"), Scope: scope, Hint: "mple", CreatedAt: clock.System()}},
	}))
	env := config.From(func(name string) (string, bool) { return variables[name], true })
	till := assembly.Build(aws.Config{
		Region: localidentity.Region, Credentials: localidentity.Credentials(), BaseEndpoint: &seals.URL,
	}, store, sandbox.New(sandbox.Options{BaseURL: "http://sandbox.localhost", Secret: "s"}), nil, assembly.Keys{KMS: variables[config.KMSKey]})
	api := newAPI(till, env)
	must(t, env.Err())
	return lambdahttp.Handler(api, options("https://api.example.com")...)
}

var variables = map[string]string{
	config.AssetsBucket: "assets", config.KMSKey: localkms.KeyARN, config.URLAPI: "https://api.example.com",
	config.URLPortal: "https://portal.example.com", config.URLPortalTest: "https://test.portal.example.com",
	config.URLCheckout:    "https://checkout.example.com",
	config.QueueMailLogin: "http://queue.localhost/mail-login", config.QueueWorkClock: "http://queue.localhost/work-clock",
	config.LinkSecret:      "a secret of links",
	config.QueueDeliveries: "http://queue.localhost/deliveries",
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// ask sends a sample event, changed by change, and reads the answer.
func ask(t *testing.T, f lambdahttp.Func, sample string, change func(*events.APIGatewayV2HTTPRequest)) (int, map[string]any) {
	t.Helper()
	raw, err := os.ReadFile("../../events/" + sample)
	must(t, err)
	var request events.APIGatewayV2HTTPRequest
	must(t, json.Unmarshal(raw, &request))
	if change != nil {
		change(&request)
	}
	answer, err := f(t.Context(), request)
	must(t, err)
	var body map[string]any
	if strings.HasPrefix(answer.Body, "{") {
		must(t, json.Unmarshal([]byte(answer.Body), &body))
	}
	return answer.StatusCode, body
}

func to(method, path, body string) func(*events.APIGatewayV2HTTPRequest) {
	return func(r *events.APIGatewayV2HTTPRequest) {
		path, r.RawQueryString, _ = strings.Cut(path, "?")
		r.RawPath, r.RequestContext.HTTP.Path = path, path
		r.RequestContext.HTTP.Method, r.Body = method, body
	}
}

func TestACustomerIsMadeAndRead(t *testing.T) {
	t.Parallel()
	f := open(t)
	status, made := ask(t, f, "api-create-customer.json", nil)
	if status != 200 || made["business_id"] != scope.Business || made["email"] != "ada@example.com" {
		t.Fatalf("%d %v", status, made)
	}
	status, got := ask(t, f, "api-create-customer.json", to("GET", "/customers/"+made["customer_id"].(string), ""))
	if status != 200 || got["name"] != "Ada Lovelace" {
		t.Errorf("%d %v", status, got)
	}
}

func TestASecretSealedHereOpensHere(t *testing.T) {
	t.Parallel()
	f := open(t)
	status, made := ask(t, f, "api-create-customer.json", to("POST", "/webhooks", `{"url":"https://shop.example/hooks"}`))
	if status != 200 {
		t.Fatalf("%d %v", status, made)
	}
	status, got := ask(t, f, "api-create-customer.json", to("GET", "/webhooks/"+made["id"].(string)+"/secret", ""))
	if secret, _ := got["secret"].(string); status != 200 || !strings.HasPrefix(secret, "whsec_") {
		t.Errorf("%d %v", status, got)
	}
}

func TestWithoutAKeyOnlyPublicRoutesAnswer(t *testing.T) {
	t.Parallel()
	f := open(t)
	if status, _ := ask(t, f, "api-countries.json", nil); status != 200 {
		t.Errorf("countries answer %d", status)
	}
	status, body := ask(t, f, "api-create-customer.json", func(r *events.APIGatewayV2HTTPRequest) { delete(r.Headers, "authorization") })
	if status != 401 || body["code"] != "UNAUTHORIZED" {
		t.Errorf("%d %v", status, body)
	}
}
