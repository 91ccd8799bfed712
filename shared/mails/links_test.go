package mails_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"perennial/shared/email"
	"perennial/shared/identity"
	"perennial/shared/mails"
	"perennial/shared/merchant"
	"perennial/shared/record"
)

func wish(address string) identity.Wish {
	return identity.Wish{Scope: scope, Email: address, Next: "/subscriptions/sub_1"}
}

// R077, R078: the address of the purchase is enough to get a login link.
func TestALinkOpensEveryCustomerOfTheAddress(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	if err := b.Wish(t.Context(), wish("ADA@example.com"), "m1"); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"portal_link to Ada@example.com"}, b.subjects()); diff != "" {
		t.Fatal(diff)
	}
	token, ok := strings.CutPrefix(b.office.sent[0].Text, "https://test.portal/session/")
	if !ok {
		t.Fatalf("the button leads to %s", b.office.sent[0].Text)
	}
	opened, err := (&identity.Service{Store: b.store, Wall: b.clock.Now}).Redeem(t.Context(), merchant.Test, token, "")
	if err != nil || opened.Next != "/subscriptions/sub_1" {
		t.Fatalf("redeemed to %q, %v", opened.Next, err)
	}
	if diff := cmp.Diff([]string{"cus_1", "cus_2"}, opened.Session.Customers); diff != "" {
		t.Error(diff)
	}
}

// What a visitor types finds a customer; it is never written to.
func TestALinkGoesToTheStoredAddressNotToTheTypedOne(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	if err := b.Wish(t.Context(), wish("aDA@EXAMPLE.com"), "m1"); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"portal_link to Ada@example.com"}, b.subjects()); diff != "" {
		t.Error(diff)
	}
}

// R156: nobody learns from it who is a customer.
func TestAnUnknownAddressGetsNothingAfterTheSameSteps(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	before := len(b.store.Commits())
	if err := b.Wish(t.Context(), wish("eve@example.com"), "m1"); err != nil {
		t.Fatal(err)
	}
	if len(b.office.sent) != 0 || len(b.store.Commits()) != before+2 {
		t.Errorf("sent %v in %d commits", b.subjects(), len(b.store.Commits())-before)
	}
}

func TestADuplicateOfAWishMintsNoSecondLink(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	for range 2 {
		if err := b.Wish(t.Context(), wish("ada@example.com"), "m1"); err != nil {
			t.Fatal(err)
		}
	}
	if got := len(b.office.sent); got != 1 {
		t.Errorf("%d links for one message", got)
	}
	if err := b.Wish(t.Context(), wish("ada@example.com"), "m2"); err != nil || len(b.office.sent) != 2 {
		t.Errorf("a second wish: %d links, %v", len(b.office.sent), err)
	}
}

func TestALinkThatCouldNotBeSentIsMadeAgainAtOnce(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.office.fail = errors.New("mail system is away")
	if err := b.Wish(t.Context(), wish("ada@example.com"), "m1"); !errors.Is(err, b.office.fail) {
		t.Fatal(err)
	}
	b.office.fail = nil
	if err := b.Wish(t.Context(), wish("ada@example.com"), "m1"); err != nil || len(b.office.sent) != 1 {
		t.Errorf("sent %v, %v", b.subjects(), err)
	}
}

// The queue would bring the message back until it is a dead letter.
func TestARefusedAddressIsFinal(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.office.fail = fmt.Errorf("send mail: %w", email.ErrRefused)
	item := b.paid()
	b.send(item)
	if err := b.Wish(t.Context(), wish("ada@example.com"), "m1"); err != nil {
		t.Error(err)
	}
	if err := b.Invite(t.Context(), mails.Invite{Scope: scope, Customer: "cus_2"}, "m2"); err != nil {
		t.Error(err)
	}
	b.office.fail = nil
	b.clock.Advance(24 * time.Hour)
	b.send(item)
	for _, id := range []string{item.Ref.ID, "link:m1", "link:m2"} {
		m, err := record.Get[record.Mail](t.Context(), b.store, scope, id)
		if err != nil || !m.Next.IsZero() || !m.SentAt.IsZero() {
			t.Errorf("%s is kept as %+v, %v", id, m, err)
		}
	}
	if len(b.office.sent) != 0 {
		t.Errorf("tried again: %v", b.subjects())
	}
}

func TestAWishWhoseWorkerDiedComesBackToTheQueueUntilItsLeaseIsOver(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	killed := errors.New("killed")
	commits := 0
	b.store.Before = func(record.Commit) error { // the claim is written, nothing after it
		if commits++; commits > 1 {
			return killed
		}
		return nil
	}
	if err := b.Wish(t.Context(), wish("ada@example.com"), "m1"); !errors.Is(err, killed) {
		t.Fatal(err)
	}
	b.store.Before = nil
	if err := b.Wish(t.Context(), wish("ada@example.com"), "m1"); err == nil || len(b.office.sent) != 0 {
		t.Fatalf("a wish that somebody may be at was taken: %v", b.subjects())
	}
	b.clock.Advance(time.Minute)
	b.send(record.DueItem{Scope: scope, Ref: record.RefOf[record.Mail]("link:m1")}) // as the due index brings it
	m, err := record.Get[record.Mail](t.Context(), b.store, scope, "link:m1")
	if err != nil || !m.Next.IsZero() || len(b.office.sent) != 0 {
		t.Fatalf("record %+v, %v", m, err)
	}
	if err := b.Wish(t.Context(), wish("ada@example.com"), "m1"); err != nil || len(b.office.sent) != 1 {
		t.Errorf("sent %v, %v", b.subjects(), err)
	}
}

// R083: a link for one customer, mailed for the merchant.
func TestAnInvitationOpensOneCustomer(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	invite := mails.Invite{Scope: scope, Customer: "cus_2", ReturnURL: "https://acme.example/account"}
	body, err := invite.Encode()
	if err != nil {
		t.Fatal(err)
	}
	if invite, err = mails.DecodeInvite(body); err != nil {
		t.Fatal(err)
	}
	if err := b.Invite(t.Context(), invite, "m1"); err != nil {
		t.Fatal(err)
	}
	token := strings.TrimPrefix(b.office.sent[0].Text, "https://test.portal/session/")
	opened, err := (&identity.Service{Store: b.store, Wall: b.clock.Now}).Redeem(t.Context(), merchant.Test, token, "")
	if err != nil || !cmp.Equal(opened.Session.Customers, []string{"cus_2"}) || opened.Session.ReturnURL != invite.ReturnURL {
		t.Errorf("opened %+v, %v", opened.Session, err)
	}
}

func TestAnInvitationOfNobodyIsDropped(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	if err := b.Invite(t.Context(), mails.Invite{Scope: scope, Customer: "cus_gone"}, "m1"); err != nil || len(b.office.sent) != 0 {
		t.Errorf("sent %v, %v", b.subjects(), err)
	}
}

func TestNoRecordHoldsAnAddressOrALink(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	founded := len(b.store.Commits())
	if err := b.Wish(t.Context(), wish("ada@example.com"), "m1"); err != nil {
		t.Fatal(err)
	}
	token := strings.TrimPrefix(b.office.sent[0].Text, "https://test.portal/session/")
	for _, c := range b.store.Commits()[founded:] {
		for _, obj := range c.Put {
			doc, err := record.Encode(obj, 1)
			if err != nil {
				t.Fatal(err)
			}
			_, isMail := obj.(record.Mail)
			if strings.Contains(string(doc), token) || isMail && strings.Contains(string(doc), "ada") {
				t.Errorf("%s", doc)
			}
		}
	}
}
