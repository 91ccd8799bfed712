package main

import (
	"encoding/base64"
	"encoding/json"
	"net/url"
	"os"
	"strings"
	"testing"

	"github.com/aws/aws-lambda-go/events"

	"perennial/infra/local/dynamotest"
	"perennial/shared/billing"
	"perennial/shared/calendar"
	"perennial/shared/clock"
	"perennial/shared/config"
	"perennial/shared/dynamo"
	"perennial/shared/ids"
	"perennial/shared/invoices"
	"perennial/shared/lambdahttp"
	"perennial/shared/merchant"
	"perennial/shared/money"
	"perennial/shared/operations"
	"perennial/shared/record"
)

var (
	scope = merchant.Scope{Business: ids.New(ids.Business, clock.System()), Mode: merchant.Test}
	links = invoices.Links{URL: "https://api.example.com", Secrets: []string{"a secret of links"}}
)

// open makes the function over a real table that holds one paid invoice.
func open(t *testing.T) lambdahttp.Func {
	t.Helper()
	store := dynamo.New(dynamotest.Client(t), dynamotest.Table(t))
	operator := &operations.Service{Store: store, Wall: clock.System, Actor: record.Actor{Kind: record.ByOperator}}
	_, err := operator.Found(t.Context(), operations.Founding{
		ID: scope.Business, Name: "Northwind", Email: "owner@northwind.example", Country: "DE", Zone: "Europe/Berlin",
	})
	must(t, err)
	now, usd := calendar.At(clock.System()), func(minor int64) money.Amount { return money.Of(minor, "USD") }
	must(t, store.Commit(t.Context(), record.Commit{
		Scope: scope, Actor: record.System, Cause: "test",
		Put: []any{
			merchant.APIKey{Hash: ids.Hash("sk_test_sample"), Scope: scope, Hint: "mple", CreatedAt: clock.System()},
			billing.Payment{ID: "pay_sample", Customer: "cus_1", Status: billing.PaymentSucceeded, Amount: usd(2000), Invoices: []string{"inv_1"}, InvoiceNumber: "A-0001", Method: billing.Method{Brand: "visa", Last4: "4242"}, CreatedAt: now},
			billing.Invoice{
				ID: "inv_1", Customer: "cus_1", Number: "A-0001", Status: billing.InvoicePaid, Payment: "pay_sample", FinalAt: now, PaidAt: now, DueAt: now,
				Lines:    []billing.Line{{Description: "Atlas", Quantity: 1, Unit: usd(2000), Amount: usd(2000), Discount: usd(0), Tax: usd(0)}},
				Subtotal: usd(2000), Discount: usd(0), Tax: usd(0), Total: usd(2000), Credit: usd(0),
				Buyer: billing.Buyer{Name: "Ada Lovelace", Email: "ada@example.com", Address: billing.Address{Country: "US"}}, Seller: billing.Party{Name: "Northwind", Country: "DE"},
			},
		},
	}))
	env := config.From(func(name string) (string, bool) {
		return map[string]string{config.URLAPI: links.URL, config.LinkSecret: links.Secrets[0]}[name], true
	})
	h := handler(store, env)
	must(t, env.Err())
	return lambdahttp.Handler(h, lambdahttp.Headers(lambdahttp.APIHeaders()))
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// ask sends the sample event, changed by change.
func ask(t *testing.T, f lambdahttp.Func, change func(*events.APIGatewayV2HTTPRequest)) events.APIGatewayV2HTTPResponse {
	t.Helper()
	raw, err := os.ReadFile("../../events/documents-payment.json")
	must(t, err)
	var request events.APIGatewayV2HTTPRequest
	must(t, json.Unmarshal(raw, &request))
	change(&request)
	answer, err := f(t.Context(), request)
	must(t, err)
	return answer
}

func to(path string) func(*events.APIGatewayV2HTTPRequest) {
	return func(r *events.APIGatewayV2HTTPRequest) {
		path, r.RawQueryString, _ = strings.Cut(path, "?")
		r.RawPath, r.RequestContext.HTTP.Path = path, path
	}
}

// signed asks without a key.
func signed(address string) func(*events.APIGatewayV2HTTPRequest) {
	return func(r *events.APIGatewayV2HTTPRequest) {
		to(strings.TrimPrefix(address, links.URL))(r)
		delete(r.Headers, "authorization")
	}
}

func pdf(t *testing.T, answer events.APIGatewayV2HTTPResponse) []byte {
	t.Helper()
	body, err := base64.StdEncoding.DecodeString(answer.Body)
	if answer.StatusCode != 200 || err != nil || !answer.IsBase64Encoded || !strings.HasPrefix(string(body), "%PDF-") {
		t.Fatalf("%d %.200s %v", answer.StatusCode, answer.Body, err)
	}
	return body
}

func TestAnInvoiceIsServedToAKeyAndToASignature(t *testing.T) {
	t.Parallel()
	f := open(t)
	first := ask(t, f, func(*events.APIGatewayV2HTTPRequest) {})
	byKey := pdf(t, first)
	if kind := first.Headers["Content-Type"]; kind != "application/pdf" {
		t.Errorf("the type is %q: %v", kind, first.Headers)
	}
	bySignature := pdf(t, ask(t, f, signed(links.To(scope, invoices.Payments, "pay_sample"))))
	if string(byKey) != string(bySignature) {
		t.Error("the two differ")
	}
	pdf(t, ask(t, f, signed(links.To(scope, invoices.Payments, "pay_sample")+"&language=hi&form=receipt")))
	pdf(t, ask(t, f, signed(links.To(scope, invoices.Invoices, "inv_1")+"&language=ja")))
}

func TestNobodyElseIsServed(t *testing.T) {
	t.Parallel()
	f := open(t)
	good := links.To(scope, invoices.Payments, "pay_sample")
	live := merchant.Scope{Business: scope.Business, Mode: merchant.Live}
	for name, c := range map[string]struct {
		change func(*events.APIGatewayV2HTTPRequest)
		status int
	}{
		"no key":          {signed("/invoices/payments/pay_sample"), 401},
		"wrong signature": {signed(good[:len(good)-2] + "AA"), 401},
		"other document":  {signed(strings.Replace(good, "pay_sample", "pay_other", 1)), 401},
		"other kind":      {signed(strings.Replace(good, "/payments/", "/refunds/", 1)), 401},
		"other mode":      {signed(strings.Replace(good, url.QueryEscape(scope.String()), url.QueryEscape(live.String()), 1)), 401},
		"unknown key":     {func(r *events.APIGatewayV2HTTPRequest) { r.Headers["authorization"] = "Bearer sk_test_other" }, 401},
		"key and nonsense": {func(r *events.APIGatewayV2HTTPRequest) {
			r.Headers["authorization"] = "x"
			signed(good)(r)
			r.Headers["authorization"] = "x"
		}, 401},
		"unknown payment": {to("/invoices/payments/pay_none"), 404},
		"unknown refund":  {to("/invoices/refunds/ref_none"), 404},
		"payout":          {to("/invoices/payouts/po_1"), 501},
	} {
		if got := ask(t, f, c.change); got.StatusCode != c.status {
			t.Errorf("%s: %d %s", name, got.StatusCode, got.Body)
		}
	}
}

func TestAKeyCorrectsTheBuyer(t *testing.T) {
	t.Parallel()
	f := open(t)
	correct := func(r *events.APIGatewayV2HTTPRequest) {
		to("/invoices/payments/pay_sample/correction")(r)
		r.RequestContext.HTTP.Method, r.Headers["content-type"] = "POST", "application/json"
		r.Body = `{"name":"Ada King","address":{"street":"1 Main St","city":"Springfield","state":"IL","zipcode":"62701","country":"US"}}`
	}
	answer := ask(t, f, correct)
	var made struct {
		Items []struct {
			Number string `json:"number"`
			URL    string `json:"invoice_url"`
		} `json:"items"`
	}
	if err := json.Unmarshal([]byte(answer.Body), &made); err != nil || answer.StatusCode != 200 || len(made.Items) != 1 || made.Items[0].Number != "A-0001-C" {
		t.Fatalf("%d %s", answer.StatusCode, answer.Body)
	}
	pdf(t, ask(t, f, signed(made.Items[0].URL)))
	if again := ask(t, f, correct); again.StatusCode != 409 {
		t.Errorf("again: %d %s", again.StatusCode, again.Body)
	}
}

func TestAMailIsShownToItsMerchant(t *testing.T) {
	t.Parallel()
	answer := ask(t, open(t), func(r *events.APIGatewayV2HTTPRequest) {
		to("/mail-previews/receipt")(r)
		r.RequestContext.HTTP.Method, r.Headers["content-type"] = "POST", "application/json"
		r.Body = `{"language":"de"}`
	})
	if answer.StatusCode != 200 || !strings.Contains(answer.Body, "Northwind") {
		t.Errorf("%d %s", answer.StatusCode, answer.Body)
	}
}
