package checkout_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"perennial/shared/merchant"
	"perennial/shared/pages/pagestest"
)

// R303, R313: where a mode is connected to Stripe, the page has Stripe's own
// fields, and its policy opens to Stripe; what is typed there is saved there.
func TestAModeThatIsConnectedShowsStripesFields(t *testing.T) {
	t.Parallel()
	s := open(t)
	const account = "bus_1.test.acct_1"
	s.Put(s.State().Connect(merchant.Gateway{Name: "stripe", Account: account, Reference: "acct_1", Key: "pk_test_1", Currencies: []string{"USD"}}))
	made, path := s.link(wish{})
	form := s.get(path)
	form.Must(t, 200, `data-key="pk_test_1"`, `data-currency="usd"`, `<script src="https://js.stripe.com/v3/" defer>`, `name="fields" value="`+account+`"`, "/assets/stripefields.")
	form.MustNot(t, "data-src", "data-debits", "/assets/cardfields.")
	policy := form.Header.Get("Content-Security-Policy")
	for _, want := range []string{"script-src 'self' https://js.stripe.com", "connect-src https://api.stripe.com", "https://hooks.stripe.com"} {
		if !strings.Contains(policy, want) {
			t.Errorf("policy %q lacks %q", policy, want)
		}
	}
	if form.Header.Get("Cross-Origin-Opener-Policy") != "same-origin-allow-popups" || !strings.Contains(form.Header.Get("Permissions-Policy"), `payment=(self "https://js.stripe.com")`) {
		t.Errorf("wallets cannot ask: %v", form.Header)
	}
	same := pagestest.SameOrigin(s.server.URL)
	foreign := s.send(http.MethodPost, path, url.Values{"token": {s.Gateway.Token("visa_ok")}, "fields": {"bus_2.test"}}, same)
	if foreign.Status == http.StatusSeeOther || s.Sub(made.Subscription.ID).Method.ID != "" {
		t.Errorf("another merchant's fields were believed: %d", foreign.Status)
	}
	paid := s.send(http.MethodPost, path, url.Values{"token": {s.Gateway.Token("visa_ok")}, "fields": {account}}, same)
	s.leadsTo(paid, path+"/return").Must(t, 200, "Thank you")
	if m := s.Sub(made.Subscription.ID).Method; m.Gateway != "stripe" || m.Account != account {
		t.Errorf("saved at %s %s", m.Gateway, m.Account)
	}
}

func TestAModeWithoutStripeKnowsNothingOfIt(t *testing.T) {
	t.Parallel()
	s := open(t)
	_, path := s.link(wish{})
	form := s.get(path)
	if all := form.Text + form.Header.Get("Content-Security-Policy"); strings.Contains(all, "stripe") {
		t.Errorf("the page speaks of Stripe: %s", all)
	}
}
