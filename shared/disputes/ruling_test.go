package disputes_test

import (
	"context"
	"slices"
	"testing"

	"perennial/shared/billing"
	"perennial/shared/gateway"
	"perennial/shared/lifecycle/lifecycletest"
)

// between answers as the gateway does, and does something once before the
// answer arrives.
type between struct {
	gateway.Disputer
	meanwhile func()
}

func (b *between) Dispute(ctx context.Context, account gateway.Account, ref string) (gateway.Dispute, error) {
	d, err := b.Disputer.Dispute(ctx, account, ref)
	if do := b.meanwhile; do != nil {
		b.meanwhile = nil
		do()
	}
	return d, err
}

// R255, rules 11: a bank changes its mind, and the notices of both rulings come
// in any order and twice. The last ruling stands, and the money is where it is.
func TestTheLastRulingStandsInWhateverOrderItIsHeard(t *testing.T) {
	t.Parallel()
	for _, before := range []gateway.DisputeState{gateway.DisputeLost, gateway.DisputeWon} {
		for _, heard := range []int{0, 1, 2} { // how many rulings are heard before the last one falls
			w := lifecycletest.New(t)
			ref := open(w, w.Active("visa_ok"), gateway.StageDispute)
			rule(w, ref, before)
			for range heard {
				if err := w.HearDispute(ref, "evt_first"); err != nil {
					t.Fatal(err)
				}
			}
			if err := w.Gateway.Overturn(ref, true); err != nil {
				t.Fatal(err)
			}
			for _, event := range []string{"evt_last", "evt_first", "evt_last"} {
				if err := w.HearDispute(ref, event); err != nil {
					t.Fatal(err)
				}
			}
			want := billing.DisputeWon
			if before == gateway.DisputeWon {
				want = billing.DisputeLost
			}
			if d := only(w); d.Status != want || d.Returned != (want == billing.DisputeWon) || happened(w, billing.EventDisputeWon) > 1 || happened(w, billing.EventDisputeLost) > 1 {
				t.Errorf("%s, heard %d times: %+v", before, heard, d)
			}
			w.Reconcile()
		}
	}
}

// Somebody hears the last ruling while an earlier answer is on its way: the
// earlier one is not written over it.
func TestAnAnswerThatWasOvertakenIsAskedForAgain(t *testing.T) {
	t.Parallel()
	for _, before := range []gateway.DisputeState{gateway.DisputeLost, gateway.DisputeWon} {
		w := lifecycletest.New(t)
		ref := open(w, w.Active("visa_ok"), gateway.StageDispute)
		w.HearDisputes()
		rule(w, ref, before)
		w.Disputes.Gateway = &between{w.Gateway, func() {
			if err := w.Gateway.Overturn(ref, true); err != nil {
				t.Error(err)
			}
			if err := w.HearDispute(ref, "evt_last"); err != nil {
				t.Error(err)
			}
		}}
		if err := w.HearDispute(ref, "evt_first"); err != nil {
			t.Fatal(err)
		}
		told, err := w.Gateway.Dispute(t.Context(), lifecycletest.Account(w.Scope), ref)
		if err != nil || only(w).Status != billing.DisputeStatus("dispute_"+string(told.State)) {
			t.Errorf("the gateway says %s, we %s (%v)", told.State, only(w).Status, err)
		}
		w.Reconcile()
	}
}

// claims names another amount than the gateway does.
type claims struct {
	gateway.Disputer
	minor int64
}

func (c claims) Dispute(ctx context.Context, account gateway.Account, ref string) (gateway.Dispute, error) {
	d, err := c.Disputer.Dispute(ctx, account, ref)
	d.Amount.Minor = c.minor
	return d, err
}

// A dispute over more than was paid bars the card as any other does; no more
// than the payment is taken, and people are told.
func TestADisputeTakesNoMoreThanWasPaid(t *testing.T) {
	t.Parallel()
	w := lifecycletest.New(t)
	s := w.Active("visa_ok")
	ref := open(w, s, gateway.StageDispute)
	w.Disputes.Gateway = claims{w.Gateway, -2000}
	if err := w.HearDispute(ref, "evt_1"); err == nil || len(lifecycletest.All[billing.Dispute](w)) != 0 {
		t.Errorf("a dispute that pays was taken: %v", err)
	}
	w.Disputes.Gateway = claims{w.Gateway, 2001}
	if err := w.HearDispute(ref, "evt_2"); err != nil {
		t.Fatal(err)
	}
	d := only(w)
	if d.Amount.Minor != 2000 || d.Claimed.Minor != 2001 || !slices.Contains(w.Sub(s.ID).Disputes, d.ID) {
		t.Errorf("%+v", d)
	}
	w.Reconcile()
}
