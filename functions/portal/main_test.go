package main

import (
	"encoding/json"
	"net/http"
	"os"
	"strings"
	"testing"

	"github.com/aws/aws-lambda-go/events"

	"perennial/infra/local/dynamotest"
	"perennial/shared/assembly"
	"perennial/shared/cardfields"
	"perennial/shared/clock"
	"perennial/shared/config"
	"perennial/shared/dynamo"
	"perennial/shared/identity"
	"perennial/shared/invoices"
	"perennial/shared/lambdahttp"
)

// ask feeds the sample event to the function, over a real empty table.
func ask(t *testing.T, change func(*events.APIGatewayV2HTTPRequest)) events.APIGatewayV2HTTPResponse {
	t.Helper()
	raw, err := os.ReadFile("../../events/portal-unknown.json")
	if err != nil {
		t.Fatal(err)
	}
	var request events.APIGatewayV2HTTPRequest
	if err := json.Unmarshal(raw, &request); err != nil {
		t.Fatal(err)
	}
	change(&request)
	store := dynamo.New(dynamotest.Client(t), dynamotest.Table(t))
	const live, test, bank = "https://customer.example", "https://test.customer.example", "https://bank.example"
	h := handler(&assembly.Till{Store: store}, &identity.Service{Store: store, Wall: clock.System}, invoices.Links{}, live, test, "https://checkout.example", cardfields.Origins{Sandbox: bank})
	env := config.From(func(name string) (string, bool) { return "new-secret,origin-secret", name == config.OriginSecret })
	answer, err := lambdahttp.Handler(h, options(env, live, test, bank, "https://checkout.example")...)(t.Context(), request)
	if err != nil {
		t.Fatal(err)
	}
	return answer
}

func TestAnUnknownBusinessIsAPageThatIsNotThere(t *testing.T) {
	t.Parallel()
	got := ask(t, func(*events.APIGatewayV2HTTPRequest) {})
	if got.StatusCode != http.StatusNotFound || !strings.Contains(got.Body, "There is nothing here") {
		t.Errorf("%d %s", got.StatusCode, got.Body)
	}
}

func TestTheUnifiedPortalIsThereWithoutAnyBusiness(t *testing.T) {
	t.Parallel()
	got := ask(t, func(r *events.APIGatewayV2HTTPRequest) { r.RawPath, r.RequestContext.HTTP.Path = "/login", "/login" })
	if got.StatusCode != http.StatusOK || !strings.Contains(got.Body, "All your purchases") {
		t.Errorf("%d %s", got.StatusCode, got.Body)
	}
	got = ask(t, func(r *events.APIGatewayV2HTTPRequest) {
		r.RawPath, r.RequestContext.HTTP.Path = "/everywhere", "/everywhere"
		r.Cookies = []string{"__Host-perennial-all=everywhere." + strings.Repeat("a", 43)}
	})
	if got.StatusCode != http.StatusForbidden || !strings.Contains(got.Body, "signed out") {
		t.Errorf("%d %s", got.StatusCode, got.Body)
	}
}

func TestWhatDidNotComeThroughTheEdgeIsRefused(t *testing.T) {
	t.Parallel()
	got := ask(t, func(r *events.APIGatewayV2HTTPRequest) { r.Headers["x-perennial-origin"] = "guessed" })
	if got.StatusCode != http.StatusForbidden {
		t.Errorf("%d %s", got.StatusCode, got.Body)
	}
}

func TestWhileTheOriginSecretIsReplacedBothOpen(t *testing.T) {
	t.Parallel()
	for _, sent := range []string{"new-secret", "origin-secret", "new-secret,origin-secret"} {
		got := ask(t, func(r *events.APIGatewayV2HTTPRequest) { r.Headers["x-perennial-origin"] = sent })
		if got.StatusCode != http.StatusNotFound || !strings.Contains(got.Body, "There is nothing here") {
			t.Errorf("%s: %d %s", sent, got.StatusCode, got.Body)
		}
	}
}
