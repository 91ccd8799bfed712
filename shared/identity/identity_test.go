package identity_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"perennial/shared/access"
	"perennial/shared/billing"
	"perennial/shared/clock/clocktest"
	"perennial/shared/identity"
	"perennial/shared/merchant"
	"perennial/shared/record"
	"perennial/shared/record/recordtest"
)

var (
	start = time.Date(2027, 1, 31, 9, 30, 0, 0, time.UTC)
	test  = merchant.Scope{Business: "bus_1", Mode: merchant.Test}
	live  = merchant.Scope{Business: "bus_1", Mode: merchant.Live}
)

// queue keeps what it was given.
type queue []string

func (q *queue) Send(_ context.Context, body string) error {
	*q = append(*q, body)
	return nil
}

// desk is the service with its clock, its store and what it queued.
type desk struct {
	*identity.Service
	t     *testing.T
	store *recordtest.Fake
	clock *clocktest.Clock
	sent  queue
}

// open makes a business with both modes and two customers of one address.
func open(t *testing.T) *desk {
	t.Helper()
	d := &desk{t: t, store: recordtest.New(), clock: clocktest.At(start)}
	d.store.Wall = d.clock.Now
	d.Service = &identity.Service{
		Store: d.store, Mailboxes: d.store, Addresses: d.store, Queue: &d.sent, Wall: d.clock.Now,
		Portals: map[merchant.Mode]string{merchant.Live: "https://pay.example", merchant.Test: "https://test.pay.example"},
	}
	for _, scope := range []merchant.Scope{test, live} {
		d.put(scope, merchant.State{Scope: scope})
	}
	for _, id := range []string{"cus_1", "cus_2"} {
		d.put(test, billing.Customer{ID: id, Email: "Ada@example.com", Name: "Ada"}, billing.Mailbox{Email: "ada@example.com", Customer: id})
	}
	return d
}

func (d *desk) put(scope merchant.Scope, objects ...any) {
	d.t.Helper()
	if err := d.store.Commit(d.t.Context(), record.Commit{Scope: scope, Actor: record.System, Cause: "test", Put: objects}); err != nil {
		d.t.Fatal(err)
	}
}

// mint makes a link for the first customer and gives its token.
func (d *desk) mint() string {
	d.t.Helper()
	link, err := d.Mint(d.t.Context(), test, "cus_1", "")
	if err != nil {
		d.t.Fatal(err)
	}
	return tokenOf(link)
}

func tokenOf(link string) string { return link[strings.LastIndex(link, "/")+1:] }

// enter redeems a fresh link and gives the session's token.
func (d *desk) enter() string {
	d.t.Helper()
	opened, err := d.Redeem(d.t.Context(), merchant.Test, d.mint(), "")
	if err != nil {
		d.t.Fatal(err)
	}
	return opened.Token
}

func TestALinkOpensOneSession(t *testing.T) {
	t.Parallel()
	d := open(t)
	token := d.mint()
	opened, err := d.Redeem(t.Context(), merchant.Test, token, "")
	if err != nil {
		t.Fatal(err)
	}
	want := identity.Opened{Token: opened.Token, Next: "/", Scope: test, Session: access.Session{
		Hash: opened.Session.Hash, Customers: []string{"cus_1"}, CreatedAt: start, ExpiresAt: start.Add(access.SessionLife),
	}}
	if diff := cmp.Diff(want, opened); diff != "" {
		t.Error(diff)
	}
	visit, err := d.Visit(t.Context(), merchant.Test, opened.Token, record.RefOf[billing.Customer]("cus_2"))
	if err != nil || visit.Actor() != (record.Actor{Kind: record.ByCustomer, ID: "cus_1"}) {
		t.Fatalf("%+v, %v", visit.Actor(), err)
	}
	if c, ok := visit.Found[0].(billing.Customer); !ok || c.ID != "cus_2" {
		t.Errorf("found %v with the session", visit.Found)
	}
}

// Unknown, used, expired and foreign links cannot be told apart.
func TestADeadLinkIsADeadLink(t *testing.T) {
	t.Parallel()
	d := open(t)
	used := d.mint()
	if _, err := d.Redeem(t.Context(), merchant.Test, used, ""); err != nil {
		t.Fatal(err)
	}
	expired := d.mint()
	d.clock.Advance(access.LinkLife)
	fresh := d.mint()
	secret := strings.Repeat("A", 43)
	for name, try := range map[string]struct {
		mode  merchant.Mode
		token string
	}{
		"used":             {merchant.Test, used},
		"expired":          {merchant.Test, expired},
		"never made":       {merchant.Test, "bus_1." + secret},
		"other mode":       {merchant.Live, fresh},
		"other business":   {merchant.Test, strings.Replace(fresh, "bus_1", "bus_2", 1)},
		"a session":        {merchant.Test, d.enter()},
		"key characters":   {merchant.Test, "bus_1#x." + secret},
		"no secret":        {merchant.Test, "bus_1."},
		"nothing":          {merchant.Test, ""},
		"only the secret":  {merchant.Test, strings.TrimPrefix(fresh, "bus_1.")},
		"longer than made": {merchant.Test, fresh + "A"},
	} {
		if _, err := d.Redeem(t.Context(), try.mode, try.token, ""); !errors.Is(err, access.ErrLink) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := d.Redeem(t.Context(), merchant.Test, fresh, ""); err != nil {
		t.Errorf("the good link was spoilt by the tries: %v", err)
	}
}

func TestOfTwoWhoRedeemAtOnceOneGetsIn(t *testing.T) {
	t.Parallel()
	d := open(t)
	token := d.mint()
	rival := false
	d.store.Before = func(record.Commit) error {
		if rival {
			return nil
		}
		rival = true
		_, err := d.Redeem(t.Context(), merchant.Test, token, "")
		return err
	}
	if _, err := d.Redeem(t.Context(), merchant.Test, token, ""); !errors.Is(err, access.ErrLink) {
		t.Errorf("both got in: %v", err)
	}
}

func TestAStoreThatFailsDoesNotKillALink(t *testing.T) {
	t.Parallel()
	d := open(t)
	token := d.mint()
	d.store.Before = func(record.Commit) error { return errors.New("storage is away") }
	if _, err := d.Redeem(t.Context(), merchant.Test, token, ""); err == nil || errors.Is(err, access.ErrLink) {
		t.Errorf("the visitor is told %v", err)
	}
	d.store.Before = nil
	if _, err := d.Redeem(t.Context(), merchant.Test, token, ""); err != nil {
		t.Errorf("afterwards: %v", err)
	}
}

func TestASessionEndsByItselfByLeavingAndInTheOtherMode(t *testing.T) {
	t.Parallel()
	d := open(t)
	mine := d.enter()
	if _, err := d.Visit(t.Context(), merchant.Live, mine); !errors.Is(err, access.ErrSession) {
		t.Errorf("a test session opened a live page: %v", err)
	}
	if err := d.Leave(t.Context(), merchant.Test, mine); err != nil {
		t.Fatal(err)
	}
	if _, err := d.Visit(t.Context(), merchant.Test, mine); !errors.Is(err, access.ErrSession) {
		t.Errorf("after leaving: %v", err)
	}
	if err := d.Leave(t.Context(), merchant.Test, mine); !errors.Is(err, access.ErrSession) {
		t.Errorf("leaving twice: %v", err)
	}
	late := d.enter()
	d.clock.Advance(access.SessionLife)
	if _, err := d.Visit(t.Context(), merchant.Test, late); !errors.Is(err, access.ErrSession) {
		t.Errorf("after a day: %v", err)
	}
}

// What is kept can open nothing: no record holds a token.
func TestOnlyHashesAreKept(t *testing.T) {
	t.Parallel()
	d := open(t)
	link := d.mint()
	opened, err := d.Redeem(t.Context(), merchant.Test, link, "")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range d.store.Commits() {
		kept := fmt.Sprintf("%+v", c)
		for _, token := range []string{link, opened.Token} {
			if _, secret, _ := strings.Cut(token, "."); strings.Contains(kept, secret) {
				t.Errorf("a commit holds a secret: %s", kept)
			}
		}
	}
}

func TestAMailedLinkOpensAllRecordsOfTheAddress(t *testing.T) {
	t.Parallel()
	d := open(t)
	invited, ok, err := d.Invite(t.Context(), identity.Wish{Scope: test, Email: " ADA@example.com", Next: "/subscriptions/sub_1"})
	if err != nil || !ok || invited.To != "Ada@example.com" || !strings.HasPrefix(invited.URL, "https://test.pay.example/session/bus_1.") {
		t.Fatalf("%q, %v, %v", invited, ok, err)
	}
	opened, err := d.Redeem(t.Context(), merchant.Test, tokenOf(invited.URL), "")
	if err != nil {
		t.Fatal(err)
	}
	if opened.Next != "/subscriptions/sub_1" || opened.Session.Email != "ada@example.com" || !opened.Session.May("cus_2") {
		t.Errorf("%+v", opened)
	}
	if _, ok, err := d.Invite(t.Context(), identity.Wish{Scope: test, Email: "nobody@example.com"}); ok || err != nil {
		t.Errorf("a stranger was invited: %v", err)
	}
	if _, ok, err := d.Invite(t.Context(), identity.Wish{Scope: live, Email: "ada@example.com"}); ok || err != nil {
		t.Errorf("a test customer was invited to live: %v", err)
	}
}

// move gives a customer another address, as the merchant's API does.
func (d *desk) move(customer, email string) {
	d.t.Helper()
	c, err := record.Get[billing.Customer](d.t.Context(), d.store, test, customer)
	if err != nil {
		d.t.Fatal(err)
	}
	c.Email = email
	d.put(test, c)
}

// invite mails a link to ada@example.com and gives its token.
func (d *desk) invite() string {
	d.t.Helper()
	invited, ok, err := d.Invite(d.t.Context(), identity.Wish{Scope: test, Email: "ada@example.com"})
	if err != nil || !ok {
		d.t.Fatalf("invited %v, %v", ok, err)
	}
	return tokenOf(invited.URL)
}

func TestASessionOfAnAddressLosesACustomerWhoChangesIt(t *testing.T) {
	t.Parallel()
	d := open(t)
	opened, err := d.Redeem(t.Context(), merchant.Test, d.invite(), "")
	if err != nil {
		t.Fatal(err)
	}
	byAPI := d.enter()
	about := record.RefOf[billing.Customer]("cus_1")
	d.move("cus_1", "ada@elsewhere.example")
	visit, err := d.Visit(t.Context(), merchant.Test, opened.Token, about)
	if err != nil || visit.Session.May("cus_1") || !visit.Session.May("cus_2") {
		t.Errorf("opens %v, %v", visit.Session.Customers, err)
	}
	d.move("cus_2", "ada@elsewhere.example")
	if _, err := d.Visit(t.Context(), merchant.Test, opened.Token, about); !errors.Is(err, access.ErrSession) {
		t.Errorf("the last one has gone, and the session is %v", err)
	}
	if visit, err := d.Visit(t.Context(), merchant.Test, byAPI, about); err != nil || !visit.Session.May("cus_1") {
		t.Errorf("a session of the customer, not of the address: %v, %v", visit.Session.Customers, err)
	}
}

func TestAnUnusedLinkToAnOldAddressIsDead(t *testing.T) {
	t.Parallel()
	d := open(t)
	some, none := d.invite(), d.invite()
	d.move("cus_1", "ada@elsewhere.example")
	if opened, err := d.Redeem(t.Context(), merchant.Test, some, ""); err != nil || opened.Session.May("cus_1") {
		t.Errorf("opens %v, %v", opened.Session.Customers, err)
	}
	d.move("cus_2", "ada@elsewhere.example")
	if _, err := d.Redeem(t.Context(), merchant.Test, none, ""); !errors.Is(err, access.ErrLink) {
		t.Errorf("nobody has the address any more, and the link is %v", err)
	}
}

func TestALinkByAPIIsForACustomerWhoExists(t *testing.T) {
	t.Parallel()
	d := open(t)
	if _, err := d.Mint(t.Context(), live, "cus_1", ""); !errors.Is(err, record.ErrNotFound) {
		t.Errorf("a customer of the other mode: %v", err)
	}
	if _, err := d.Mint(t.Context(), test, "cus_1", "javascript:alert(1)"); !errors.Is(err, identity.ErrReturnURL) {
		t.Errorf("a script to return to: %v", err)
	}
	link, err := d.Mint(t.Context(), test, "cus_1", "https://shop.example/account")
	if err != nil {
		t.Fatal(err)
	}
	opened, err := d.Redeem(t.Context(), merchant.Test, tokenOf(link), "")
	if err != nil || opened.Session.ReturnURL != "https://shop.example/account" || opened.Session.May("cus_2") {
		t.Errorf("%+v, %v", opened.Session, err)
	}
}
