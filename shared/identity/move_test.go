package identity_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"perennial/shared/access"
	"perennial/shared/billing"
	"perennial/shared/fault"
	"perennial/shared/identity"
	"perennial/shared/merchant"
	"perennial/shared/record"
)

func (d *desk) customer(id string) billing.Customer {
	d.t.Helper()
	c, err := record.Get[billing.Customer](d.t.Context(), d.store, test, id)
	if err != nil {
		d.t.Fatal(err)
	}
	return c
}

// mover asks for the move and makes its link, as the mailer does.
func (d *desk) mover(email string) string {
	d.t.Helper()
	if err := d.AskMove(d.t.Context(), test, d.customer("cus_1"), email, "192.0.2.1"); err != nil {
		d.t.Fatal(err)
	}
	move, err := identity.DecodeMove(d.sent[len(d.sent)-1])
	if err != nil {
		d.t.Fatal(err)
	}
	moved, ok, err := d.MintMove(d.t.Context(), move)
	if err != nil || !ok || !strings.HasPrefix(moved.URL, "https://test.pay.example/address/bus_1.") {
		d.t.Fatalf("%+v %t %v", moved, ok, err)
	}
	return tokenOf(moved.URL)
}

// Rules 19: the address changes when the link in the new mailbox is used, by
// nothing else and once; every session ends, and both mailboxes follow.
func TestAnAddressChangesWhenItsNewOwnerConfirms(t *testing.T) {
	t.Parallel()
	d := open(t)
	session, login := d.enter(), d.invite()
	token := d.mover("Ada@New.example")
	if d.customer("cus_1").Email != "Ada@example.com" {
		t.Fatal("asking has changed the address")
	}
	if _, err := d.Redeem(t.Context(), merchant.Test, token, ""); !errors.Is(err, access.ErrLink) {
		t.Errorf("the link of a move signs in: %v", err)
	}
	if _, err := d.ConfirmMove(t.Context(), merchant.Test, login); !errors.Is(err, access.ErrLink) {
		t.Errorf("a link to sign in moves: %v", err)
	}
	if _, err := d.ConfirmMove(t.Context(), merchant.Live, token); !errors.Is(err, access.ErrLink) {
		t.Errorf("in the other mode: %v", err)
	}
	d.clock.Advance(time.Second)
	if scope, err := d.ConfirmMove(t.Context(), merchant.Test, token); err != nil || scope != test {
		t.Fatal(scope, err)
	}
	if d.customer("cus_1").Email != "Ada@New.example" || d.customer("cus_2").Email != "Ada@example.com" {
		t.Error("another record than the one moved")
	}
	if _, err := d.ConfirmMove(t.Context(), merchant.Test, token); !errors.Is(err, access.ErrLink) {
		t.Errorf("a second time: %v", err)
	}
	if _, err := d.Visit(t.Context(), merchant.Test, session, record.RefOf[billing.Customer]("cus_1")); !errors.Is(err, access.ErrSession) {
		t.Errorf("a session from before: %v", err)
	}
	for email, want := range map[string]int{"ada@new.example": 1, "ada@example.com": 1} {
		if got, err := d.store.Customers(t.Context(), test, email); err != nil || len(got) != want {
			t.Errorf("%s belongs to %v, %v", email, got, err)
		}
	}
	if opened, err := d.Redeem(t.Context(), merchant.Test, login, ""); err != nil || opened.Session.May("cus_1") {
		t.Errorf("a link mailed to the old address opens %v, %v", opened.Session.Customers, err)
	}
}

func TestAMoveIsDeadAfterADayAndAfterAnotherChange(t *testing.T) {
	t.Parallel()
	d := open(t)
	first, second := d.mover("ada@one.example"), d.mover("ada@two.example")
	if _, err := d.ConfirmMove(t.Context(), merchant.Test, second); err != nil {
		t.Fatal(err)
	}
	if _, err := d.ConfirmMove(t.Context(), merchant.Test, first); !errors.Is(err, access.ErrLink) {
		t.Errorf("asked for before the change: %v", err)
	}
	d.clock.Advance(time.Second)
	late := d.mover("ada@three.example")
	d.clock.Advance(access.LinkLife)
	if _, err := d.ConfirmMove(t.Context(), merchant.Test, late); !errors.Is(err, access.ErrLink) {
		t.Errorf("after a day: %v", err)
	}
}

// Who signs out on every device also stops a move that a thief has asked for,
// mailed or still to be mailed.
func TestAMoveDiesWhenItsCustomerSignsOutEverywhere(t *testing.T) {
	t.Parallel()
	d := open(t)
	owner, mailed := d.enter(), d.mover("eve@one.example")
	if err := d.AskMove(t.Context(), test, d.customer("cus_1"), "eve@two.example", "192.0.2.1"); err != nil {
		t.Fatal(err)
	}
	d.clock.Advance(time.Second)
	if err := d.LeaveEverywhere(t.Context(), merchant.Test, owner); err != nil {
		t.Fatal(err)
	}
	d.clock.Advance(time.Second)
	if _, err := d.ConfirmMove(t.Context(), merchant.Test, mailed); !errors.Is(err, access.ErrLink) {
		t.Errorf("a link mailed before: %v", err)
	}
	queued, err := identity.DecodeMove(d.sent[len(d.sent)-1])
	if err != nil {
		t.Fatal(err)
	}
	if moved, ok, err := d.MintMove(t.Context(), queued); ok || err != nil {
		t.Errorf("one still to be mailed: %+v %v", moved, err)
	}
	if _, err := d.ConfirmMove(t.Context(), merchant.Test, d.mover("ada@new.example")); err != nil {
		t.Errorf("asked for afterwards: %v", err)
	}
}

// Of two who confirm at once one changes the address; a renewal at the same
// moment does not lose the link.
func TestAMoveRacesWithWhatElseIsWritten(t *testing.T) {
	t.Parallel()
	d := open(t)
	token, rivals := d.mover("ada@new.example"), 0
	d.store.Before = func(c record.Commit) error {
		if rivals++; rivals == 1 && c.Cause == "POST /address" {
			d.store.Before = nil
			other := d.customer("cus_1")
			other.InvoiceSeq++
			d.put(test, other)
		}
		return nil
	}
	if _, err := d.ConfirmMove(t.Context(), merchant.Test, token); err != nil {
		t.Fatal(err)
	}
	if c := d.customer("cus_1"); c.Email != "ada@new.example" || c.InvoiceSeq != 1 {
		t.Errorf("%+v", c)
	}
}

func TestAMoveThatIsNoneIsRefused(t *testing.T) {
	t.Parallel()
	d := open(t)
	for _, email := range []string{"", "ada", "ADA@example.com", "a@x.org,b@x.org", "\u212aim@example.com", "a@x.org\r\nBcc: b@x.org"} {
		err := d.AskMove(t.Context(), test, d.customer("cus_1"), email, "192.0.2.1")
		if f := fault.Of(err); f == nil || f.Kind != fault.Invalid {
			t.Errorf("%q: %v", email, err)
		}
	}
	var err error
	for i := range 6 { // nobody's mailbox is flooded in a customer's name
		err = d.AskMove(t.Context(), test, d.customer("cus_1"), fmt.Sprintf("v%d@example.org", i), "192.0.2.1")
	}
	if !errors.Is(err, identity.ErrTooMany) || len(d.sent) != 5 {
		t.Errorf("%d queued, then %v", len(d.sent), err)
	}
	for _, body := range []string{`{"v":2,"scope":"bus_1.test","customer":"c","email":"e"}`, `{"v":1,"scope":"bus_1","customer":"c","email":"e"}`, `{"v":1,"scope":"bus_1.test"}`, `{`} {
		if _, err := identity.DecodeMove(body); err == nil {
			t.Errorf("%s was read", body)
		}
	}
	if _, ok, err := d.MintMove(t.Context(), identity.Move{Scope: test, Customer: "cus_gone", Email: "a@x.org"}); ok || err != nil {
		t.Errorf("a customer who is gone: %t %v", ok, err)
	}
}

// Address changes to somebody's mailbox are few, and use up nothing of what
// the owner of the mailbox needs to sign in.
func TestMovesToAMailboxStarveNobodysSignIn(t *testing.T) {
	t.Parallel()
	d := open(t)
	eve := billing.Customer{ID: "cus_eve", Email: "eve@example.com"}
	var err error
	for range 4 {
		err = d.AskMove(t.Context(), test, eve, "ada@example.com", "192.0.2.1")
	}
	if !errors.Is(err, identity.ErrTooMany) || len(d.sent) != 3 {
		t.Errorf("%d queued, then %v", len(d.sent), err)
	}
	for range 5 {
		if err := d.Ask(t.Context(), identity.Wish{Scope: test, Email: "ada@example.com"}, "192.0.2.2"); err != nil {
			t.Fatal(err)
		}
	}
	if len(d.sent) != 8 {
		t.Errorf("%d links queued for the owner of the mailbox", len(d.sent)-3)
	}
}

func TestSessionsAreListedAndEndedOneByOne(t *testing.T) {
	t.Parallel()
	d := open(t)
	first := d.enter()
	d.clock.Advance(time.Minute)
	opened, err := d.Redeem(t.Context(), merchant.Test, d.mint(), "Firefox, Linux")
	if err != nil {
		t.Fatal(err)
	}
	visit, err := d.Visit(t.Context(), merchant.Test, opened.Token)
	if err != nil {
		t.Fatal(err)
	}
	live, err := d.Sessions(t.Context(), visit)
	if err != nil || len(live) != 2 || live[0].Device != "Firefox, Linux" || live[0].Hash != visit.Session.Hash {
		t.Fatalf("%+v, %v", live, err)
	}
	stranger := visit
	stranger.Session.Customers = []string{"cus_2"}
	if err := d.EndSession(t.Context(), stranger, live[1].Hash); err != nil {
		t.Fatal(err)
	}
	if _, err := d.Visit(t.Context(), merchant.Test, first); err != nil {
		t.Errorf("somebody else has ended it: %v", err)
	}
	for range 2 {
		if err := d.EndSession(t.Context(), visit, live[1].Hash); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := d.Visit(t.Context(), merchant.Test, first); !errors.Is(err, access.ErrSession) {
		t.Errorf("an ended session: %v", err)
	}
}

// Whoever ends a session also ends the change of address that it has asked
// for; one that is asked for afterwards goes through.
func TestEndingASessionEndsTheMoveThatItAskedFor(t *testing.T) {
	t.Parallel()
	d := open(t)
	thief, err := d.Visit(t.Context(), merchant.Test, d.enter())
	if err != nil {
		t.Fatal(err)
	}
	token := d.mover("thief@example.org")
	owner, err := d.Visit(t.Context(), merchant.Test, d.enter())
	if err != nil {
		t.Fatal(err)
	}
	d.clock.Advance(time.Second)
	if err := d.EndSession(t.Context(), owner, thief.Session.Hash); err != nil {
		t.Fatal(err)
	}
	if _, err := d.ConfirmMove(t.Context(), merchant.Test, token); !errors.Is(err, access.ErrLink) || d.customer("cus_1").Email != "Ada@example.com" {
		t.Errorf("the move went through: %v", err)
	}
	d.clock.Advance(time.Second)
	if _, err := d.ConfirmMove(t.Context(), merchant.Test, d.mover("ada@new.example")); err != nil {
		t.Errorf("the owner's own move: %v", err)
	}
}
