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
	s.get("/billing").Must(t, 200, "To pay", "due on", "$20.00", `href="`+pay+`"`, "Pay now")
	for _, path := range []string{"/", "/billing", "/payment-methods", "/profile"} {
		s.get(path).Must(t, 200, "is on hold", "Update payment method")
	}
	if filtered := s.get("/billing?kind=paid"); strings.Contains(filtered.Text, "Pay now") {
		t.Error("a filter shows what is open")
	}
	s.get(pay).Must(t, 200, "declined last time", "not enough money")
	paid := s.form(pay, url.Values{"token": {s.Gateway.Token("mastercard_ok")}, "due": {"$20.00"}})
	s.get(paid.To).Must(t, 200, "is active again")
	if after := s.get("/billing"); strings.Contains(after.Text, "Pay now") {
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
	s.get(path).Must(t, 200, "What happened, and what comes next", "was charged automatically", "You paid with", "Planned", "The subscription is cancelled")
	other := s.Active("visa_ok")
	if calm := s.get("/subscriptions/" + other.ID); strings.Contains(calm.Text, "What happened, and what comes next") {
		t.Error("a subscription that does not fail has a story")
	}
}

// Where nothing is tried silently, nothing stops being tried either.
func TestTheEndOfRetriesIsToldOnlyWhereThereAreSome(t *testing.T) {
	t.Parallel()
	s := open(t)
	s.signIn()
	for code, told := range map[string]bool{"insufficient_funds": true, "expired_card": false} {
		sub := s.Active("visa_ok")
		s.Clock.Advance(time.Second)
		s.Gateway.Program(sub.Method.Reference, gatewaytest.Decline(code))
		s.AdvanceTo(sub.Period.End)
		page := s.get("/subscriptions/" + sub.ID)
		page.Must(t, 200, "What happened, and what comes next")
		if strings.Contains(page.Text, "We stop trying by ourselves") != told {
			t.Errorf("%s: the end of the retries is told: %t", code, !told)
		}
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
	s.form(path+"/payment-method", form).Must(t, 500, "We are checking your payment", "never made a second time", path+"/payment-return")
	s.Store.Before = nil
	s.Reconcile()
}

// R095: name, phone, language and optional mails are the customer's to change.
func TestR095TheProfileKeepsLanguageAndWishesForMails(t *testing.T) {
	t.Parallel()
	s := open(t)
	s.signIn()
	s.get("/profile").Must(t, 200, "Language of your mails", `name="mails" value="1" checked`, "Optional mails")
	form := url.Values{"name": {"Ada King"}, "phone": {"+44 1"}, "language": {"de"}, "asked": {"1"}}
	s.form("/profile/"+s.Customer.ID, form).Must(t, 303)
	c := lifecycletest.Get[billing.Customer](s.World, s.Customer.ID)
	if c.Name != "Ada King" || c.Language != "de" || c.WantsOptional() {
		t.Errorf("%+v", c)
	}
	form.Set("mails", "1")
	form.Set("language", "tlh")
	s.form("/profile/"+s.Customer.ID, form).Must(t, 303)
	if c = lifecycletest.Get[billing.Customer](s.World, s.Customer.ID); !c.WantsOptional() || c.Language != "de" {
		t.Errorf("%+v", c)
	}
	s.form("/profile/cus_2", form).Must(t, 404)
}

// R094: a business may keep names and numbers to itself.
func TestR094WhereTheSellerKeepsThemDetailsAreOnlyShown(t *testing.T) {
	t.Parallel()
	s := open(t)
	sub := s.Active("visa_ok")
	s.signIn()
	s.set(func(x *merchant.Settings) { x.Subscriptions.EditProfile = merchant.SwitchOff })
	got := s.get("/profile")
	got.Must(t, 200, "Ada", "Please write to the seller")
	if strings.Contains(got.Text, `name="name"`) {
		t.Error("the name can be edited")
	}
	s.form("/profile/"+s.Customer.ID, url.Values{"name": {"Eve"}, "language": {"it"}, "asked": {"1"}}).Must(t, 303)
	s.get("/subscriptions/"+sub.ID+"/details").Must(t, 200, "readonly")
	s.form("/subscriptions/"+sub.ID+"/details", url.Values{"name": {"Eve"}, "country": {"DE"}, "city": {"Berlin"}}).Must(t, 303)
	c := lifecycletest.Get[billing.Customer](s.World, s.Customer.ID)
	if c.Name != s.Customer.Name || c.Language != "it" || c.WantsOptional() {
		t.Errorf("%+v", c)
	}
}

// R094: an invoice's correction keeps the name that the seller keeps.
func TestR094WhereTheSellerKeepsNamesACorrectionKeepsThem(t *testing.T) {
	t.Parallel()
	s := open(t)
	sub := s.Active("visa_ok")
	s.signIn()
	s.set(func(x *merchant.Settings) { x.Subscriptions.EditProfile = merchant.SwitchOff })
	path := "/billing/" + sub.Receipts[0] + "/details"
	s.get(path).Must(t, 200, "readonly")
	s.form(path, url.Values{"name": {"Eve"}, "country": {"US"}, "street": {"1 Mill Rd"}, "city": {"Salem"}, "zip": {"97301"}}).Must(t, 303)
	corrections := 0
	for _, i := range lifecycletest.All[billing.Invoice](s.World) {
		if i.Kind == billing.KindCorrection {
			corrections++
			if i.Buyer.Name != s.Customer.Name || i.Buyer.Address.City != "Salem" {
				t.Errorf("%+v", i.Buyer)
			}
		}
	}
	if corrections != 1 {
		t.Errorf("%d corrections", corrections)
	}
}

// Rules 18: a full address on an issued invoice, once, and only of one's own.
func TestAnInvoiceIsCorrectedOnce(t *testing.T) {
	t.Parallel()
	s := open(t)
	sub := s.Active("visa_ok")
	s.signIn()
	path := "/billing/" + sub.Receipts[0] + "/details"
	s.get("/billing").Must(t, 200, `href="`+path+`"`, "Correct")
	s.get(path).Must(t, 200, "Correct invoice ADA1-0001", "corrected once")
	s.form(path, url.Values{"name": {"Ada"}, "country": {"US"}, "business": {"Engines Ltd"}}).Must(t, 422, "Street: must not be empty", "City: must not be empty", "Engines Ltd")
	good := url.Values{"name": {"Ada King"}, "country": {"US"}, "street": {"1 Mill Rd"}, "city": {"Salem"}, "zip": {"97301"}}
	s.get(s.form(path, good).To).Must(t, 200, "The invoice was corrected")
	s.form(path, good).Must(t, 409, "was corrected already")
	s.get(path).Must(t, 409, "was corrected already")
	corrections := 0
	for _, i := range lifecycletest.All[billing.Invoice](s.World) {
		if i.Kind == billing.KindCorrection {
			corrections++
			if i.Buyer.Address.Street != "1 Mill Rd" || i.Buyer.Email == "" {
				t.Errorf("%+v", i.Buyer)
			}
		}
	}
	if corrections != 1 {
		t.Errorf("%d corrections", corrections)
	}
	s.stranger()
	s.get(path).Must(t, 404)
	s.form(path, good).Must(t, 404)
}

// The merchant's picture heads every page, and only its host is let in.
func TestTheLogoIsShownAndOnlyItsHostLetIn(t *testing.T) {
	t.Parallel()
	s := open(t)
	s.signIn()
	if plain := s.get("/"); strings.Contains(plain.Header.Get("Content-Security-Policy"), "https://cdn") {
		t.Error("a page without a logo lets its host in")
	}
	s.set(func(x *merchant.Settings) { x.Branding.LogoURL = "https://cdn.northwind.example/logo.svg?a=1&b=2" })
	for _, path := range []string{"/", "/login/bus_1"} {
		got := s.get(path)
		got.Must(t, 200, `src="https://cdn.northwind.example/logo.svg?a=1&amp;b=2"`, `referrerpolicy="no-referrer"`)
		if policy := got.Header.Get("Content-Security-Policy"); !strings.Contains(policy, "img-src 'self' data: https://cdn.northwind.example;") {
			t.Errorf("%s: %s", path, policy)
		}
	}
}

// A link deep into the portal survives signing in, and is followed at once by
// who is signed in.
func TestADeepLinkLeadsToItsPageAfterSigningIn(t *testing.T) {
	t.Parallel()
	s := open(t)
	sub := s.Active("visa_ok")
	deep := "/subscriptions/" + sub.ID + "/plan/review?product=pdt_2"
	s.signIn()
	if got := s.get("/login/bus_1?next=" + url.QueryEscape(deep)); got.Status != 303 || got.To != deep {
		t.Errorf("signed in: %d to %s", got.Status, got.To)
	}
	s.get("/login/bus_1").Must(t, 200)
	s.get("/login/bus_1?next=%2F%2Fevil.example").Must(t, 200)
	s.Clock.Advance(25 * time.Hour)
	s.get("/login/bus_1?next="+url.QueryEscape(deep)).Must(t, 200, "E-mail address")
	s.get(deep).Must(t, 403, "next="+strings.ReplaceAll(url.QueryEscape(deep), "&", "&amp;"))
	header := map[string][]string{"Origin": {s.server.URL}, "Referer": {s.server.URL + "/subscriptions/" + sub.ID + "/cancel?x=1"}}
	s.send("POST", "/subscriptions/"+sub.ID+"/cancel", url.Values{}, header).Must(t, 403, "next=%2Fsubscriptions%2F"+sub.ID+"%2Fcancel\"")
	header["Referer"] = []string{"https://evil.example//evil.example/x"}
	s.send("POST", "/subscriptions/"+sub.ID+"/keep", url.Values{}, header).Must(t, 403, `next=%2F"`)
}
