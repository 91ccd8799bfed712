package portal_test

import (
	"errors"
	"net/url"
	"strings"
	"testing"
	"time"

	"perennial/shared/billing"
	"perennial/shared/gateway/gatewaytest"
	"perennial/shared/lifecycle/lifecycletest"
	"perennial/shared/merchant"
	"perennial/shared/record"
)

// What is open is listed with the way to pay it, and a card that was only
// short of money may be tried again.
func TestAnOpenInvoiceIsPaidFromTheBillingHistory(t *testing.T) {
	t.Parallel()
	s := open(t)
	sub := s.Active("visa_ok")
	s.Clock.Advance(time.Second)
	s.Gateway.Program(sub.Method.Reference, gatewaytest.Decline("insufficient_funds"))
	s.AdvanceTo(sub.Period.End)
	s.signIn()
	pay := "/subscriptions/" + sub.ID + "/payment-method"
	s.get("/billing").must(t, 200, "To pay", "due on", "$20.00", `href="`+pay+`"`, "Pay now")
	if filtered := s.get("/billing?kind=paid"); strings.Contains(filtered.text, "Pay now") {
		t.Error("a filter shows what is open")
	}
	s.get(pay).must(t, 200, "declined last time", "not enough money")
	paid := s.form(pay, url.Values{"token": {s.Gateway.Token("mastercard_ok")}, "due": {"$20.00"}})
	s.get(paid.to).must(t, 200, "is active again")
	if after := s.get("/billing"); strings.Contains(after.text, "Pay now") {
		t.Error("a paid invoice is still to pay")
	}
	s.Reconcile()
}

// The recovery is told in plain words: what was tried, and what comes.
func TestTheSubscriptionTellsWhatWasTriedAndWhatComes(t *testing.T) {
	t.Parallel()
	s := open(t)
	s.SetRecovery(func(r *merchant.Recovery) { r.EndAction = merchant.EndCancel })
	sub := s.OnHold()
	s.signIn()
	path := "/subscriptions/" + sub.ID
	s.form(path+"/payment-method", url.Values{"token": {s.Gateway.Token("decline_on_charge")}})
	s.get(path).must(t, 200, "What happened, and what comes next", "was charged automatically", "You paid with", "Planned", "The subscription is cancelled")
	other := s.Active("visa_ok")
	if calm := s.get("/subscriptions/" + other.ID); strings.Contains(calm.text, "What happened, and what comes next") {
		t.Error("a subscription that does not fail has a story")
	}
}

// An error of ours in the middle of a charge is no statement about money.
func TestABrokenPaymentSaysThatItIsBeingChecked(t *testing.T) {
	t.Parallel()
	s := open(t)
	sub := s.OnHold()
	s.signIn()
	path := "/subscriptions/" + sub.ID
	s.Store.Before = func(c record.Commit) error {
		if c.Cause == "pay dues" {
			return errors.New("the table does not answer")
		}
		return nil
	}
	form := url.Values{"token": {s.Gateway.Token("mastercard_ok")}, "due": {"$20.00"}}
	s.form(path+"/payment-method", form).must(t, 500, "We are checking your payment", "never made a second time", path+"/payment-return")
	s.Store.Before = nil
	s.Reconcile()
}

// R095: name, phone, language and optional mails are the customer's to change.
func TestR095TheProfileKeepsLanguageAndWishesForMails(t *testing.T) {
	t.Parallel()
	s := open(t)
	s.signIn()
	s.get("/profile").must(t, 200, "Language of your mails", `name="mails" value="1" checked`, "Optional mails")
	form := url.Values{"name": {"Ada King"}, "phone": {"+44 1"}, "language": {"de"}, "asked": {"1"}}
	s.form("/profile/"+s.Customer.ID, form).must(t, 303)
	c := lifecycletest.Get[billing.Customer](s.World, s.Customer.ID)
	if c.Name != "Ada King" || c.Language != "de" || c.WantsOptional() {
		t.Errorf("%+v", c)
	}
	form.Set("mails", "1")
	form.Set("language", "tlh")
	s.form("/profile/"+s.Customer.ID, form).must(t, 303)
	if c = lifecycletest.Get[billing.Customer](s.World, s.Customer.ID); !c.WantsOptional() || c.Language != "de" {
		t.Errorf("%+v", c)
	}
	s.form("/profile/cus_2", form).must(t, 404)
}

// R094: a business may keep names and numbers to itself.
func TestR094WhereTheSellerKeepsThemDetailsAreOnlyShown(t *testing.T) {
	t.Parallel()
	s := open(t)
	sub := s.Active("visa_ok")
	s.signIn()
	s.set(func(x *merchant.Settings) { x.Subscriptions.EditProfile = merchant.SwitchOff })
	got := s.get("/profile")
	got.must(t, 200, "Ada", "Please write to the seller")
	if strings.Contains(got.text, `name="name"`) {
		t.Error("the name can be edited")
	}
	s.form("/profile/"+s.Customer.ID, url.Values{"name": {"Eve"}, "language": {"it"}, "asked": {"1"}}).must(t, 303)
	s.get("/subscriptions/"+sub.ID+"/details").must(t, 200, "readonly")
	s.form("/subscriptions/"+sub.ID+"/details", url.Values{"name": {"Eve"}, "country": {"DE"}, "city": {"Berlin"}}).must(t, 303)
	c := lifecycletest.Get[billing.Customer](s.World, s.Customer.ID)
	if c.Name != s.Customer.Name || c.Language != "it" || c.WantsOptional() {
		t.Errorf("%+v", c)
	}
}
