package disputes_test

import (
	"errors"
	"testing"
	"time"

	"pgregory.net/rapid"

	"perennial/shared/billing"
	"perennial/shared/charging"
	"perennial/shared/gateway"
	"perennial/shared/lifecycle/lifecycletest"
	"perennial/shared/record"
	"perennial/shared/refunds"
)

func intentOf(w *lifecycletest.World, s billing.Subscription) gateway.Intent {
	w.T.Helper()
	for _, p := range lifecycletest.All[billing.Payment](w) {
		if p.Subscription == s.ID && p.Status == billing.PaymentSucceeded {
			return gateway.Intent(p.Intent)
		}
	}
	w.T.Fatal("nothing was paid")
	return ""
}

func open(w *lifecycletest.World, s billing.Subscription, stage gateway.DisputeStage) string {
	w.T.Helper()
	ref, err := w.Gateway.Open(intentOf(w, s), stage)
	if err != nil {
		w.T.Fatal(err)
	}
	return ref
}

func rule(w *lifecycletest.World, ref string, to gateway.DisputeState) {
	w.T.Helper()
	if err := w.Gateway.Rule(ref, to); err != nil {
		w.T.Fatal(err)
	}
}

func only(w *lifecycletest.World) billing.Dispute {
	w.T.Helper()
	all := lifecycletest.All[billing.Dispute](w)
	if len(all) != 1 {
		w.T.Fatalf("%d disputes", len(all))
	}
	return all[0]
}

func happened(w *lifecycletest.World, t billing.EventType) int {
	n := 0
	for _, e := range w.Store.Events() {
		if e.Type == t {
			n++
		}
	}
	return n
}

// R250, R259: what is disputed leaves the balance at once.
func TestAnOpenDisputeTakesTheMoneyAndWithholdsRenewals(t *testing.T) {
	t.Parallel()
	w := lifecycletest.New(t)
	s, other := w.Active("visa_ok"), w.Active("visa_ok")
	fine := w.Active("mastercard_ok")
	open(w, s, gateway.StageDispute)
	w.HearDisputes()
	w.Reconcile()
	if d := only(w); d.Status != billing.DisputeOpened || d.Stage != billing.StageDispute || d.Amount.Minor != 2000 || happened(w, billing.EventDisputeOpened) != 1 {
		t.Errorf("%+v", d)
	}
	w.AdvanceTo(s.Period.End.Add(time.Hour))
	for _, held := range []billing.Subscription{s, other} {
		if got := w.Sub(held.ID); got.Status != billing.StatusActive || got.Period != held.Period {
			t.Errorf("%s is %s, period %v", got.ID, got.Status, got.Period)
		}
	}
	if got := w.Sub(fine.ID); got.Period.Start != fine.Period.End {
		t.Errorf("another card's subscription was withheld too: %v", got.Period)
	}
	if _, err := w.Pay(s.ID, "visa_ok"); !errors.Is(err, charging.ErrBarred) {
		t.Errorf("the same card was taken: %v", err)
	}
	if _, err := w.Pay(s.ID, "mastercard_ok"); err != nil {
		t.Errorf("another card was refused: %v", err)
	}
}

// R253: won, the money comes back and billing goes on without back-billing.
func TestAWonDisputeResumesFromTheNextDate(t *testing.T) {
	t.Parallel()
	for _, to := range []gateway.DisputeState{gateway.DisputeWon, gateway.DisputeCancelled} {
		w := lifecycletest.New(t)
		s := w.Active("visa_ok")
		ref := open(w, s, gateway.StageDispute)
		w.HearDisputes()
		w.AdvanceTo(s.Period.End.Add(40 * 24 * time.Hour))
		rule(w, ref, to)
		w.HearDisputes()
		w.Reconcile()
		got := w.Sub(s.ID)
		if len(got.Disputes) != 0 || got.Period.End <= w.Now() || got.Period.Start > w.Now() {
			t.Errorf("%s: %+v", to, got)
		}
		before := len(lifecycletest.All[billing.Payment](w))
		w.AdvanceTo(got.Period.End)
		if n := len(lifecycletest.All[billing.Payment](w)) - before; n != 1 {
			t.Errorf("%s: %d payments at the next date", to, n)
		}
		w.Reconcile()
	}
}

// R252: lost, the subscription ends and the money stays away, once.
func TestALostDisputeEndsTheSubscription(t *testing.T) {
	t.Parallel()
	w := lifecycletest.New(t)
	s, other := w.Active("visa_ok"), w.Active("visa_ok")
	ref := open(w, s, gateway.StageDispute)
	w.HearDisputes()
	rule(w, ref, gateway.DisputeLost)
	w.HearDisputes()
	if got := w.Sub(s.ID); got.Status != billing.StatusCancelled || len(got.Disputes) != 0 {
		t.Errorf("%+v", got)
	}
	if got := w.Sub(other.ID); got.Status != billing.StatusActive || len(got.Disputes) != 0 {
		t.Errorf("the other one is %s, %v", got.Status, got.Disputes)
	}
	p := lifecycletest.Get[billing.Payment](w, only(w).Payment)
	_, err := w.Refunds.Refund(t.Context(), refunds.Wish{Scope: w.Scope, Payment: p.ID})
	if !errors.Is(err, billing.ErrDisputed) || happened(w, billing.EventDisputeLost) != 1 {
		t.Errorf("a refund of lost money: %v", err)
	}
	w.Reconcile()
}

func TestAnInquiryMovesNothingAndMayBeRefunded(t *testing.T) {
	t.Parallel()
	w := lifecycletest.New(t)
	s := w.Active("inquired")
	w.HearDisputes()
	d := only(w)
	if d.Stage != billing.StagePreDispute || d.Taken || len(w.Sub(s.ID).Disputes) != 0 {
		t.Errorf("%+v", d)
	}
	if _, err := w.Refunds.Refund(t.Context(), refunds.Wish{Scope: w.Scope, Payment: d.Payment}); err != nil {
		t.Errorf("a refund while the bank asks: %v", err)
	}
	rule(w, d.Reference, gateway.DisputeExpired)
	w.HearDisputes()
	if got := w.Sub(s.ID); got.Status != billing.StatusActive {
		t.Errorf("an inquiry that led to nothing ended it: %s", got.Status)
	}
	w.Reconcile()
}

func TestAnInquiryThatEscalatesTakesWhatIsLeft(t *testing.T) {
	t.Parallel()
	w := lifecycletest.New(t)
	s := w.Active("inquired")
	w.HearDisputes()
	d := only(w)
	item := billing.RefundItem{Item: w.Product.ID, Amount: 500}
	if _, err := w.Refunds.Refund(t.Context(), refunds.Wish{Scope: w.Scope, Payment: d.Payment, Items: []billing.RefundItem{item}}); err != nil {
		t.Fatal(err)
	}
	if err := w.Gateway.Escalate(d.Reference); err != nil {
		t.Fatal(err)
	}
	w.HearDisputes()
	if got := only(w); !got.Taken || got.Amount.Minor != 1500 || len(w.Sub(s.ID).Disputes) != 1 {
		t.Errorf("%+v", got)
	}
	w.Reconcile()
}

// R251, R255: the end may come first, twice, or without the beginning.
func TestTheEndMayComeFirst(t *testing.T) {
	t.Parallel()
	for _, to := range []gateway.DisputeState{gateway.DisputeWon, gateway.DisputeCancelled, gateway.DisputeLost, gateway.DisputeAccepted} {
		w := lifecycletest.New(t)
		s := w.Active("visa_ok")
		ref := open(w, s, gateway.StageDispute)
		rule(w, ref, to)
		for _, event := range []string{"evt_2", "evt_1", "evt_2"} {
			if err := w.HearDispute(ref, event); err != nil {
				t.Fatal(err)
			}
		}
		lost := to == gateway.DisputeLost || to == gateway.DisputeAccepted
		if got := w.Sub(s.ID); got.Status.Ended() != lost || len(got.Disputes) != 0 {
			t.Errorf("%s: %s, %v", to, got.Status, got.Disputes)
		}
		if n := happened(w, billing.EventDisputeOpened); n != 0 {
			t.Errorf("%s: %d openings told after the end", to, n)
		}
		w.Reconcile()
	}
}

func TestALostWebhookIsFoundByAsking(t *testing.T) {
	t.Parallel()
	w := lifecycletest.New(t)
	ref := open(w, w.Active("visa_ok"), gateway.StageDispute)
	w.HearDisputes()
	rule(w, ref, gateway.DisputeWon)
	w.Clock.Advance(25 * time.Hour)
	if err := w.LookAt(record.RefOf[billing.Dispute](only(w).ID)); err != nil {
		t.Fatal(err)
	}
	if d := only(w); d.Status != billing.DisputeWon || !d.Next.IsZero() {
		t.Errorf("%+v", d)
	}
	w.Reconcile()
}

func TestADisputeFromAnotherAccountIsRefused(t *testing.T) {
	t.Parallel()
	w := lifecycletest.New(t)
	ref := open(w, w.Active("visa_ok"), gateway.StageDispute)
	d, err := w.Gateway.Dispute(t.Context(), lifecycletest.Account(w.Scope), ref)
	if err != nil {
		t.Fatal(err)
	}
	before := len(w.Store.Commits())
	err = w.Disputes.Hear(t.Context(), charging.Notice{Account: gateway.Account{Gateway: "sandbox", ID: "bus_2"}, Event: "e", Dispute: &d})
	if err == nil || len(w.Store.Commits()) != before {
		t.Errorf("a stranger's dispute was taken: %v", err)
	}
}

// TestAnyOrderKeepsTheBooks brings webhooks, rulings, renewals and refunds in
// any order and compares the books with the gateway's.
func TestAnyOrderKeepsTheBooks(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(r *rapid.T) {
		w := lifecycletest.New(t)
		s := w.Active("visa_ok")
		var refs []string
		states := []gateway.DisputeState{
			gateway.DisputeChallenged, gateway.DisputeWon, gateway.DisputeLost, gateway.DisputeCancelled, gateway.DisputeExpired, gateway.DisputeAccepted,
		}
		for range rapid.IntRange(1, 10).Draw(r, "steps") {
			switch rapid.IntRange(0, 6).Draw(r, "act") {
			case 0:
				stage := rapid.SampledFrom([]gateway.DisputeStage{gateway.StageInquiry, gateway.StageDispute}).Draw(r, "stage")
				if ref, err := w.Gateway.Open(intentOf(w, s), stage); err == nil {
					refs = append(refs, ref)
				}
			case 1:
				if len(refs) > 0 {
					_ = w.Gateway.Rule(rapid.SampledFrom(refs).Draw(r, "ref"), rapid.SampledFrom(states).Draw(r, "to")) // over already
				}
			case 2:
				if len(refs) > 0 {
					_ = w.Gateway.Escalate(rapid.SampledFrom(refs).Draw(r, "ref")) // no inquiry any more
				}
			case 3:
				if len(refs) > 0 {
					if err := w.HearDispute(rapid.SampledFrom(refs).Draw(r, "ref"), "evt"); err != nil {
						r.Fatal(err)
					}
				}
			case 6:
				if len(refs) > 0 {
					_ = w.Gateway.Overturn(rapid.SampledFrom(refs).Draw(r, "ref"), rapid.Bool().Draw(r, "lost")) // not won
				}
			case 4:
				w.Advance(20 * 24 * time.Hour)
			case 5:
				for _, p := range lifecycletest.All[billing.Payment](w) {
					_, _ = w.Refunds.Refund(t.Context(), refunds.Wish{Scope: w.Scope, Payment: p.ID}) // refused when disputed or old
				}
			}
		}
		w.HearDisputes()
		w.Reconcile()
		if t.Failed() {
			r.Fatal("the books differ")
		}
		for _, d := range lifecycletest.All[billing.Dispute](w) {
			if d.Status.Final() != d.Next.IsZero() {
				r.Fatalf("%s is %s and asked for at %v", d.ID, d.Status, d.Next)
			}
		}
	})
}
