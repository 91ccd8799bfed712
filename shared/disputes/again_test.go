package disputes_test

import (
	"errors"
	"testing"
	"time"

	"perennial/shared/billing"
	"perennial/shared/charging"
	"perennial/shared/gateway"
	"perennial/shared/gateway/gatewaytest"
	"perennial/shared/lifecycle/lifecycletest"
	"perennial/shared/money"
	"perennial/shared/proration"
	"perennial/shared/record"
	"perennial/shared/recovery"
	"perennial/shared/subscriptions"
)

// won is a subscription whose dispute was won and heard of.
func won(t *testing.T) (*lifecycletest.World, billing.Subscription, string) {
	t.Helper()
	w := lifecycletest.New(t)
	s := w.Active("visa_ok")
	ref := open(w, s, gateway.StageDispute)
	w.HearDisputes()
	rule(w, ref, gateway.DisputeWon)
	w.HearDisputes()
	return w, s, ref
}

func overturn(w *lifecycletest.World, ref string, lost bool) {
	w.T.Helper()
	if err := w.Gateway.Overturn(ref, lost); err != nil {
		w.T.Fatal(err)
	}
	w.HearDisputes()
}

// R251, R253, rules 11: arbitration takes the money a second time, and all
// that an open dispute does begins anew.
func TestAWonDisputeIsTakenUpAgain(t *testing.T) {
	t.Parallel()
	w, s, ref := won(t)
	overturn(w, ref, false)
	w.Reconcile()
	if d := only(w); !d.Open() || d.Stage != billing.StagePreArbitration || d.Next.IsZero() || len(w.Sub(s.ID).Disputes) != 1 {
		t.Errorf("%+v", d)
	}
	if _, err := w.Pay(s.ID, "visa_ok"); !errors.Is(err, charging.ErrBarred) {
		t.Errorf("the card was taken: %v", err)
	}
	rule(w, ref, gateway.DisputeLost)
	w.HearDisputes()
	w.Reconcile()
	if got := w.Sub(s.ID); got.Status != billing.StatusCancelled || len(got.Disputes) != 0 || happened(w, billing.EventDisputeLost) != 1 {
		t.Errorf("after the second loss it is %s, %v", got.Status, got.Disputes)
	}
}

// A ruling that is changed at once is a second loss, told once.
func TestAWonDisputeIsLostAfterAll(t *testing.T) {
	t.Parallel()
	w, s, ref := won(t)
	overturn(w, ref, true)
	if err := w.HearDispute(ref, "again"); err != nil {
		t.Fatal(err)
	}
	w.Reconcile()
	if got := w.Sub(s.ID); got.Status != billing.StatusCancelled || happened(w, billing.EventDisputeLost) != 1 {
		t.Errorf("%s, %d losses told", got.Status, happened(w, billing.EventDisputeLost))
	}
	d := only(w)
	var kept int64
	for _, id := range d.Entries() {
		kept += lifecycletest.Get[billing.Entry](w, id).Postings[0].Amount.Minor
	}
	if len(d.Entries()) != 3 || kept != -d.Amount.Minor {
		t.Errorf("the entries %v come to %d", d.Entries(), kept)
	}
}

// Of an earlier stage, or the same word again, nothing is news.
func TestAnOlderWordIsNotTaken(t *testing.T) {
	t.Parallel()
	p := billing.Payment{ID: "pay_1", Amount: money.Of(2000, "USD")}
	d := billing.Dispute{ID: "dsp_1", Payment: p.ID, Stage: billing.StageDispute, Status: billing.DisputeLost, Taken: true, Amount: p.Amount}
	for _, n := range []billing.DisputeNews{
		{Stage: billing.StageDispute, Status: billing.DisputeChallenged, Amount: p.Amount},
		{Stage: billing.StagePreDispute, Status: billing.DisputeExpired, Amount: p.Amount},
		{Stage: billing.StageDispute, Status: billing.DisputeLost, Amount: p.Amount},
	} {
		if _, changed := d.Hear(n, p); changed {
			t.Errorf("%s, %s changed a dispute that is lost", n.Stage, n.Status)
		}
	}
}

// Rules 2, 11: a change of plan that waits for its payment was priced with the
// money that the bank takes back. It is discarded, and nothing is charged.
func TestADisputeDiscardsAChangeThatWaits(t *testing.T) {
	t.Parallel()
	w := lifecycletest.New(t)
	s := w.Active("visa_ok")
	dearer := w.Product
	dearer.ID, dearer.Version, dearer.Price.Amount = "pdt_pro", 0, money.Of(9000, "USD")
	w.Put(dearer)
	w.Advance(10 * 24 * time.Hour)
	w.Put(billing.Discount{ID: "dsc_1", Code: "TENOFF", Type: billing.DiscountPercentage, BasisPoints: 1000, CreatedAt: w.Now()},
		billing.DiscountCode{Code: "TENOFF", Discount: "dsc_1"})
	plans := &subscriptions.Service{Store: w.Store, Payer: w.Recovery, Charger: w.Charging, Wall: w.Clock.Now}
	w.Gateway.Program(s.Method.Reference, gatewaytest.Decline("insufficient_funds"))
	if _, err := plans.ChangePlan(t.Context(), subscriptions.PlanChange{
		Scope: w.Scope, Actor: record.System, Subscription: s.ID, Product: "pdt_pro", Quantity: 1,
		Mode: proration.Prorated, Prevent: true, By: billing.ByMerchant, Codes: []string{"TENOFF"},
	}); err != nil {
		t.Fatal(err)
	}
	change := w.Sub(s.ID).Change
	if change == nil {
		t.Fatal("no change waits")
	}
	open(w, s, gateway.StageDispute)
	w.HearDisputes()
	if got := w.Sub(s.ID); got.Change != nil || len(got.Disputes) != 1 {
		t.Errorf("the change %v waits on", got.Change)
	}
	v := lifecycletest.Get[billing.Invoice](w, change.Invoice)
	if v.Status != billing.InvoiceVoid {
		t.Errorf("its invoice is %s", v.Status)
	}
	if n := lifecycletest.Get[billing.DiscountUse](w, "dsc_1").Used; n != 0 {
		t.Errorf("its code counts %d times", n)
	}
	late := w.Sub(s.ID) // a charge of it was declined after the dispute came
	late.Change, v.Status = change, billing.InvoiceOpen
	w.Put(late, v)
	if _, err := plans.PayPlan(t.Context(), subscriptions.PlanPayment{Scope: w.Scope, Subscription: s.ID}); !errors.Is(err, billing.ErrNoPending) {
		t.Errorf("it may be paid: %v", err)
	}
	page := recovery.Pay{Scope: w.Scope, Subscription: s.ID, Token: w.Gateway.Token("visa_ok"), Invoice: change.Invoice, By: billing.ByCustomer}
	if _, err := w.Recovery.ChangeMethod(t.Context(), page); !errors.Is(err, billing.ErrNoPending) {
		t.Errorf("its page may be paid: %v", err)
	}
	w.Reconcile()
}
