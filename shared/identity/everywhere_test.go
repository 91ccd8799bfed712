package identity_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"perennial/shared/access"
	"perennial/shared/billing"
	"perennial/shared/identity"
	"perennial/shared/merchant"
	"perennial/shared/record"
)

var second = merchant.Scope{Business: "bus_2", Mode: merchant.Test}

// town has a second business where Ada buys, too, and one where she does not.
func town(t *testing.T) *desk {
	t.Helper()
	d := open(t)
	third := merchant.Scope{Business: "bus_3", Mode: merchant.Test}
	d.put(second, merchant.State{Scope: second})
	d.put(third, merchant.State{Scope: third})
	d.put(second, billing.Customer{ID: "cus_9", Email: "ada@example.com", Name: "Ada"}, billing.Mailbox{Email: "ada@example.com", Customer: "cus_9"})
	d.put(third, billing.Customer{ID: "cus_8", Email: "eve@example.com", Name: "Eve"}, billing.Mailbox{Email: "eve@example.com", Customer: "cus_8"})
	return d
}

// wide mails a link to the unified portal and redeems it.
func (d *desk) wide(email string) string {
	d.t.Helper()
	invited, ok, err := d.Invite(d.t.Context(), identity.Wish{Scope: merchant.Everywhere(merchant.Test), Email: email, Next: "/everywhere"})
	if err != nil || !ok || !strings.HasPrefix(invited.URL, "https://test.pay.example/session/everywhere.") {
		d.t.Fatalf("%+v %t %v", invited, ok, err)
	}
	opened, err := d.Redeem(d.t.Context(), merchant.Test, tokenOf(invited.URL), "")
	if err != nil || opened.Next != "/everywhere" {
		d.t.Fatal(opened, err)
	}
	if _, err := d.Redeem(d.t.Context(), merchant.Test, tokenOf(invited.URL), ""); !errors.Is(err, access.ErrLink) {
		d.t.Errorf("a second time: %v", err)
	}
	return opened.Token
}

func scopes(places []identity.Place) string {
	var out []string
	for _, p := range places {
		out = append(out, p.Scope.String())
	}
	return strings.Join(out, " ")
}

// R145, R149: one login by mail shows every business where the address buys.
func TestR149OneLoginShowsEveryBusinessOfTheAddress(t *testing.T) {
	t.Parallel()
	d := town(t)
	session, places, err := d.Everywhere(t.Context(), merchant.Test, d.wide("ADA@example.com"))
	if err != nil || session.Email != "ada@example.com" || scopes(places) != "bus_1.test bus_2.test" || len(places[0].Customers) != 2 {
		t.Fatalf("%+v %s %v", session, scopes(places), err)
	}
	if _, ok, err := d.Invite(t.Context(), identity.Wish{Scope: merchant.Everywhere(merchant.Test), Email: "nobody@example.com"}); ok || err != nil {
		t.Errorf("a stranger: %t %v", ok, err)
	}
	if _, ok, err := d.Invite(t.Context(), identity.Wish{Scope: merchant.Everywhere(merchant.Live), Email: "ada@example.com"}); ok || err != nil {
		t.Errorf("live knows test's customers: %t %v", ok, err)
	}
}

// Who makes customer records of somebody else's address by the hundred, in one
// business or in many, does not push the businesses out where the person buys.
func TestRecordsThatOthersMadeCrowdNobodyOut(t *testing.T) {
	t.Parallel()
	d := town(t)
	last := merchant.Scope{Business: "bus_zzz", Mode: merchant.Test}
	d.put(last, merchant.State{Scope: last})
	d.put(last, billing.Customer{ID: "cus_z", Email: "ada@example.com", Name: "Ada", PaidAt: 1}, billing.Mailbox{Email: "ada@example.com", Customer: "cus_z"})
	for n := range 150 {
		junk, id := merchant.Scope{Business: fmt.Sprintf("bus_j%03d", n), Mode: merchant.Test}, fmt.Sprintf("cus_j%03d", n)
		d.put(junk, merchant.State{Scope: junk}, billing.Customer{ID: id, Email: "ada@example.com"}, billing.Mailbox{Email: "ada@example.com", Customer: id})
		d.put(second, billing.Customer{ID: id, Email: "ada@example.com"}, billing.Mailbox{Email: "ada@example.com", Customer: id})
	}
	_, places, err := d.Everywhere(t.Context(), merchant.Test, d.wide("ada@example.com"))
	if err != nil || !strings.Contains(scopes(places), "bus_zzz.test") || !strings.Contains(scopes(places), "bus_1.test") {
		t.Fatalf("%s %v", scopes(places), err)
	}
	shown := 0
	for _, p := range places {
		shown += len(p.Customers)
	}
	if shown > 100 {
		t.Errorf("%d records are shown", shown)
	}
}

// The same work and the same message, whoever asks.
func TestTheUnifiedPortalIsAskedForTheSameByEverybody(t *testing.T) {
	t.Parallel()
	d := town(t)
	for _, email := range []string{"ada@example.com", "nobody@example.com"} {
		if err := d.Ask(t.Context(), identity.Wish{Scope: merchant.Everywhere(merchant.Test), Email: email}, "192.0.2.1"); err != nil {
			t.Fatal(err)
		}
	}
	if len(d.sent) != 2 || strings.ReplaceAll(d.sent[0], "ada", "nobody") != d.sent[1] {
		t.Errorf("%q", d.sent)
	}
	if wish, err := identity.DecodeWish(d.sent[0]); err != nil || !wish.Scope.IsEverywhere() {
		t.Errorf("%+v %v", wish, err)
	}
}

// Rules 19: a link that we have not mailed opens one customer and no more.
func TestALinkByAPIOpensNoUnifiedPortal(t *testing.T) {
	t.Parallel()
	d := town(t)
	byAPI := d.enter()
	if _, err := d.Widen(t.Context(), merchant.Test, byAPI); !errors.Is(err, access.ErrSession) {
		t.Errorf("a link by API: %v", err)
	}
	visit, err := d.Visit(t.Context(), merchant.Test, byAPI)
	if err != nil {
		t.Fatal(err)
	}
	if more, err := d.Elsewhere(t.Context(), visit); more || err != nil {
		t.Errorf("it tells of other businesses: %t %v", more, err)
	}
	if _, _, err := d.Everywhere(t.Context(), merchant.Test, byAPI); !errors.Is(err, access.ErrSession) {
		t.Errorf("its token: %v", err)
	}
	mailed, err := d.Redeem(t.Context(), merchant.Test, d.invite(), "")
	if err != nil {
		t.Fatal(err)
	}
	d.clock.Advance(time.Hour)
	wide, err := d.Widen(t.Context(), merchant.Test, mailed.Token)
	if err != nil || wide.Session.ExpiresAt != mailed.Session.ExpiresAt {
		t.Fatalf("%+v %v", wide, err)
	}
	if _, places, err := d.Everywhere(t.Context(), merchant.Test, wide.Token); err != nil || scopes(places) != "bus_1.test bus_2.test" {
		t.Errorf("%s %v", scopes(places), err)
	}
	if _, err := d.Visit(t.Context(), merchant.Test, wide.Token); !errors.Is(err, access.ErrSession) {
		t.Errorf("a unified session is none of a business: %v", err)
	}
}

// R147: one step into any of them, and into no other.
func TestR147AStepOpensOneBusiness(t *testing.T) {
	t.Parallel()
	d := town(t)
	wide := d.wide("ada@example.com")
	opened, err := d.Step(t.Context(), merchant.Test, wide, "bus_2", "//evil.example")
	if err != nil || opened.Next != "/" || opened.Scope != second || !opened.Session.May("cus_9") || len(opened.Session.Customers) != 1 {
		t.Fatalf("%+v %v", opened, err)
	}
	if visit, err := d.Visit(t.Context(), merchant.Test, opened.Token, record.RefOf[billing.Customer]("cus_9")); err != nil || visit.Scope != second {
		t.Errorf("%+v %v", visit.Scope, err)
	}
	for _, business := range []string{"bus_3", "bus_none", "everywhere", ""} {
		if _, err := d.Step(t.Context(), merchant.Test, wide, business, "/"); !errors.Is(err, record.ErrNotFound) {
			t.Errorf("%s: %v", business, err)
		}
	}
	if _, err := d.Step(t.Context(), merchant.Live, wide, "bus_2", "/"); !errors.Is(err, access.ErrSession) {
		t.Errorf("in live mode: %v", err)
	}
	if err := d.LeaveWide(t.Context(), merchant.Test, wide); err != nil {
		t.Fatal(err)
	}
	if _, err := d.Step(t.Context(), merchant.Test, wide, "bus_2", "/"); !errors.Is(err, access.ErrSession) {
		t.Errorf("after leaving: %v", err)
	}
}

// Who changes the address at one business, or signs out everywhere there, is
// gone from the unified portal at once.
func TestTheUnifiedPortalFollowsAddresses(t *testing.T) {
	t.Parallel()
	d := town(t)
	wide := d.wide("ada@example.com")
	d.move("cus_1", "ada@elsewhere.example") // its old mailbox is still there
	c := d.customer("cus_2")
	c.LeftAt = d.clock.Now()
	d.put(test, c)
	if _, places, err := d.Everywhere(t.Context(), merchant.Test, wide); err != nil || scopes(places) != "bus_2.test" {
		t.Errorf("%s %v", scopes(places), err)
	}
	d.clock.Advance(access.SessionLife)
	if _, _, err := d.Everywhere(t.Context(), merchant.Test, wide); !errors.Is(err, access.ErrSession) {
		t.Errorf("after a day: %v", err)
	}
}
