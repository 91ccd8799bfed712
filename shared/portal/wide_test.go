package portal_test

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"perennial/shared/billing"
	"perennial/shared/identity"
	"perennial/shared/lifecycle/lifecycletest"
	"perennial/shared/merchant"
	"perennial/shared/money"
	"perennial/shared/pages/pagestest"
	"perennial/shared/record"
)

// elsewhere lets Ada buy from a second business, and Eve from it too.
func (s *site) elsewhere() merchant.Scope {
	s.t.Helper()
	scope := merchant.Scope{Business: "bus_2", Mode: merchant.Test}
	state := merchant.State{Scope: scope, Recovery: merchant.DefaultRecovery(), Business: merchant.Business{ID: "bus_2", Name: "Baltic Books", Zone: "Europe/Riga"}}
	sub := s.Active("visa_ok")
	mine, hers := sub, sub
	mine.ID, mine.Version, mine.Customer, mine.ProductName, mine.Price.Amount = "sub_books", 0, "cus_9", "Monthly shelf", money.Of(900, "EUR")
	hers.ID, hers.Version, hers.Customer, hers.ProductName = "sub_hers", 0, "cus_8", "Eve's shelf"
	err := s.Store.Commit(s.t.Context(), record.Commit{Scope: scope, Actor: record.System, Cause: "test", Put: []any{
		state, mine, hers,
		billing.Customer{ID: "cus_9", Email: "ada@example.com", Name: "Ada"}, billing.Mailbox{Email: "ada@example.com", Customer: "cus_9"},
		billing.Customer{ID: "cus_8", Email: "eve@example.com", Name: "Eve"}, billing.Mailbox{Email: "eve@example.com", Customer: "cus_8"},
		billing.Payment{ID: "pay_books", Customer: "cus_9", Subscription: "sub_books", Status: billing.PaymentSucceeded, Amount: money.Of(900, "EUR"), InvoiceNumber: "BOOK-0001", CreatedAt: s.Now()},
	}})
	if err != nil {
		s.t.Fatal(err)
	}
	s.Put(billing.Mailbox{Email: "ada@example.com", Customer: s.Customer.ID})
	return scope
}

// mailed signs in with a link that the mailer sends.
func (s *site) mailed(wish identity.Wish) pagestest.Page {
	s.t.Helper()
	invited, ok, err := s.identity.Invite(s.t.Context(), wish)
	if err != nil || !ok {
		s.t.Fatal(ok, err)
	}
	return s.form("/session", url.Values{"token": {invited.URL[strings.LastIndex(invited.URL, "/")+1:]}})
}

// R145, R146, R147, R148, R149, R150: one login, every business, one step into each.
func TestR145TheUnifiedPortalShowsEveryBusinessAndLeadsIn(t *testing.T) {
	t.Parallel()
	s := open(t)
	s.elsewhere()
	s.get("/login").Must(t, 200, "All your purchases", "from every seller here", `name="email"`)
	s.get("/everywhere").Must(t, 403, "signed out", `href="/login"`)
	in := s.mailed(identity.Wish{Scope: merchant.Everywhere(merchant.Test), Email: "ADA@example.com", Next: "/everywhere"})
	if in.Status != 303 || in.To != "/everywhere" {
		t.Fatalf("%d to %s", in.Status, in.To)
	}
	home := s.get(in.To)
	home.Must(t, 200, "Northwind", "Atlas Pro", "Baltic Books", "Monthly shelf", "€9.00", "BOOK-0001", "Invoice (PDF)", "ada@example.com", `action="/everywhere/logout"`)
	if strings.Contains(home.Text, "Eve") {
		t.Error("Ada sees what Eve buys")
	}
	s.get("/").Must(t, 403) // it is no session of a business
	step := s.form("/everywhere/bus_2", url.Values{"next": {"/subscriptions/sub_books"}})
	if step.Status != 303 || step.To != "/subscriptions/sub_books" {
		t.Fatalf("%d to %s", step.Status, step.To)
	}
	s.get(step.To).Must(t, 200, "Monthly shelf", "Baltic Books", "All sellers")
	s.get("/subscriptions/sub_hers").Must(t, 404)
	s.form("/everywhere/bus_1", nil)
	s.get("/").Must(t, 200, "Northwind", "Atlas Pro")
	s.form("/everywhere/bus_3", nil).Must(t, 404)
	if out := s.form("/everywhere/logout", nil); out.Status != 303 || out.To != "/login" {
		t.Errorf("%d to %s", out.Status, out.To)
	}
	s.get("/everywhere").Must(t, 403)
	s.get("/").Must(t, 403)
}

// R150: it complements the business's portal, which leads there when we have
// mailed the link ourselves (rules 19).
func TestR150ABusinessPortalLeadsToTheUnifiedOne(t *testing.T) {
	t.Parallel()
	s := open(t)
	s.elsewhere()
	s.signIn() // by API
	if strings.Contains(s.get("/profile").Text, "Other sellers") {
		t.Error("a link by API tells of other sellers")
	}
	s.form("/everywhere", nil).Must(t, 403)
	s.mailed(identity.Wish{Scope: s.Scope, Email: "ada@example.com"})
	s.get("/profile").Must(t, 200, "Other sellers", `action="/everywhere"`)
	got := s.form("/everywhere", nil)
	s.get(got.To).Must(t, 200, "Baltic Books", "Northwind")
}

// Signing out at one business signs the browser out of the unified portal.
func TestSigningOutLeavesNoUnifiedSession(t *testing.T) {
	t.Parallel()
	for _, out := range []string{"/logout", "/profile/leave", "/address"} {
		s := open(t)
		s.elsewhere()
		s.mailed(identity.Wish{Scope: merchant.Everywhere(merchant.Test), Email: "ada@example.com"})
		s.form("/everywhere/bus_1", nil).Must(t, 303)
		s.get("/").Must(t, 200, "All sellers")
		form := url.Values{}
		if out == "/address" {
			form.Set("token", s.moving())
		}
		s.Clock.Advance(time.Second)
		s.form(out, form)
		s.get("/everywhere").Must(t, 403, "signed out")
		s.get("/").Must(t, 403)
	}
}

// moving is the token that confirms another address.
func (s *site) moving() string {
	s.t.Helper()
	s.form("/profile/"+s.Customer.ID+"/email", url.Values{"email": {"ada@new.example"}}).Must(s.t, 303)
	move, err := identity.DecodeMove(s.queue.bodies[len(s.queue.bodies)-1])
	if err != nil {
		s.t.Fatal(err)
	}
	moved, _, err := s.identity.MintMove(s.t.Context(), move)
	if err != nil {
		s.t.Fatal(err)
	}
	return moved.URL[strings.LastIndex(moved.URL, "/")+1:]
}

// Of two people who sign in with one browser nobody finds the other's things.
func TestTwoPeopleShareNoBrowsersSessions(t *testing.T) {
	t.Parallel()
	everywhere := merchant.Everywhere(merchant.Test)
	s := open(t)
	books := s.elsewhere()
	s.mailed(identity.Wish{Scope: everywhere, Email: "ada@example.com", Next: "/everywhere"})
	s.mailed(identity.Wish{Scope: s.Scope, Email: "ada@example.com"})
	s.get("/everywhere").Must(t, 200, "ada@example.com") // the same person keeps both
	s.mailed(identity.Wish{Scope: books, Email: "eve@example.com"})
	if home := s.get("/"); home.Status != 200 || strings.Contains(home.Text, "All sellers") {
		t.Errorf("Eve is led to what Ada buys: %d", home.Status)
	}
	s.get("/everywhere").Must(t, 403)
	s.mailed(identity.Wish{Scope: everywhere, Email: "ada@example.com", Next: "/everywhere"})
	s.get("/").Must(t, 403) // Eve is out
	s.get("/everywhere").Must(t, 200, "ada@example.com")
}

func TestTheUnifiedPortalNeverMixesModes(t *testing.T) {
	t.Parallel()
	s := open(t)
	s.elsewhere()
	s.mailed(identity.Wish{Scope: merchant.Everywhere(merchant.Test), Email: "ada@example.com"})
	s.get("/everywhere").Must(t, 200, "Test mode")
	s.surface = "portal"
	s.get("/everywhere").Must(t, 403)
	s.form("/everywhere/bus_2", nil).Must(t, 403)
	s.form("/login", url.Values{"email": {"ada@example.com"}})
	if wish := s.queue.bodies[len(s.queue.bodies)-1]; !strings.Contains(wish, `"everywhere.live"`) {
		t.Error(wish)
	}
}

func TestTheUnifiedLoginAnswersEveryAddressTheSame(t *testing.T) {
	t.Parallel()
	s := open(t)
	s.elsewhere()
	known := s.form("/login", url.Values{"email": {"ada@example.com"}})
	unknown := s.form("/login", url.Values{"email": {"nobody@example.com"}})
	if diff := cmp.Diff(known, unknown, cmpopts.IgnoreMapEntries(isRequestID)); diff != "" || known.To != "/login/sent" {
		t.Error(diff)
	}
	s.get(known.To).Must(t, 200, "Check your mail")
	s.form("/login", url.Values{"email": {"ada"}}).Must(t, 422, `value="ada"`)
}

// Rules 19: another address needs its owner's yes; then everybody signs in
// anew.
func TestTheAddressChangesAfterItsNewOwnerConfirms(t *testing.T) {
	t.Parallel()
	s := open(t)
	s.signIn()
	path := "/profile/" + s.Customer.ID + "/email"
	s.form(path, url.Values{"email": {"ada@example.com"}}).Must(t, 422, "your address already")
	s.form("/profile/cus_2/email", url.Values{"email": {"x@example.org"}}).Must(t, 404)
	asked := s.form(path, url.Values{"email": {" ada@new.example "}})
	s.get(asked.To).Must(t, 200, "We sent a link to the new address", "ada@example.com")
	move, err := identity.DecodeMove(s.queue.bodies[len(s.queue.bodies)-1])
	if err != nil || move.Email != "ada@new.example" {
		t.Fatal(move, err)
	}
	moved, _, err := s.identity.MintMove(t.Context(), move)
	if err != nil {
		t.Fatal(err)
	}
	link := strings.TrimPrefix(moved.URL, s.server.URL)
	for range 2 { // mail scanners look at links
		s.get(link).Must(t, 200, "Confirm your new address")
	}
	token := url.Values{"token": {strings.TrimPrefix(link, "/address/")}}
	s.send("POST", "/address", token, map[string][]string{"Origin": {"https://evil.example"}}).Must(t, 403)
	s.form("/session", token).Must(t, 410)
	s.Clock.Advance(time.Second)
	done := s.form("/address", token)
	s.get(done.To).Must(t, 200, "Your address was changed", "sign in")
	s.get("/profile").Must(t, 403)
	s.form("/address", token).Must(t, 410, "no longer works")
	if c := lifecycletest.Get[billing.Customer](s.World, s.Customer.ID); c.Email != "ada@new.example" {
		t.Errorf("%+v", c)
	}
}

func TestWhereTheSellerKeepsAddressesItSaysWhomToAsk(t *testing.T) {
	t.Parallel()
	s := open(t)
	s.signIn()
	s.set(func(x *merchant.Settings) {
		x.Subscriptions.EditProfile, x.Branding.Support = merchant.SwitchOff, "help@northwind.example"
	})
	s.form("/profile/"+s.Customer.ID+"/email", url.Values{"email": {"x@example.org"}}).Must(t, 409, "Please ask the seller", "mailto:help@northwind.example")
	if len(s.queue.bodies) != 0 {
		t.Error("it was asked for")
	}
}

func TestTheProfileListsBrowsersAndSignsThemOut(t *testing.T) {
	t.Parallel()
	s := open(t)
	s.signIn()
	first := s.browser
	s.Clock.Advance(time.Minute)
	s.browser = s.newBrowser()
	s.signIn()
	got := s.get("/profile")
	got.Must(t, 200, "This device", `action="/profile/sessions"`)
	_, rest, _ := strings.Cut(got.Text, `name="session" value="`)
	hash, _, _ := strings.Cut(rest, `"`)
	s.get(s.form("/profile/sessions", url.Values{"session": {hash}}).To).Must(t, 200, "Signed out there")
	s.browser = first
	s.get("/").Must(t, 403)
}
