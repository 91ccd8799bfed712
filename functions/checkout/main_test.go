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
	"perennial/shared/config"
	"perennial/shared/dynamo"
	"perennial/shared/identity"
	"perennial/shared/lambdahttp"
)

// ask feeds the sample event to the function, over a real empty table, as an
// edge that sends an origin secret.
func ask(t *testing.T, secret string) events.APIGatewayV2HTTPResponse {
	t.Helper()
	raw, err := os.ReadFile("../../events/checkout-unknown.json")
	if err != nil {
		t.Fatal(err)
	}
	var request events.APIGatewayV2HTTPRequest
	if err := json.Unmarshal(raw, &request); err != nil {
		t.Fatal(err)
	}
	request.Headers["x-perennial-origin"] = secret
	till := &assembly.Till{Store: dynamo.New(dynamotest.Client(t), dynamotest.Table(t))}
	const url, bank = "https://checkout.example", "https://bank.example"
	env := config.From(func(name string) (string, bool) { return "new-secret,origin-secret", name == config.OriginSecret })
	got, err := lambdahttp.Handler(handler(till, url, nil, cardfields.Origins{Sandbox: bank}, identity.Unsubscribe{}), options(env, url, bank)...)(t.Context(), request)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func TestAnUnknownSessionLooksLikeAUsedOne(t *testing.T) {
	t.Parallel()
	got := ask(t, "origin-secret")
	if got.StatusCode != http.StatusGone || !strings.Contains(got.Body, "no longer available") {
		t.Errorf("%d %s", got.StatusCode, got.Body)
	}
}

func TestWhileTheOriginSecretIsReplacedBothOpen(t *testing.T) {
	t.Parallel()
	for sent, want := range map[string]int{
		"new-secret": http.StatusGone, "origin-secret": http.StatusGone, "new-secret,origin-secret": http.StatusGone,
		"guessed": http.StatusForbidden, "": http.StatusForbidden,
	} {
		if got := ask(t, sent); got.StatusCode != want {
			t.Errorf("%q: %d %s", sent, got.StatusCode, got.Body)
		}
	}
}
