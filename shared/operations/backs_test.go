package operations_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"perennial/shared/billing"
	"perennial/shared/lifecycle/lifecycletest"
	"perennial/shared/merchant"
	"perennial/shared/operations"
	"perennial/shared/refunds"
)

// kept is the gateway's account of the world, per payment.
func kept(w *lifecycletest.World) operations.Ledger {
	return func(context.Context, merchant.Scope) (map[string]int64, error) {
		net := map[string]int64{}
		for _, p := range lifecycletest.All[billing.Payment](w) {
			for _, line := range w.Gateway.Ledger() {
				if string(line.Intent) == p.Intent {
					net[p.ID] += line.Kept()
				}
			}
		}
		return net, nil
	}
}

func TestTheDoctorKnowsRefundsAndDisputes(t *testing.T) {
	t.Parallel()
	w := lifecycletest.New(t)
	w.Active("refund_pending")
	p := lifecycletest.All[billing.Payment](w)[0]
	if _, err := w.Refunds.Refund(t.Context(), refunds.Wish{Scope: w.Scope, Payment: p.ID}); err != nil {
		t.Fatal(err)
	}
	w.Active("disputed")
	w.HearDisputes()
	doctor := &operations.Service{Store: w.Store, Wall: w.Clock.Now}
	found, err := doctor.Examine(t.Context(), w.Scope, kept(w))
	if err != nil || len(found) != 0 {
		t.Fatalf("a sound scope: %+v, %v", found, err)
	}
	sick := lifecycletest.Get[billing.Payment](w, p.ID)
	sick.Refunded.Minor = sick.Amount.Minor + 1
	w.Put(sick)
	if found, err = doctor.Examine(t.Context(), w.Scope, kept(w)); err != nil || len(found) < 2 {
		t.Errorf("more refunded than captured: %+v, %v", found, err)
	}
}

// What a gateway names beyond the payment is not taken; people are told of it.
func TestTheDoctorTellsOfADisputeOverMoreThanWasPaid(t *testing.T) {
	t.Parallel()
	w := lifecycletest.New(t)
	w.Active("disputed")
	w.HearDisputes()
	d := lifecycletest.All[billing.Dispute](w)[0]
	d.Claimed = d.Amount
	d.Claimed.Minor++
	w.Put(d)
	doctor := &operations.Service{Store: w.Store, Wall: w.Clock.Now}
	found, err := doctor.Examine(t.Context(), w.Scope, kept(w))
	want := []operations.Finding{{
		Scope: w.Scope, Object: d.ID, Rule: "no dispute is over more than was paid",
		Detail: fmt.Sprintf("the gateway names %d, %d are taken", d.Amount.Minor+1, d.Amount.Minor),
	}}
	if diff := cmp.Diff(want, found); err != nil || diff != "" {
		t.Errorf("%v %s", err, diff)
	}
}
