package mails_test

import (
	"errors"
	"maps"
	"testing"

	"github.com/google/go-cmp/cmp"

	"perennial/shared/billing"
	"perennial/shared/email"
	"perennial/shared/identity"
	"perennial/shared/merchant"
	"perennial/shared/record"
	"perennial/shared/settings"
)

// secretive is a bench whose mails carry proofs.
func secretive(t *testing.T) *bench {
	b := newBench(t)
	b.Unsubscribe = identity.Unsubscribe{URL: "https://pay", Secrets: []string{"new", "old"}}
	return b
}

// send sends the receipt of a payment and gives what went out.
func (b *bench) deliver(item record.DueItem) []email.Message {
	b.t.Helper()
	before := len(b.office.sent)
	if err := b.Event(b.t.Context(), item); err != nil {
		b.t.Fatal(err)
	}
	return b.office.sent[before:]
}

func (b *bench) tell(kind email.FeedbackKind, m email.Message, id string) {
	b.t.Helper()
	err := b.Feedback(b.t.Context(), email.Feedback{Kind: kind, Message: id, Recipients: []string{m.To}, Tags: m.Tags})
	if err != nil {
		b.t.Fatal(err)
	}
}

func (b *bench) known(address string) record.Suppression {
	s, err := record.Get[record.Suppression](b.t.Context(), b.store, scope, record.SuppressionID(address))
	if err != nil && !errors.Is(err, record.ErrNotFound) {
		b.t.Fatal(err)
	}
	return s
}

// bounces counts the events that tell the merchant.
func (b *bench) bounces() (n int) {
	for _, o := range b.store.Outboxes() {
		for _, e := range o.Events {
			if e.Type == billing.EventMailBounced {
				n++
			}
		}
	}
	return n
}

func TestAfterAPermanentBounceNothingIsSent(t *testing.T) {
	t.Parallel()
	b := secretive(t)
	m := b.deliver(b.paid())[0]
	b.tell(email.Bounced, m, "m1")
	b.tell(email.Bounced, m, "m1") // SES may tell twice
	if b.bounces() != 1 {
		t.Errorf("the merchant is told %d times", b.bounces())
	}
	if got := b.deliver(b.mailAgain()); len(got) != 0 {
		t.Errorf("sent %v", got)
	}
	if !b.known("ADA@example.com").Blocks(false) {
		t.Error("another spelling of the address is not blocked")
	}
	err := b.Wish(t.Context(), identity.Wish{Scope: scope, Email: "ada@example.com"}, "w1")
	if err != nil || len(b.office.sent) != 1 {
		t.Errorf("a login link went out: %v", err)
	}
}

// mailAgain is another receipt of the same customer.
func (b *bench) mailAgain() record.DueItem {
	b.commit(record.Commit{
		Put:    []any{billing.Payment{ID: "pay_2", Customer: "cus_1", Subscription: "sub_1", Status: billing.PaymentSucceeded, Amount: price.Amount}},
		Events: []billing.Event{{Type: billing.EventPaymentSucceeded, Object: "pay_2"}},
	})
	return b.mail()
}

func TestAfterAComplaintOptionalMailsStopForEver(t *testing.T) {
	t.Parallel()
	b := secretive(t)
	m := b.deliver(b.paid())[0]
	b.tell(email.Complained, m, "m1")
	c, err := record.Get[billing.Customer](t.Context(), b.store, scope, "cus_1")
	if err != nil || c.WantsOptional() {
		t.Errorf("the customer still wants optional mails: %v", err)
	}
	if known := b.known(m.To); !known.Blocks(true) || known.Blocks(false) {
		t.Errorf("known of the address: %+v", known)
	}
	if got := b.deliver(b.mailAgain()); len(got) != 1 {
		t.Errorf("a receipt is mandatory, sent %v", got)
	}
}

func TestOtherBouncesAreCountedOnceEach(t *testing.T) {
	t.Parallel()
	b := secretive(t)
	m := b.deliver(b.paid())[0]
	for _, id := range []string{"m1", "m1", "m2"} {
		b.tell(email.Delayed, m, id)
	}
	if known := b.known(m.To); known.Transient != 2 || known.Blocks(true) || b.bounces() != 0 {
		t.Errorf("known of the address: %+v", known)
	}
}

// Whoever can write into the queue can silence nobody: the proof of a message
// is for one address, customer and mode.
func TestForgedFeedbackChangesNothing(t *testing.T) {
	t.Parallel()
	b := secretive(t)
	m := b.deliver(b.paid())[0]
	forged := func(change func(email.Tags)) email.Tags {
		tags := maps.Clone(m.Tags)
		change(tags)
		return tags
	}
	for name, f := range map[string]email.Feedback{
		"no tags":          {Recipients: []string{m.To}},
		"another address":  {Recipients: []string{"bob@example.com"}, Tags: m.Tags},
		"another customer": {Recipients: []string{m.To}, Tags: forged(func(t email.Tags) { t["customer"] = "cus_2" })},
		"another mode":     {Recipients: []string{m.To}, Tags: forged(func(t email.Tags) { t["mode"] = "live" })},
		"a guess":          {Recipients: []string{m.To}, Tags: forged(func(t email.Tags) { t["proof"] = "guess" })},
	} {
		f.Kind, f.Message = email.Bounced, name
		if err := b.Feedback(t.Context(), f); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	if diff := cmp.Diff(record.Suppression{}, b.known(m.To)); diff != "" || b.bounces() != 0 || b.known("bob@example.com").Version != 0 {
		t.Errorf("forged feedback was believed: %s", diff)
	}
}

// A secret that is being replaced still proves what it signed.
func TestFeedbackSignedWithAnOlderSecretCounts(t *testing.T) {
	t.Parallel()
	b := secretive(t)
	b.Unsubscribe.Secrets = []string{"old"}
	m := b.deliver(b.paid())[0]
	b.Unsubscribe.Secrets = []string{"new", "old"}
	b.tell(email.Bounced, m, "m1")
	if !b.known(m.To).Blocks(false) {
		t.Error("it was not believed")
	}
}

// Rules 21: test modes write to addresses that have agreed, and to nobody else.
func TestTheTestModeWritesToVerifiedAddressesOnly(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		testers []merchant.TestAddress
		owner   string
		want    int
	}{
		"nobody agreed":      {nil, "owner@acme.example", 0},
		"asked and silent":   {[]merchant.TestAddress{{Email: "ada@example.com"}}, "", 0},
		"agreed":             {[]merchant.TestAddress{{Email: "ADA@example.com", VerifiedAt: noon}}, "", 1},
		"the business's own": {nil, "ada@example.com", 1},
	} {
		b := newBench(t)
		b.AnyTestAddress = false
		state, err := b.store.State(t.Context(), scope)
		if err != nil {
			t.Fatal(err)
		}
		state.Settings.Testers, state.Business.Email = c.testers, c.owner
		b.commit(record.Commit{Put: []any{state}})
		if got := b.deliver(b.paid()); len(got) != c.want {
			t.Errorf("%s: sent %v", name, got)
		}
		b.office.sent = nil
		wish := identity.Wish{Scope: merchant.Everywhere(merchant.Test), Email: "ada@example.com", Next: "/everywhere"}
		if err := b.Wish(t.Context(), wish, "m1"); err != nil || len(b.office.sent) != c.want {
			t.Errorf("%s: the unified portal sent %v, %v", name, b.office.sent, err)
		}
	}
}

// Two addresses added in a row are each asked to agree, though the mails go
// out only afterwards.
func TestEveryAddedTestAddressIsAsked(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	state, err := b.store.State(t.Context(), scope)
	if err != nil {
		t.Fatal(err)
	}
	state.Recovery, state.Business.Zone = merchant.DefaultRecovery(), "Europe/Berlin"
	b.commit(record.Commit{Put: []any{state}})
	office := settings.Service{Store: b.store, Wall: b.clock.Now}
	var asked []record.DueItem
	for _, to := range []string{"qa@acme.example", "ops@acme.example"} {
		_, err := office.Update(t.Context(), scope, record.System, func(s merchant.State) (merchant.State, error) {
			s.Settings.Testers = append(s.Settings.Testers, merchant.TestAddress{Email: to})
			return s, nil
		})
		if err != nil {
			t.Fatal(err)
		}
		asked = append(asked, b.mail())
	}
	for i, want := range []string{"qa@acme.example", "ops@acme.example"} {
		if got := b.deliver(asked[i]); len(got) != 1 || got[0].To != want {
			t.Errorf("asked %v, want %s", got, want)
		}
	}
}
