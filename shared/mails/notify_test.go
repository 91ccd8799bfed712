package mails_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"perennial/shared/billing"
	"perennial/shared/mails"
	"perennial/shared/merchant"
	"perennial/shared/money"
	"perennial/shared/record"
)

// settings replaces the scope's settings, of a business with an address.
func (b *bench) settings(change func(*merchant.Settings)) {
	b.t.Helper()
	state, err := b.store.State(b.t.Context(), scope)
	if err != nil {
		b.t.Fatal(err)
	}
	state.Business.Email = "owner@acme.example"
	change(&state.Settings)
	b.commit(record.Commit{Put: []any{state}})
}

// happened commits an object with an event about it and sends the mails.
func (b *bench) happened(obj any, t billing.EventType, id string) {
	b.t.Helper()
	b.commit(record.Commit{Put: []any{obj}, Events: []billing.Event{{Type: t, Object: id}}})
	all := b.store.Outboxes()
	for _, item := range b.items(all[len(all)-1]) {
		b.send(item)
		b.send(item) // a duplicate of the message
	}
}

// R250, R251, R252, R253, R254: each by default, each to be switched off.
func TestTheMerchantIsMailedAboutDisputes(t *testing.T) {
	t.Parallel()
	for notice, event := range map[merchant.Notice]billing.EventType{
		merchant.NoticeDisputeOpened: billing.EventDisputeOpened, merchant.NoticeDisputeCancelled: billing.EventDisputeCancelled,
		merchant.NoticeDisputeWon: billing.EventDisputeWon, merchant.NoticeDisputeLost: billing.EventDisputeLost,
	} {
		dispute := billing.Dispute{ID: "dp_1", Customer: "cus_1", Payment: "pay_1", Amount: money.Of(3800, "USD"), Reason: "fraudulent"}
		b := newBench(t)
		b.settings(func(*merchant.Settings) {})
		b.happened(dispute, event, "dp_1")
		want := []string{"notify_" + string(notice) + " to owner@acme.example"}
		if diff := cmp.Diff(want, b.subjects()); diff != "" {
			t.Errorf("%s: %s", notice, diff)
			continue
		}
		l := b.office.letters[0]
		if l.Amount != dispute.Amount || l.Reason != "fraudulent" || l.Reference != "dp_1" || l.Customer != "Ada <Ada@example.com>" {
			t.Errorf("%s: wrote %+v", notice, l)
		}
		off := newBench(t)
		off.settings(func(s *merchant.Settings) { s.Notices = map[merchant.Notice][]string{notice: {}} })
		off.happened(dispute, event, "dp_1")
		if len(off.office.sent) != 0 {
			t.Errorf("%s was switched off, and sent: %v", notice, off.subjects())
		}
	}
}

func TestWhatNobodyAskedForIsNotMailedToTheMerchant(t *testing.T) {
	t.Parallel()
	failed := billing.Payment{ID: "pay_1", Customer: "cus_1", Subscription: "sub_1", Amount: money.Of(3800, "USD"), Method: visa}
	b := newBench(t)
	b.settings(func(*merchant.Settings) {})
	b.happened(failed, billing.EventPaymentFailed, "pay_1")
	if len(b.office.sent) != 0 {
		t.Errorf("sent %v", b.subjects())
	}
	asked := newBench(t)
	asked.settings(func(s *merchant.Settings) {
		s.Notices = map[merchant.Notice][]string{merchant.NoticePaymentFailed: {"ops@acme.example", "cfo@acme.example"}}
	})
	asked.happened(failed, billing.EventPaymentFailed, "pay_1")
	want := []string{"notify_payment_failed to ops@acme.example", "notify_payment_failed to cfo@acme.example"}
	if diff := cmp.Diff(want, asked.subjects()); diff != "" {
		t.Error(diff)
	}
}

// Rules 9: our own fault is the merchant's business, and no customer's.
func TestAFaultOfTheSetUpIsToldAsOne(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.settings(func(s *merchant.Settings) {
		s.Notices = map[merchant.Notice][]string{merchant.NoticePaymentFailed: {"ops@acme.example"}}
	})
	b.happened(billing.Payment{
		ID: "pay_1", Customer: "cus_1", Subscription: "sub_1", Amount: money.Of(3800, "USD"),
		Decline: billing.Decline{Code: "invalid_request", Class: billing.ClassOurFault},
	}, billing.EventPaymentFailed, "pay_1")
	if diff := cmp.Diff([]string{"notify_configuration_fault to owner@acme.example"}, b.subjects()); diff != "" {
		t.Error(diff)
	}
}

func TestEveryNotificationOfTheSettingsIsInTheTable(t *testing.T) {
	t.Parallel()
	for n := range merchant.Notices {
		if !slices.ContainsFunc(mails.Table, func(m mails.Mail) bool { return m.Notice == n }) {
			t.Errorf("no mail is sent for %s", n)
		}
	}
}
