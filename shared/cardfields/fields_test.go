package cardfields_test

import (
	"strings"
	"testing"

	"perennial/shared/cardfields"
	"perennial/shared/merchant"
)

const strict = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; frame-src https://bank.test; form-action 'self' https://bank.test; base-uri 'none'; frame-ancestors 'none'"

var connected = []merchant.Gateway{{Name: "stripe", Account: "bus_1.live.acct_1", Key: "pk_live_1", Debits: true}}

func TestThePolicyOpensToStripeOnlyWhereStripeIsUsed(t *testing.T) {
	t.Parallel()
	origins := cardfields.Origins{Sandbox: "https://bank.test"}
	sandbox := origins.For(merchant.Gateway{Name: "sandbox", Account: "bus_1.test"}, "EUR", "https://checkout.test")
	fields := origins.For(connected[0], "EUR", "https://checkout.test")
	if got := cardfields.Policy(strict, nil, sandbox); got != strict {
		t.Errorf("without Stripe: %s", got)
	}
	forms := cardfields.Policy(strict, connected, cardfields.Fields{})
	if !strings.Contains(forms, "form-action 'self' https://bank.test https://hooks.stripe.com") || strings.Contains(forms, "js.stripe.com") {
		t.Errorf("a page without fields: %s", forms)
	}
	full := cardfields.Policy(strict, connected, fields)
	for _, want := range []string{
		"script-src 'self' https://js.stripe.com", "frame-src https://bank.test https://js.stripe.com", "connect-src https://api.stripe.com",
		"img-src 'self' data:;", "form-action 'self' https://bank.test https://hooks.stripe.com", "frame-ancestors 'none'",
	} {
		if !strings.Contains(full, want) {
			t.Errorf("%s lacks %s", full, want)
		}
	}
	if strings.Contains(full, "unsafe") {
		t.Errorf("the policy allows inline code: %s", full)
	}
	left := []merchant.Gateway{{Name: "stripe", Status: merchant.GatewayForgotten}}
	if got := cardfields.Policy(strict, left, sandbox); got != strict {
		t.Errorf("after its keys are gone: %s", got)
	}
}

func TestFieldsAreThoseOfTheGateway(t *testing.T) {
	t.Parallel()
	origins := cardfields.Origins{Sandbox: "https://bank.test", Stripe: "http://twin.test/"}
	sandbox := origins.For(merchant.Gateway{Name: "sandbox", Account: "bus_1.test"}, "EUR", "https://checkout.test")
	if sandbox.Src == "" || sandbox.Key != "" || sandbox.Library != "" || sandbox.Script() != "cardfields.js" {
		t.Errorf("%+v", sandbox)
	}
	stripe := origins.For(connected[0], "EUR", "https://checkout.test")
	if stripe.Src != "" || stripe.Key != "pk_live_1" || stripe.Currency != "eur" || !stripe.Debits || stripe.Library != "http://twin.test/v3/" || stripe.Script() != "stripefields.js" {
		t.Errorf("%+v", stripe)
	}
	if origins.For(connected[0], "USD", "").Debits {
		t.Error("a SEPA debit is offered in dollars")
	}
	if (cardfields.Fields{}).Shown() {
		t.Error("a page without a gateway shows fields")
	}
}

func TestStripesScriptIsSmall(t *testing.T) {
	t.Parallel()
	if n := len(cardfields.StripeScript); n >= 3072 {
		t.Errorf("%d bytes, want less than 3 KB", n)
	}
}
