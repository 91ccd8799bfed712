package identity_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"perennial/shared/billing"
	"perennial/shared/fault"
	"perennial/shared/identity"
	"perennial/shared/merchant"
)

func TestAWishIsQueuedWhoeverAsks(t *testing.T) {
	t.Parallel()
	d := open(t)
	for _, email := range []string{"ada@example.com", "nobody@example.com"} {
		if err := d.Ask(t.Context(), identity.Wish{Scope: test, Email: " " + email, Next: "//evil.example"}, "192.0.2.1"); err != nil {
			t.Fatal(err)
		}
	}
	want := queue{
		`{"v":1,"scope":"bus_1.test","email":"ada@example.com","next":"/"}`,
		`{"v":1,"scope":"bus_1.test","email":"nobody@example.com","next":"/"}`,
	}
	if diff := cmp.Diff(want, d.sent); diff != "" {
		t.Error(diff)
	}
	wish, err := identity.DecodeWish(d.sent[0])
	if err != nil || wish != (identity.Wish{Scope: test, Email: "ada@example.com", Next: "/"}) {
		t.Errorf("%+v, %v", wish, err)
	}
}

func TestAWishOfALaterSchemaIsRefused(t *testing.T) {
	t.Parallel()
	for _, body := range []string{`{"v":2,"scope":"bus_1.test"}`, `{"v":1,"scope":"bus_1"}`, `{"scope":"bus_1.test"}`, `{`} {
		if _, err := identity.DecodeWish(body); err == nil {
			t.Errorf("%s was read", body)
		}
	}
}

func TestWhatIsNoAddressIsSaidAtOnce(t *testing.T) {
	t.Parallel()
	d := open(t)
	for _, email := range []string{"", "ada", "@example.com", "ada@localhost", "a b@example.com", "a@x.org\r\nBcc: b@x.org", "a@x.org,b@x.org", "<a@x.org>"} {
		err := d.Ask(t.Context(), identity.Wish{Scope: test, Email: email}, "192.0.2.1")
		if f := fault.Of(err); f == nil || f.Kind != fault.Invalid {
			t.Errorf("%q: %v", email, err)
		}
	}
	if len(d.sent) != 0 {
		t.Errorf("queued %v", d.sent)
	}
}

// İ is i and the Kelvin sign is k to Unicode, but not to the mail system: a
// wish for either would bring the victim's link to somebody else's mailbox.
func TestLookAlikeLettersAreRefusedWithAReason(t *testing.T) {
	t.Parallel()
	d := open(t)
	for _, email := range []string{"İda@example.com", "\u212aim@example.com", "ada@ex\u00e4mple.com", "ada@example.com\u202e"} {
		err := d.Ask(t.Context(), identity.Wish{Scope: test, Email: email}, "192.0.2.1")
		if f := fault.Of(err); f == nil || f.Kind != fault.Invalid || !strings.Contains(f.Message, "special letters") {
			t.Errorf("%q: %v", email, err)
		}
	}
	if len(d.sent) != 0 {
		t.Errorf("queued %v", d.sent)
	}
}

func TestALookAlikeOfAnAddressIsInvitedToNothing(t *testing.T) {
	t.Parallel()
	d := open(t)
	d.put(test, billing.Customer{ID: "cus_3", Email: "kim@example.com", Name: "Kim"}, billing.Mailbox{Email: "kim@example.com", Customer: "cus_3"})
	d.put(test, billing.Customer{ID: "cus_4", Email: "ida@example.com", Name: "Ida"}, billing.Mailbox{Email: "ida@example.com", Customer: "cus_4"})
	for _, email := range []string{"\u212aim@example.com", "İda@example.com"} {
		if got, ok, err := d.Invite(t.Context(), identity.Wish{Scope: test, Email: email}); ok || err != nil {
			t.Errorf("%q got a link to %s, %v", email, got.To, err)
		}
	}
	if got, ok, err := d.Invite(t.Context(), identity.Wish{Scope: test, Email: "KIM@example.com"}); !ok || err != nil || got.To != "kim@example.com" {
		t.Errorf("the customer herself: %+v, %v", got, err)
	}
}

// An address that asks too often hears nothing of it, so that it cannot be
// told apart, and gets no more mail for a while.
func TestAnAddressGetsFiveMailsInAQuarterOfAnHour(t *testing.T) {
	t.Parallel()
	d := open(t)
	ask := func(email string) {
		t.Helper()
		if err := d.Ask(t.Context(), identity.Wish{Scope: test, Email: email}, "192.0.2.1"); err != nil {
			t.Fatal(err)
		}
	}
	for range 8 {
		ask("ada@example.com")
	}
	ask("ADA@example.com")
	if len(d.sent) != 5 {
		t.Errorf("%d mails", len(d.sent))
	}
	ask("eve@example.com")
	d.clock.Advance(15 * time.Minute)
	ask("ada@example.com")
	if len(d.sent) != 7 {
		t.Errorf("%d mails after another address and a pause", len(d.sent))
	}
}

func TestAVisitorWhoTriesManyAddressesIsToldToWait(t *testing.T) {
	t.Parallel()
	d := open(t)
	var err error
	for i := range 31 {
		err = d.Ask(t.Context(), identity.Wish{Scope: test, Email: fmt.Sprintf("a%d@example.com", i)}, "192.0.2.1")
	}
	if !errors.Is(err, identity.ErrTooMany) || len(d.sent) != 30 {
		t.Errorf("%d mails, then %v", len(d.sent), err)
	}
	if err := d.Ask(t.Context(), identity.Wish{Scope: test, Email: "b@example.com"}, "192.0.2.2"); err != nil {
		t.Errorf("somebody else: %v", err)
	}
}

// counts is a store's count that all instances share.
type counts struct {
	n      map[string]int
	broken bool
}

func (c *counts) Tally(_ context.Context, scope merchant.Scope, name string, _ time.Duration) (int, error) {
	if c.broken {
		return 0, errors.New("no answer")
	}
	c.n[scope.String()+name]++
	return c.n[scope.String()+name], nil
}

func TestTheLimitsHoldAcrossInstances(t *testing.T) {
	t.Parallel()
	shared := &counts{n: map[string]int{}}
	mails, refused := 0, 0
	for range 20 { // as many instances, each with a first wish
		d := open(t)
		d.Tallies = shared
		if err := d.Ask(t.Context(), identity.Wish{Scope: test, Email: "ada@example.com"}, "192.0.2.1"); err != nil {
			t.Fatal(err)
		}
		mails += len(d.sent)
	}
	for i := range 40 {
		d := open(t)
		d.Tallies = shared
		err := d.Ask(t.Context(), identity.Wish{Scope: test, Email: fmt.Sprintf("n%d@example.com", i)}, "192.0.2.1")
		if errors.Is(err, identity.ErrTooMany) {
			refused++
		}
	}
	if mails != 5 || refused != 30 {
		t.Errorf("%d mails to one address, %d visits refused", mails, refused)
	}
	for name := range shared.n {
		if strings.Contains(name, "@") || strings.Contains(name, "192.0.2") {
			t.Errorf("the count is kept under %q", name)
		}
	}
	d := open(t)
	d.Tallies = &counts{broken: true}
	if err := d.Ask(t.Context(), identity.Wish{Scope: test, Email: "ada@example.com"}, "192.0.2.9"); err != nil || len(d.sent) != 1 {
		t.Errorf("a count that fails locks customers out: %v", err)
	}
}
