package lifecycle_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"perennial/shared/billing"
	"perennial/shared/dunning"
	"perennial/shared/gateway/gatewaytest"
	"perennial/shared/lifecycle/lifecycletest"
	"perennial/shared/merchant"
	"perennial/shared/money"
	"perennial/shared/record"
	"perennial/shared/record/recordtest"
)

// onOneCard makes subscriptions that one card pays, which the customer has
// given for each of them anew, and whose renewals all meet the same steps.
func onOneCard(w *lifecycletest.World, card string, n int, steps ...gatewaytest.Step) []billing.Subscription {
	var subs []billing.Subscription
	for range n {
		s := w.Active(card)
		w.Gateway.Program(s.Method.Reference, steps...)
		subs = append(subs, s)
	}
	return subs
}

// another is a second customer of the same business.
func another(w *lifecycletest.World) {
	w.Customer = billing.Customer{ID: "cus_2", Email: "bob@example.com", Name: "Bob", InvoicePrefix: "BOB1", CreatedAt: w.Now()}
	w.Put(w.Customer)
}

// Rules 14, Visa's category 1: once one charge of a card has met the word that
// it is stolen, no renewal charges it any more, of whatever amount, whoever the
// customer is. Each fails as the bank has put it, and is told of as usual.
func TestRenewalsOfAStoppedCardAreNotSentToTheNetwork(t *testing.T) {
	t.Parallel()
	w := lifecycletest.New(t)
	stolen := gatewaytest.Decline("stolen_card")
	subs := onOneCard(w, "visa_ok", 20, stolen)
	w.Product.Price.Amount = money.Of(4500, "USD")
	w.Product.Version = 1
	w.Put(w.Product)
	subs = append(subs, onOneCard(w, "visa_ok", 3, stolen)...)
	another(w)
	subs = append(subs, onOneCard(w, "visa_ok", 2, stolen)...)
	before := w.Gateway.Calls(gatewaytest.OpPrepare)
	w.AdvanceTo(subs[0].Period.End.Add(time.Minute))
	if n := w.Gateway.Calls(gatewaytest.OpPrepare) - before; n != 1 {
		t.Errorf("%d charges of a stolen card were prepared", n)
	}
	for _, s := range subs {
		got := w.Sub(s.ID)
		if got.Status != billing.StatusOnHold || got.Failure.Decline.Code != "stolen_card" || got.Failure.Method.ID != s.Method.ID ||
			!got.Failure.NextRetry.IsZero() || len(got.Open) != 1 || got.Lock.Set() {
			t.Errorf("%s is %s after %+v", s.ID, got.Status, got.Failure)
		}
	}
	if n := events(w, billing.EventHoldStarted); n != len(subs) {
		t.Errorf("%d of %d holds are told of", n, len(subs))
	}
}

// A stop is no matter of 30 days: who joins later with that card by another
// path is not charged to it either.
func TestAStopOutlastsEveryTally(t *testing.T) {
	t.Parallel()
	w := lifecycletest.New(t)
	s := w.Active("visa_ok")
	late := w.Active("mastercard_ok")
	w.Gateway.Program(s.Method.Reference, gatewaytest.Decline("lost_card"))
	w.AdvanceTo(s.Period.End.Add(day))
	w.Advance(40 * day)
	fresh := w.Sub(late.ID)
	fresh.Method = s.Method
	w.Put(fresh)
	before := w.Gateway.Calls(gatewaytest.OpPrepare)
	w.AdvanceTo(fresh.Period.End.Add(time.Minute))
	if got := w.Sub(late.ID); got.Status != billing.StatusOnHold || w.Gateway.Calls(gatewaytest.OpPrepare) != before {
		t.Errorf("%s, %d charges", got.Status, w.Gateway.Calls(gatewaytest.OpPrepare)-before)
	}
}

// The backup that a customer has allowed is charged an hour after a renewal
// that was refused without a charge, as after one that the bank declined.
func TestABackupPaysForAStoppedCard(t *testing.T) {
	t.Parallel()
	w := lifecycletest.New(t)
	subs := onOneCard(w, "visa_ok", 2, gatewaytest.Decline("stolen_card"))
	spare := w.Active("mastercard_ok").Method
	for _, s := range subs {
		s.Backup, s.BackupAt = spare, w.Now()
		w.Put(s)
	}
	w.AdvanceTo(subs[0].Period.End.Add(2 * time.Hour))
	for _, s := range subs {
		if got := w.Sub(s.ID); got.Status != billing.StatusActive || got.Method.ID != spare.ID {
			t.Errorf("%s is %s on %s", s.ID, got.Status, got.Method.Last4)
		}
	}
	w.Reconcile()
}

// Rules 14: renewals, though each is a transaction of its own, do not pass the
// network's limit for one amount on one card, and leave the reserve. Those for
// which there is no room wait: access lasts a day, and they are charged when
// the oldest charges no longer count.
func TestFirstChargesBeyondTheLimitWait(t *testing.T) {
	t.Parallel()
	w := lifecycletest.New(t)
	w.SetRecovery(func(p *merchant.Recovery) { p.Timing, p.Retries = merchant.TimingList, nil })
	subs := onOneCard(w, "visa_ok", 25, gatewaytest.Decline("insufficient_funds"), gatewaytest.Succeed())
	before := w.Gateway.Calls(gatewaytest.OpConfirm)
	due := subs[0].Period.End
	w.AdvanceTo(due.Add(time.Minute))
	if n := w.Gateway.Calls(gatewaytest.OpConfirm) - before; n != 20-dunning.Reserve {
		t.Errorf("%d charges were made", n)
	}
	waiting := 0
	for _, s := range subs {
		got := w.Sub(s.ID)
		if got.Failure.Decline.Code != "card_tried_too_often" {
			continue
		}
		waiting++
		if got.Status != billing.StatusActive || got.Failure.HoldAt != got.Failure.At.Add(day) || got.Failure.NextRetry < due.Add(29*day) {
			t.Errorf("%s is %s: %+v", s.ID, got.Status, got.Failure)
		}
	}
	if waiting != 5+dunning.Reserve {
		t.Errorf("%d wait", waiting)
	}
	w.Reconcile()
}

// What was refused stays refused when its worker dies before it could say so.
func TestACrashMakesNoChargeOfARefusal(t *testing.T) {
	t.Parallel()
	w := lifecycletest.New(t)
	subs := onOneCard(w, "visa_ok", 2, gatewaytest.Decline("stolen_card"))
	w.AdvanceTo(subs[0].Period.End.Add(-time.Hour))
	w.Clock.Advance(time.Hour)
	if err := w.Collect(subs[0].ID); err != nil {
		t.Fatal(err)
	}
	commits := 0
	w.Store.Before = func(record.Commit) error {
		if commits++; commits > 1 {
			return errors.New("killed")
		}
		return nil
	}
	before := w.Gateway.Calls(gatewaytest.OpPrepare)
	if err := w.Collect(subs[1].ID); err == nil || !w.Sub(subs[1].ID).Lock.Set() {
		t.Fatalf("not killed: %v", err)
	}
	w.Store.Before = nil
	w.Clock.Advance(10 * time.Minute)
	if err := w.Collect(subs[1].ID); err != nil {
		t.Fatal(err)
	}
	if got := w.Sub(subs[1].ID); got.Status != billing.StatusOnHold || w.Gateway.Calls(gatewaytest.OpPrepare) != before {
		t.Errorf("%s after %d charges", got.Status, w.Gateway.Calls(gatewaytest.OpPrepare)-before)
	}
	w.Reconcile()
}

// reads counts requests that load objects.
type reads struct {
	*recordtest.Fake
	n int
}

func (r *reads) Load(ctx context.Context, scope merchant.Scope, refs ...record.Ref) ([]any, error) {
	r.n++
	return r.Fake.Load(ctx, scope, refs...)
}

// What bars a card is read with the subscription: a renewal of a card that is
// in no trouble makes one request that reads, and writes what it always did.
func TestARenewalInGoodOrderReadsOnce(t *testing.T) {
	t.Parallel()
	w := lifecycletest.New(t)
	s := w.Active("visa_ok")
	w.AdvanceTo(s.Period.End.Add(-time.Minute))
	w.Clock.Advance(time.Hour)
	counted := &reads{Fake: w.Store}
	w.Life.Store, w.Charging.Store = counted, counted
	due, err := w.Store.Due(t.Context(), w.Scope, w.Now())
	if err != nil || len(due) != 1 || due[0].Card == "" {
		t.Fatalf("due: %+v, %v", due, err)
	}
	puts := 0
	w.Store.Before = func(c record.Commit) error {
		for _, obj := range c.Put {
			switch obj.(type) {
			case billing.Bar, billing.Tally:
				puts++
			}
		}
		return nil
	}
	if err := w.Life.Perform(t.Context(), due[0]); err != nil {
		t.Fatal(err)
	}
	if got := w.Sub(s.ID); got.Period.End <= s.Period.End || counted.n != 1 || puts != 0 {
		t.Errorf("paid until %s with %d reads and %d notes about the card", got.Period.End, counted.n, puts)
	}
}
