package portal_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"perennial/shared/billing"
	"perennial/shared/lifecycle/lifecycletest"
	"perennial/shared/merchant"
	"perennial/shared/money"
	"perennial/shared/record"
	"perennial/shared/refunds"
)

// R062, R090: what was paid and given back, filtered, with papers.
func TestR090TheBillingHistoryHasPapersAndFilters(t *testing.T) {
	t.Parallel()
	s := open(t)
	sub := s.OnHold()
	s.signIn()
	page := s.get("/billing")
	page.Must(t, 200, "Atlas Pro", "invoice ADA1-0001", "Invoice (PDF)", "https://api.example/invoices/payments/pay_", "signature=", "Declined")
	paid := s.get("/billing?kind=paid")
	paid.Must(t, 200, "Paid")
	if strings.Contains(paid.Text, "Declined") || !strings.Contains(paid.Text, `value="paid" selected`) {
		t.Error("the filter shows what was not paid")
	}
	s.get("/billing?year=1999").Must(t, 200, "Nothing fits")
	if strange := s.get("/billing?year=%22%3E%3Cscript%3Ealert(1)&page=-5&kind=x"); strings.Contains(strange.Text, "<script>alert") {
		t.Error("a filter became markup")
	}
	payment := sub.Receipts[0]
	if _, err := s.Refunds.Refund(t.Context(), refunds.Wish{Scope: s.Scope, Payment: payment}); err != nil {
		t.Fatal(err)
	}
	s.get("/billing?kind=refund").Must(t, 200, "Refund, Atlas Pro", "-$20.00")
}

// R090: what a merchant credited is in the history with its paper.
func TestTheBillingHistoryShowsCreditNotes(t *testing.T) {
	t.Parallel()
	s := open(t)
	payment := s.Active("visa_ok").Receipts[0]
	s.signIn()
	for _, c := range []struct {
		to    billing.CreditTo
		gross int64
		shown string
	}{{billing.CreditBalance, 300, "-$3.00"}, {billing.CreditOutside, 400, "-$4.00"}} {
		made, err := s.Refunds.Credit(t.Context(), refunds.CreditWish{Scope: s.Scope, Payment: payment, Gross: c.gross, To: c.to})
		if err != nil {
			t.Fatal(err)
		}
		s.get("/billing?kind=refund").Must(t, 200, "Atlas Pro", c.shown, "Credit note (PDF)", "/invoices/documents/"+made.Note.ID)
	}
}

// R090: the history is cut by any first and last day, in the seller's time
// zone, and stays so on other pages and in another language.
func TestTheBillingHistoryIsCutByDays(t *testing.T) {
	t.Parallel()
	s := open(t)
	s.Active("visa_ok") // 31 January 2027 in Berlin
	s.signIn()
	s.get("/billing?from=2027-01-31&to=2027-01-31").Must(t, 200, "ADA1-0001", `value="2027-01-31"`)
	s.get("/billing?from=2027-02-01").Must(t, 200, "Nothing fits")
	s.get("/billing?to=2027-01-30").Must(t, 200, "Nothing fits")
	s.get("/billing?from=2027-02-30&to=%22%3E%3Cscript%3E").Must(t, 200, "First day: must be a date", "Last day: must be a date", "ADA1-0001")
	s.get("/billing?from=2027-01-01").Must(t, 200, `name="next" value="/billing?from=2027-01-01"`) // of the form that changes the language
	for i := range 30 {
		s.Put(billing.Payment{ID: fmt.Sprintf("pay_%02d", i), Customer: s.Customer.ID, Status: billing.PaymentSucceeded, Amount: money.Of(100, "USD"), CreatedAt: s.Now()})
	}
	s.get("/billing?from=2027-01-01&kind=paid&year=x").Must(t, 200, "Nothing fits")
	s.get("/billing?from=2027-01-01&to=2027-12-31&kind=paid").Must(t, 200, `href="/billing?from=2027-01-01&amp;kind=paid&amp;page=2&amp;to=2027-12-31"`)
}

// R064: cards are listed, added and removed, but never from under a
// subscription.
func TestCardsAreAddedAndRemovedButNotTheOneInUse(t *testing.T) {
	t.Parallel()
	s := open(t)
	sub := s.Active("visa_ok")
	s.signIn()
	s.form("/payment-methods", url.Values{}).Must(t, 422, "new card")
	s.form("/payment-methods", url.Values{"token": {s.Gateway.Token("expired_card")}}).Must(t, 422, "The card has expired")
	s.get(s.form("/payment-methods", url.Values{"token": {s.Gateway.Token("mastercard_ok")}}).To).Must(t, 200, "Mastercard ending in 4444", "was saved", "Atlas Pro")
	s.form("/payment-methods/"+sub.Method.ID+"/remove", nil).Must(t, 409, "charged to this payment method")
	var other billing.Method
	for _, m := range lifecycletest.All[billing.Method](s.World) {
		if m.ID != sub.Method.ID {
			other = m
		}
	}
	got := s.get(s.form("/payment-methods/"+other.ID+"/remove", nil).To)
	got.Must(t, 200, "was removed")
	if strings.Contains(got.Text, "Mastercard") {
		t.Error("the card is still there")
	}
	s.stranger()
	s.form("/payment-methods/"+sub.Method.ID+"/remove", nil).Must(t, 404)
	s.get("/payment-methods/"+sub.Method.ID+"/use").Must(t, 404)
}

// Rules 6: one card for all, charged one by one, partial success shown, and
// nothing twice.
func TestOneCardPaysEverySubscription(t *testing.T) {
	t.Parallel()
	s := open(t)
	first := s.OnHold()
	s.Product.ID, s.Product.Version = "pdt_2", 0
	s.Put(s.Product)
	second := s.Active("visa_ok")
	s.Clock.Advance(time.Second)
	s.signIn()
	s.form("/payment-methods", url.Values{"token": {s.Gateway.Token("mastercard_ok")}})
	card := lifecycletest.All[billing.Method](s.World)[0]
	path := "/payment-methods/" + card.ID + "/use"
	s.get(path).Must(t, 200, "$20.00 is due", "nothing is due", "Use it for all and pay $20.00")
	before := s.taken()
	s.form(path, url.Values{"due": {"$10.00"}}).Must(t, 409, "The amount has changed")
	for range 2 { // pressing twice
		s.form(path, url.Values{"due": {"$20.00"}})
	}
	s.get(path).Must(t, 200, "Done", "All subscriptions")
	if s.taken()-before != 2000 {
		t.Errorf("took %d", s.taken()-before)
	}
	for _, id := range []string{first.ID, second.ID} {
		if got := s.Sub(id); got.Status != billing.StatusActive || got.Method.Last4 != "4444" {
			t.Errorf("%s is %s on %s", id, got.Status, got.Method.Last4)
		}
	}
	s.Reconcile()
}

func TestTheLanguageChosenInThePortalIsThatOfTheMails(t *testing.T) {
	t.Parallel()
	s := open(t)
	s.form("/language", url.Values{"lang": {"de"}, "next": {"/"}}).Must(t, 303)
	if c := lifecycletest.Get[billing.Customer](s.World, "cus_1"); c.Language != "" {
		t.Errorf("a stranger set the language to %q", c.Language)
	}
	s.signIn()
	s.form("/language", url.Values{"lang": {"it"}, "next": {"/"}}).Must(t, 303)
	s.form("/language", url.Values{"lang": {"xx"}, "next": {"/"}}).Must(t, 303)
	if c := lifecycletest.Get[billing.Customer](s.World, "cus_1"); c.Language != "it" {
		t.Errorf("mails are written in %q", c.Language)
	}
}

// R094, R095: name, e-mail and phone are seen, name and phone changed.
func TestR095TheProfileIsSeenAndCorrected(t *testing.T) {
	t.Parallel()
	s := open(t)
	s.signIn()
	s.get("/profile").Must(t, 200, `value="Ada"`, "ada@example.com")
	s.get(s.form("/profile/cus_1", url.Values{"name": {"Ada <script>"}, "phone": {"+49 30 123"}}).To).Must(t, 200, "were saved", "Ada &lt;script&gt;", "&#43;49 30 123")
	s.form("/profile/cus_1", url.Values{"name": {""}, "phone": {"call me"}}).Must(t, 422, "Name: must have", "Phone: must be")
	s.stranger()
	s.form("/profile/cus_1", url.Values{"name": {"Eve"}}).Must(t, 404)
	if c := lifecycletest.Get[billing.Customer](s.World, "cus_1"); c.Name != "Ada <script>" {
		t.Errorf("the name is %q", c.Name)
	}
}

func TestTheDataHoldsTheVisitorsThingsAlone(t *testing.T) {
	t.Parallel()
	s := open(t)
	sub := s.Active("visa_ok")
	s.signIn()
	got := s.get("/profile/data")
	if !json.Valid([]byte(got.Text)) || got.Header.Get("Content-Disposition") == "" || got.Header.Get("Cache-Control") != "no-store" {
		t.Errorf("%v %s", got.Header, got.Text)
	}
	got.Must(t, 200, sub.ID, "ada@example.com", `"last4": "4242"`)
	s.stranger()
	if got := s.get("/profile/data"); strings.Contains(got.Text, "ada@example.com") || strings.Contains(got.Text, sub.ID) {
		t.Error("Eve gets Ada's data")
	}
}

func TestSigningOutEverywhereEndsEverySession(t *testing.T) {
	t.Parallel()
	s := open(t)
	s.Active("visa_ok")
	phone := s.newBrowser()
	laptop := s.browser
	s.signIn()
	s.browser = phone
	s.signIn()
	s.get("/").Must(t, 200)
	s.Clock.Advance(time.Second)
	s.form("/profile/leave", nil).Must(t, 403, "signed out")
	for _, browser := range []struct{ name string }{{"phone"}, {"laptop"}} {
		s.browser = map[string]*siteBrowser{"phone": phone, "laptop": laptop}[browser.name]
		for _, path := range []string{"/", "/billing", "/profile/data"} {
			s.get(path).Must(t, 403)
		}
	}
	s.Clock.Advance(time.Second)
	s.signIn()
	s.get("/").Must(t, 200, "Atlas Pro")
}

// Rules 23: nobody needs a login to find the way to cancel.
func TestThePublicCancellationPageMailsTheWay(t *testing.T) {
	t.Parallel()
	s := open(t)
	s.get("/cancel/bus_1").Must(t, 200, "Cancel a subscription", "no password and no reason", `action="/cancel/bus_1"`)
	s.form("/cancel/bus_1", url.Values{"email": {"ada"}}).Must(t, 422, "Cancel a subscription", "such as name@example.com")
	s.get("/cancel/bus_none").Must(t, 404)
}

// R061: the seller's own name and address for questions.
func TestR061ThePagesBearTheBrand(t *testing.T) {
	t.Parallel()
	s := open(t)
	s.set(func(x *merchant.Settings) {
		x.Branding.Name, x.Branding.Support = "North <Wind>", "help@northwind.example"
		x.Branding.TermsURL, x.Branding.ReturnURL = "https://northwind.example/terms", "https://northwind.example"
	})
	s.Put(merchant.Brand{ID: "brnd_2", Name: "Southwind", SupportEmail: "help@southwind.example"})
	p := lifecycletest.Get[billing.Product](s.World, s.Product.ID)
	p.Brand = "brnd_2"
	s.Put(p)
	sub := s.Active("visa_ok")
	s.get("/login/bus_1").Must(t, 200, "North &lt;Wind&gt;", "help@northwind.example", "https://northwind.example/terms")
	s.signIn()
	s.get("/").Must(t, 200, "North &lt;Wind&gt;", "Go back to", `href="https://northwind.example"`)
	s.get("/subscriptions/"+sub.ID).Must(t, 200, "Southwind", "help@southwind.example")
}

// A session of one business opens nothing of another, and a token that names
// another business is no session there.
func TestASessionBelongsToOneBusiness(t *testing.T) {
	t.Parallel()
	s := open(t)
	sub := s.Active("visa_ok")
	other := s.State()
	other.Scope.Business, other.Business.ID, other.Business.Name, other.Version = "bus_2", "bus_2", "Southwind", 0
	err := s.Store.Commit(t.Context(), record.Commit{
		Scope: other.Scope, Actor: record.System, Cause: "test",
		Put: []any{other, billing.Customer{ID: s.Customer.ID, Email: s.Customer.Email, Name: "Ada"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	link, err := s.identity.Mint(t.Context(), other.Scope, s.Customer.ID, "")
	if err != nil {
		t.Fatal(err)
	}
	s.form("/session", url.Values{"token": {link[strings.LastIndex(link, "/")+1:]}})
	s.get("/").Must(t, 200, "Southwind")
	for _, path := range []string{"", "/cancel", "/plan", "/details", "/payment-method"} {
		s.get("/subscriptions/"+sub.ID+path).Must(t, 404, "There is nothing here")
	}
	site, err := url.Parse(s.server.URL)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range s.browser.Jar.Cookies(site) { // the same secret under the first business's name
		c.Value, c.Path, c.Secure = strings.Replace(c.Value, "bus_2.", "bus_1.", 1), "/", true
		s.browser.Jar.SetCookies(site, []*http.Cookie{c})
	}
	s.get("/subscriptions/"+sub.ID).Must(t, 403, "signed out")
}
