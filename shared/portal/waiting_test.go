package portal_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"perennial/shared/billing"
	"perennial/shared/gateway"
	"perennial/shared/merchant"
)

// The form sends back the amount that it showed; another one asks again.
func TestNothingIsChargedThatThePageDidNotShow(t *testing.T) {
	t.Parallel()
	s := open(t)
	sub := s.OnHold()
	s.signIn()
	path := "/subscriptions/" + sub.ID + "/payment-method"
	s.get(path).Must(t, 200, `name="due" value="$20.00"`)
	cheaper := url.Values{"token": {s.Gateway.Token("visa_ok")}, "due": {"$15.00"}}
	s.form(path, cheaper).Must(t, 409, "The amount has changed", "$20.00")
	if got := s.Sub(sub.ID); got.Status != billing.StatusOnHold || got.Lock.Set() {
		t.Fatalf("the subscription is %s, locked %t", got.Status, got.Lock.Set())
	}
	shown := url.Values{"token": {s.Gateway.Token("visa_ok")}, "due": {"$20.00"}}
	s.get(s.form(path, shown).To).Must(t, 200, "is active again")
	s.form(path, shown).Must(t, 409, "The amount has changed", "Nothing is charged today")
	s.Reconcile()
}

func TestEveryPageTellsOfEverySubscriptionOnHold(t *testing.T) {
	t.Parallel()
	s := open(t)
	held := s.OnHold()
	s.Product.ID, s.Product.Name = "pdt_2", "Beacon"
	s.Put(s.Product)
	fine := s.Active("visa_ok")
	s.signIn()
	for _, path := range []string{"/", "/subscriptions/" + fine.ID, "/subscriptions/" + held.ID} {
		got := s.get(path)
		got.Must(t, 200, "Atlas Pro is on hold", "$20.00 was due", "/subscriptions/"+held.ID+"/payment-method")
		if strings.Contains(got.Text, "Beacon is on hold") {
			t.Errorf("%s: the paid one is said to be on hold", path)
		}
	}
}

func TestTheBankThatWaitsIsOneClickAway(t *testing.T) {
	t.Parallel()
	s := open(t)
	sub := s.OnHold()
	s.signIn()
	path := "/subscriptions/" + sub.ID
	challenge := s.form(path+"/payment-method", url.Values{"token": {s.Gateway.Token("authenticate_always")}}).To
	s.get("/").Must(t, 200, "Your bank asks you to confirm", "Continue at your bank", path+"/payment-return")
	s.get("/billing").Must(t, 200, "To pay", "Continue at your bank")
	s.get(path+"/payment-return").Must(t, 200, `href="`+challenge+`"`)
	if _, err := s.Gateway.Approve(gateway.Intent(s.Sub(sub.ID).Lock.Intent)); err != nil {
		t.Fatal(err)
	}
	s.get(path + "/payment-return")
	if home := s.get("/"); strings.Contains(home.Text, "Your bank asks") || strings.Contains(home.Text, "on hold") {
		t.Error("the banner stays after the payment")
	}
	s.Reconcile()
}

func TestKeptAccessIsToldWithItsEnd(t *testing.T) {
	t.Parallel()
	s := open(t)
	s.SetRecovery(func(r *merchant.Recovery) { r.GraceDays = 3 })
	sub := s.OnHold()
	if sub.Status != billing.StatusPastDue {
		t.Fatalf("the subscription is %s", sub.Status)
	}
	s.signIn()
	s.get("/").Must(t, 200, "The payment for Atlas Pro did not go through", "You keep access until March 3, 2027", "Payment overdue")
	s.get("/subscriptions/"+sub.ID+"/payment-method").Must(t, 200, "Pay what is due", "March 31, 2027")
}

func TestTheOverviewShowsWhoTheCustomerIs(t *testing.T) {
	t.Parallel()
	s := open(t)
	s.Active("visa_ok")
	s.signIn()
	s.get("/").Must(t, 200, "Your details", "Ada", "ada@example.com")
}

func TestTheMerchantsPageIsALinkAtTheFoot(t *testing.T) {
	t.Parallel()
	s := open(t)
	link, err := s.identity.Mint(t.Context(), s.Scope, s.Customer.ID, "https://shop.example/account")
	if err != nil {
		t.Fatal(err)
	}
	s.form("/session", url.Values{"token": {link[strings.LastIndex(link, "/")+1:]}})
	s.get("/").Must(t, 200, `<a href="https://shop.example/account" rel="noreferrer">Go back to Northwind</a>`)
}

// A visit that has ended leads back, after a new link, to where it was.
func TestAnEndedVisitComesBackToItsPage(t *testing.T) {
	t.Parallel()
	s := open(t)
	sub := s.Active("visa_ok")
	s.signIn()
	s.Clock.Advance(25 * time.Hour)
	path := "/subscriptions/" + sub.ID
	s.get(path).Must(t, 403, "signed out", "/login/bus_1?next="+url.QueryEscape(path))
	s.get("/login/bus_1?next="+url.QueryEscape(path)).Must(t, 200, `value="`+path+`"`)
	if asked := s.form("/login/bus_1", url.Values{"email": {"ada@example.com"}, "next": {path}}); asked.Status != http.StatusSeeOther {
		t.Fatalf("%d %s", asked.Status, asked.Text)
	}
	if wish := s.queue.bodies[0]; !strings.Contains(wish, `"next":"`+path+`"`) {
		t.Errorf("queued %s", wish)
	}
}
