package subscriptions_test

import (
	"errors"
	"testing"
	"time"

	"perennial/shared/billing"
	"perennial/shared/gateway/gatewaytest"
	"perennial/shared/lifecycle"
	"perennial/shared/lifecycle/lifecycletest"
	"perennial/shared/proration"
	"perennial/shared/record"
	"perennial/shared/refunds"
	"perennial/shared/subscriptions"
)

func (s shop) refund(payment string, items ...billing.RefundItem) billing.Refund {
	s.T.Helper()
	row, err := s.Refunds.Refund(s.T.Context(), refunds.Wish{Scope: s.Scope, Actor: record.System, Payment: payment, Items: items})
	if err != nil {
		s.T.Fatal(err)
	}
	return row.Object
}

// owed is what the journal says that customers have to their credit.
func (s shop) owed() (minor int64) {
	for _, c := range s.Store.Commits() {
		for _, obj := range c.Put {
			e, _ := obj.(billing.Entry)
			for _, p := range e.Postings {
				if p.Account == billing.AccountCredit {
					minor -= p.Amount.Minor
				}
			}
		}
	}
	return minor
}

// Rules 2: what a plan change gave back of a payment does not stay when the
// whole payment goes back.
func TestAFullRefundTakesUnusedCreditBackFirst(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	sub := s.on("pdt_pro")
	s.change(s.order(sub.ID, "pdt_starter", proration.Prorated)) // 40.00 back, 10.00 charged
	if got := s.Sub(sub.ID).Balance().Minor; got != 3000 || s.owed() != 3000 {
		t.Fatalf("a credit of %d, %d in the journal", got, s.owed())
	}
	r := s.refund(sub.FirstPayment)
	if got := s.Sub(sub.ID).Balance().Minor; r.Amount.Minor != 8000 || got != 0 || s.owed() != 0 || len(r.Reclaimed) != 1 {
		t.Errorf("%v went back, a credit of %d is left, %d in the journal", r.Amount, got, s.owed())
	}
	s.Reconcile()
}

// A part of the payment that goes back leaves the credit as long as both
// together are at most what was paid.
func TestAPartialRefundTakesOnlyWhatWouldGoBackTwice(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	sub := s.on("pdt_pro")
	s.change(s.order(sub.ID, "pdt_starter", proration.Prorated)) // a credit of 30.00 of 80.00
	for _, c := range []struct{ back, left int64 }{{5000, 3000}, {1000, 2000}, {2000, 0}} {
		s.refund(sub.FirstPayment, billing.RefundItem{Item: "pdt_pro", Amount: c.back})
		if got := s.Sub(sub.ID).Balance().Minor; got != c.left || s.owed() != c.left {
			t.Errorf("a credit of %d after %d more, %d in the journal; %d should be left", got, c.back, s.owed(), c.left)
		}
	}
	s.Reconcile()
}

// What a credit note of the merchant gave is no credit of a later plan change,
// and what a plan change credited is given by no note.
func TestACreditNoteAndAPlanChangeGiveNothingTwice(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		noteFirst   bool
		gross, left int64
	}{{true, 8000, 0}, {true, 4000, 1000}, {false, 5001, 3000}, {false, 5000, 3000}} {
		s := newShop(t)
		sub := s.on("pdt_pro")
		note := func() error {
			_, err := s.Refunds.Credit(t.Context(), refunds.CreditWish{
				Scope: s.Scope, Actor: record.System, Payment: sub.FirstPayment, Gross: c.gross, To: billing.CreditOutside,
			})
			return err
		}
		if c.noteFirst {
			if err := note(); err != nil {
				t.Fatal(err)
			}
		}
		s.change(s.order(sub.ID, "pdt_starter", proration.Prorated)) // a credit of 30.00 of 80.00 otherwise
		if !c.noteFirst {
			if err := note(); (err != nil) != (c.gross > 5000) {
				t.Errorf("%d of 8000 with 3000 credited: %v", c.gross, err)
			}
		}
		if got := s.Sub(sub.ID).Balance().Minor; got != c.left {
			t.Errorf("%+v: a credit of %d", c, got)
		}
		s.Reconcile()
	}
}

// What a payment gave back before its money, as credit, paid a period alone
// counts in no change of that period: half of it is left at half-time.
func TestAPeriodThatCreditPaidIsPaidFor(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	sub := s.on("pdt_pro")
	_, err := s.Refunds.Credit(t.Context(), refunds.CreditWish{Scope: s.Scope, Actor: record.System, Payment: sub.FirstPayment, To: billing.CreditBalance})
	if err != nil {
		t.Fatal(err)
	}
	s.AdvanceTo(sub.Period.End)
	next := s.Sub(sub.ID)
	s.AdvanceTo(next.Period.Start.Add(next.Period.End.Sub(next.Period.Start) / 2))
	s.change(s.order(sub.ID, "pdt_starter", proration.Prorated)) // 10.00 of the 40.00 that are left
	if got := s.Sub(sub.ID).Balance().Minor; got != 3000 || len(s.Gateway.Ledger()) != 1 {
		t.Errorf("a credit of %d is left, the ledger has %v", got, s.Gateway.Ledger())
	}
	s.Reconcile()
}

// Credit that an unpaid renewal has used comes back when the renewal is void:
// until then its payment does not go back whole.
func TestCreditInUseIsNotRefunded(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	sub := s.on("pdt_pro")
	s.change(s.order(sub.ID, "pdt_basic", proration.Prorated)) // a credit of 25.00
	s.Gateway.Program(sub.Method.Reference, gatewaytest.Decline("insufficient_funds"))
	s.AdvanceTo(sub.Period.End)
	if got := s.Sub(sub.ID); got.Status.Access() || got.Balance().Minor != 0 {
		t.Fatalf("it is %s with a credit of %v", got.Status, got.Balance())
	}
	paid := lifecycletest.Get[billing.Payment](s.World, sub.FirstPayment)
	paid.CapturedAt = paid.CapturedAt.Add(day) // it may still be refunded
	s.Put(paid)
	whole := refunds.Wish{Scope: s.Scope, Actor: record.System, Payment: sub.FirstPayment}
	if _, err := s.Refunds.Refund(t.Context(), whole); !errors.Is(err, billing.ErrCreditInUse) {
		t.Errorf("refunded: %v", err)
	}
	s.refund(sub.FirstPayment, billing.RefundItem{Item: "pdt_pro", Amount: 5500})
	if _, err := s.Life.Cancel(t.Context(), lifecycle.Cancel{Scope: s.Scope, Actor: record.System, Subscription: sub.ID, Mode: lifecycle.CancelNow}); err != nil {
		t.Fatal(err)
	}
	s.refund(sub.FirstPayment)
	if got := s.Sub(sub.ID).Balance().Minor; got != 0 || s.owed() != 0 {
		t.Errorf("a credit of %d is left, %d in the journal", got, s.owed())
	}
	s.Reconcile()
}

func TestARefundThatFailsGivesTheCreditBack(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	s.Product.ID = "pdt_pro"
	sub := s.Active("refund_fails")
	s.AdvanceTo(sub.Period.Start.Add(15 * day))
	s.change(s.order(sub.ID, "pdt_starter", proration.Prorated))
	r := s.refund(sub.FirstPayment)
	if got := s.Sub(sub.ID).Balance().Minor; got != 0 {
		t.Fatalf("%d can be used while it is on its way back", got)
	}
	for range 2 {
		s.Clock.Advance(5 * time.Minute)
		if err := s.LookAt(record.RefOf[billing.Refund](r.ID)); err != nil {
			t.Fatal(err)
		}
	}
	if got := s.Sub(sub.ID).Balance().Minor; got != 3000 || s.owed() != 3000 {
		t.Errorf("a credit of %d, %d in the journal", got, s.owed())
	}
	s.Reconcile()
}

// A plan is not changed while the money that it would give back is on its way.
func TestNoChangeOfPlanDuringARefund(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	s.Product.ID = "pdt_pro"
	sub := s.Active("refund_pending")
	s.AdvanceTo(sub.Period.Start.Add(15 * day))
	before := s.Sub(sub.ID)
	s.refund(sub.FirstPayment)
	if _, err := s.plans.ChangePlan(t.Context(), s.order(sub.ID, "pdt_starter", proration.Prorated)); !errors.Is(err, billing.ErrRefunding) {
		t.Errorf("changed: %v", err)
	}
	if s.Sub(sub.ID).Version == before.Version {
		t.Error("a change that was decided at the same moment would not meet the refund")
	}
}

// What a change that waits for its payment will give back of a payment does
// not go back twice: the change is paid or discarded first (rules 2).
func TestNoRefundOfWhatAWaitingChangeGivesBack(t *testing.T) {
	t.Parallel()
	for name, items := range map[string][]billing.RefundItem{"whole": nil, "a part": {{Item: "pdt_basic", Amount: 1000}}} {
		s := newShop(t)
		sub := s.on("pdt_basic")
		wish := s.order(sub.ID, "pdt_pro", proration.Prorated)
		wish.Prevent = true
		s.Gateway.Program(sub.Method.Reference, gatewaytest.Decline("insufficient_funds"))
		s.change(wish)
		_, err := s.Refunds.Refund(t.Context(), refunds.Wish{Scope: s.Scope, Actor: record.System, Payment: sub.FirstPayment, Items: items})
		if !errors.Is(err, billing.ErrChangePending) {
			t.Errorf("%s: %v", name, err)
		}
		if _, err := s.plans.StepPlan(t.Context(), s.Scope, record.System, sub.ID, subscriptions.PlanDiscard); err != nil {
			t.Fatal(err)
		}
		s.refund(sub.FirstPayment, items...)
		s.Reconcile()
	}
}

// Credit that a discarded change would have used is still of the payment that
// it was made of (rules 2).
func TestCreditRemembersItsPaymentThroughADiscard(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	sub := s.on("pdt_pro")
	s.change(s.order(sub.ID, "pdt_starter", proration.Prorated)) // a credit of 30.00
	wish := s.order(sub.ID, "pdt_pro", proration.Prorated)
	wish.Prevent, wish.Quantity = true, 3
	s.Gateway.Program(sub.Method.Reference, gatewaytest.Decline("insufficient_funds"))
	s.change(wish)
	if got := s.Sub(sub.ID).Balance().Minor; got != 0 {
		t.Fatalf("a credit of %d is left while the change waits", got)
	}
	if _, err := s.plans.StepPlan(t.Context(), s.Scope, record.System, sub.ID, subscriptions.PlanDiscard); err != nil {
		t.Fatal(err)
	}
	if got := s.Sub(sub.ID).Balance().Minor; got != 3000 {
		t.Fatalf("a credit of %d after the discard", got)
	}
	s.refund(sub.FirstPayment)
	if got := s.Sub(sub.ID).Balance().Minor; got != 0 || s.owed() != 0 {
		t.Errorf("a credit of %d is left, %d in the journal", got, s.owed())
	}
	s.Reconcile()
}

// A period that credit alone pays is paid with older payments: a refund of one
// is known when the plan changes again (rules 2).
func TestAPeriodPaidByCreditKnowsWhoseMoneyItIs(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	sub := s.on("pdt_pro")
	first := sub.Receipts[0]
	s.change(s.order(sub.ID, "pdt_starter", proration.Prorated)) // 30.00 stay as credit
	sub = s.Sub(sub.ID)
	s.AdvanceTo(sub.Period.End.Add(time.Hour)) // the renewal of 20.00 is paid by it
	sub = s.Sub(sub.ID)
	if len(sub.Receipts) != 1 || sub.Receipts[0] != first || sub.Balance().Minor != 1000 {
		t.Fatalf("receipts %v, a credit of %v", sub.Receipts, sub.Balance())
	}
	disputed := lifecycletest.Get[billing.Payment](s.World, first)
	disputed.Withheld = disputed.Amount
	s.Put(disputed)
	preview, err := s.plans.PreviewPlan(t.Context(), s.order(sub.ID, "pdt_basic", proration.Prorated))
	if err != nil || preview.Quote.Credit.Gross.Minor != 0 {
		t.Errorf("of money that went back %v would be given back, %v", preview.Quote.Credit.Gross, err)
	}
}

// The date of a scheduled change is the billing date, wherever that is moved.
func TestAScheduledChangeMovesWithItsDate(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	sub := s.on("pdt_basic")
	wish := s.order(sub.ID, "pdt_pro", proration.Full)
	wish.Later = true
	s.change(wish)
	scope, later := s.Scope, sub.Period.End.Add(5*day)
	for name, c := range map[string]subscriptions.Change{
		"moved":   {Scope: scope, Actor: record.System, Subscription: sub.ID, Edit: billing.Edit{NextBilling: later}},
		"resumed": {Scope: scope, Actor: record.System, Subscription: sub.ID, Resume: true},
	} {
		if c.Resume {
			if _, err := s.plans.Change(t.Context(), subscriptions.Change{Scope: scope, Actor: record.System, Subscription: sub.ID, Pause: true}); err != nil {
				t.Fatal(err)
			}
			s.Advance(3 * day)
		}
		if _, err := s.plans.Change(t.Context(), c); err != nil {
			t.Fatal(err)
		}
		if got := s.Sub(sub.ID); got.Scheduled.Date != got.Period.End {
			t.Errorf("%s: billed on %s, changed on %s", name, got.Period.End, got.Scheduled.Date)
		}
	}
}
