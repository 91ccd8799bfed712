package mails_test

import (
	"slices"
	"testing"

	"perennial/shared/billing"
	"perennial/shared/mails"
	"perennial/shared/merchant"
	"perennial/shared/record"
)

func (b *bench) switchedOff(e merchant.Endpoint) record.DueItem {
	b.t.Helper()
	state, err := b.store.State(b.t.Context(), scope)
	if err != nil {
		b.t.Fatal(err)
	}
	state.Business.Email = "owner@acme.example"
	e.ID, e.URL = "whk_1", "https://shop.example/hooks/s3cret?token=s3cret"
	b.commit(record.Commit{
		Put:    []any{e, state},
		Events: []billing.Event{{Type: billing.EventWebhookOff, Object: "whk_1", Reason: string(e.Why)}},
	})
	all := b.store.Outboxes()
	return record.DueItem{Scope: scope, Ref: record.RefOf[record.Mail](mails.ID(all[len(all)-1].Key, mails.WebhookOff))}
}

func TestTheMerchantIsToldOfAWebhookThatWasSwitchedOff(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.Reference = "https://api.example/docs"
	b.send(b.switchedOff(merchant.Endpoint{Disabled: true, Why: merchant.DisabledGone}))
	if len(b.office.sent) != 1 || b.office.sent[0].To != "owner@acme.example" {
		t.Fatalf("sent %+v", b.office.sent)
	}
	if l := b.office.letters[0]; l.Endpoint != "shop.example" || !l.Gone || l.Support != "" || l.URL != b.Reference {
		t.Errorf("wrote %+v", l)
	}
}

func TestAWebhookThatIsOnAgainIsNotMailedAbout(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.send(b.switchedOff(merchant.Endpoint{}))
	if len(b.office.sent) != 0 {
		t.Errorf("sent %+v", b.office.sent)
	}
}

func TestTheNoticeGoesToWhomTheMerchantChose(t *testing.T) {
	t.Parallel()
	for _, chosen := range [][]string{{}, {"ops@acme.example", "dev@acme.example"}} {
		b := newBench(t)
		state, err := b.store.State(t.Context(), scope)
		if err != nil {
			t.Fatal(err)
		}
		state.Settings.Notices = map[merchant.Notice][]string{merchant.NoticeWebhookFailing: chosen}
		b.commit(record.Commit{Put: []any{state}})
		b.send(b.switchedOff(merchant.Endpoint{Disabled: true, Why: merchant.DisabledFailing}))
		var got []string
		for _, m := range b.office.sent {
			got = append(got, m.To)
		}
		if !slices.Equal(chosen, append([]string{}, got...)) {
			t.Errorf("chosen %v, sent to %v", chosen, got)
		}
	}
}
