package portal_test

import (
	"net/url"
	"strings"
	"testing"

	"perennial/shared/gateway/gatewaytest"
	"perennial/shared/merchant"
)

// close archives the site's business, which has an address for questions.
func (s *site) close() {
	s.t.Helper()
	state := s.State()
	state.Business.SupportEmail = "help@northwind.example"
	state.Archive = merchant.Archive{At: s.Clock.Now(), Why: "closed"}
	s.Put(state)
}

// the portal of an archived business says so, with the contact; papers,
// data and cancelling stay, and nothing leads to a charge.
func TestTheCustomersOfAnArchivedBusinessReadAndCancel(t *testing.T) {
	t.Parallel()
	s := open(t)
	sub := s.Active("visa_ok")
	s.close()
	s.signIn()
	for path, says := range map[string]string{
		"/": "Atlas Pro", "/billing": "Invoice (PDF)", "/payment-methods": "Visa", "/profile": "ada@example.com", "/subscriptions/" + sub.ID: "Cancel subscription",
	} {
		got := s.get(path)
		got.Must(t, 200, "This seller no longer sells here", "mailto:help@northwind.example", says)
		got.MustNot(t, "Renews on", "Add a card", "Change plan", `payment-method"`)
	}
	s.get("/profile/data").Must(t, 200, sub.ID)
	s.get("/subscriptions/"+sub.ID+"/cancel").Must(t, 200, "Cancel subscription")
	to := s.form("/subscriptions/"+sub.ID+"/cancel", url.Values{"when": {"now"}}).To
	s.get(to).Must(t, 200, "The subscription is cancelled")
	s.get("/login/bus_1").Must(t, 200, "Sign in")
}

func TestNothingIsSoldInThePortalOfAnArchivedBusiness(t *testing.T) {
	t.Parallel()
	s := open(t)
	sub := s.OnHold()
	s.signIn()
	s.close()
	before := s.Gateway.Calls(gatewaytest.OpConfirm)
	for _, path := range []string{"/payment-method", "/plan", "/plan/review", "/plan/pay", "/renew", "/resume", "/backup"} {
		path = "/subscriptions/" + sub.ID + path
		if !strings.HasSuffix(path, "/pay") && !strings.HasSuffix(path, "/renew") && !strings.HasSuffix(path, "/resume") {
			s.get(path).Must(t, 403, "This seller no longer sells here", "mailto:help@northwind.example")
		}
		if !strings.HasSuffix(path, "/review") {
			s.form(path, url.Values{"token": {s.Gateway.Token("visa_ok")}}).Must(t, 403, "This seller no longer sells here")
		}
	}
	use := "/payment-methods/" + sub.Method.ID + "/use"
	s.get("/payment-methods/new").Must(t, 403, "no longer sells")
	s.get(use).Must(t, 403, "no longer sells")
	s.form(use, url.Values{"due": {""}}).Must(t, 403, "no longer sells")
	s.form("/payment-methods", url.Values{"token": {s.Gateway.Token("visa_ok")}}).Must(t, 403, "no longer sells")
	if n := s.Gateway.Calls(gatewaytest.OpConfirm); n != before {
		t.Errorf("%d charges were confirmed", n-before)
	}
	s.get("/").MustNot(t, "Update payment method", "Pay now")
}

// What the seller does not let customers do is a page that says so and whom to
// ask.
func TestWhatTheSellerSwitchedOffNamesWhomToAsk(t *testing.T) {
	t.Parallel()
	s := open(t)
	state := s.State()
	state.Business.SupportEmail = "help@northwind.example"
	state.Settings.Subscriptions.EditProfile = merchant.SwitchOff
	s.Put(state)
	s.signIn()
	got := s.form("/profile/"+s.Customer.ID+"/email", url.Values{"email": {"eve@evil.example"}})
	got.Must(t, 409, "This did not work", "Write to the seller", "mailto:help@northwind.example")
	got.MustNot(t, "eve@evil.example")
}
