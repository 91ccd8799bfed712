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
	"perennial/shared/dynamo"
	"perennial/shared/lambdahttp"
)

func TestAnUnknownSessionLooksLikeAUsedOne(t *testing.T) {
	t.Parallel()
	raw, err := os.ReadFile("../../events/checkout-unknown.json")
	if err != nil {
		t.Fatal(err)
	}
	var request events.APIGatewayV2HTTPRequest
	if err := json.Unmarshal(raw, &request); err != nil {
		t.Fatal(err)
	}
	till := &assembly.Till{Store: dynamo.New(dynamotest.Client(t), dynamotest.Table(t))}
	const url, bank = "https://checkout.example", "https://bank.example"
	got, err := lambdahttp.Handler(handler(till, url, bank), options(url, bank, "origin-secret")...)(t.Context(), request)
	if err != nil {
		t.Fatal(err)
	}
	if got.StatusCode != http.StatusGone || !strings.Contains(got.Body, "no longer available") {
		t.Errorf("%d %s", got.StatusCode, got.Body)
	}
}
