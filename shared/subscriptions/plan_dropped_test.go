package subscriptions_test

import (
	"testing"
	"time"

	"perennial/shared/billing"
	"perennial/shared/gateway"
	"perennial/shared/gateway/gatewaytest"
	"perennial/shared/lifecycle"
	"perennial/shared/lifecycle/lifecycletest"
	"perennial/shared/merchant"
	"perennial/shared/proration"
	"perennial/shared/record"
	"perennial/shared/recovery"
	"perennial/shared/subscriptions"
)

func uses(w shop, id string) int64 {
	return lifecycletest.Get[billing.DiscountUse](w.World, id).Used
}

// rescheduled schedules the pro plan with a code, and asks for it at once by
// link with another.
func rescheduled(t *testing.T, w shop, first, second string) (billing.Subscription, subscriptions.PlanResult) {
	t.Helper()
	s := w.on("pdt_basic")
	later := w.order(s.ID, "pdt_pro", proration.Full)
	later.Later, later.Codes = true, []string{first}
	if _, err := w.plans.ChangePlan(t.Context(), later); err != nil {
		t.Fatal(err)
	}
	wish := w.linked(s.ID)
	wish.Replace, wish.Codes = true, []string{second}
	got, err := w.plans.ChangePlan(t.Context(), wish)
	if err != nil {
		t.Fatal(err)
	}
	return w.Sub(s.ID), got
}

// A code of a scheduled change that another one replaces is redeemed once, and
// given back once when nothing comes of either.
func TestACodeOfTwoChangesCountsOnce(t *testing.T) {
	t.Parallel()
	w := newShop(t)
	percent(w, "dsc_1", "TENOFF")
	s, _ := rescheduled(t, w, "tenoff", "TENOFF")
	if n := uses(w, "dsc_1"); n != 1 {
		t.Errorf("redeemed %d times", n)
	}
	if _, err := w.Life.Cancel(t.Context(), lifecycle.Cancel{
		Scope: w.Scope, Actor: record.System, Subscription: s.ID, Mode: lifecycle.CancelNow,
	}); err != nil {
		t.Fatal(err)
	}
	if n := uses(w, "dsc_1"); n != 0 {
		t.Errorf("cancelled, it counts %d times", n)
	}
	w.Reconcile()
}

// What a paid change replaces is not redeemed any more.
func TestAPaidChangeGivesBackTheCodeOfTheScheduledOne(t *testing.T) {
	t.Parallel()
	w := newShop(t)
	percent(w, "dsc_1", "TENOFF")
	percent(w, "dsc_2", "OTHER")
	s, got := rescheduled(t, w, "tenoff", "other")
	if _, err := payLink(w, got.Page.Checkout, "visa_ok"); err != nil {
		t.Fatal(err)
	}
	if s = w.Sub(s.ID); s.Product != "pdt_pro" || s.Scheduled != nil {
		t.Fatalf("paid: %s, then %+v", s.Product, s.Scheduled)
	}
	if first, second := uses(w, "dsc_1"), uses(w, "dsc_2"); first != 0 || second != 1 {
		t.Errorf("the replaced one counts %d times, the paid one %d", first, second)
	}
	w.Reconcile()
}

// Paid in the portal, the change leaves no payment open on its page.
func TestAChangePaidElsewhereIsNotAskedForAnyMore(t *testing.T) {
	t.Parallel()
	w := newShop(t)
	s := w.on("pdt_basic")
	got, err := w.plans.ChangePlan(t.Context(), w.linked(s.ID))
	if err != nil {
		t.Fatal(err)
	}
	w.Advance(time.Minute)
	paid, err := w.plans.PayPlan(t.Context(), subscriptions.PlanPayment{Scope: w.Scope, Actor: record.System, Subscription: s.ID})
	if err != nil || paid.Payment.Status != billing.PaymentSucceeded || paid.Payment.ID == got.Page.Payment.ID {
		t.Fatalf("%+v %v", paid.Payment, err)
	}
	if p := lifecycletest.Get[billing.Payment](w.World, got.Page.Payment.ID); p.Status != billing.PaymentCancelled {
		t.Errorf("the payment of the page is %s", p.Status)
	}
	w.Reconcile()
}

// A cancellation that was asked for while the change was being paid gives the
// code back once nothing comes of the payment.
func TestACancellationDuringAPaymentGivesTheCodeBack(t *testing.T) {
	t.Parallel()
	w := newShop(t)
	percent(w, "dsc_1", "TENOFF")
	s := w.on("pdt_basic")
	wish := w.linked(s.ID)
	wish.Codes = []string{"tenoff"}
	got, err := w.plans.ChangePlan(t.Context(), wish)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := payLink(w, got.Page.Checkout, "authenticate_always"); err != nil {
		t.Fatal(err)
	}
	if !w.Sub(s.ID).Lock.Set() {
		t.Fatal("no payment is under way")
	}
	if _, err := w.Life.Cancel(t.Context(), lifecycle.Cancel{
		Scope: w.Scope, Actor: record.System, Subscription: s.ID, Mode: lifecycle.CancelNow,
	}); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Gateway.Reject(gateway.Intent(w.Sub(s.ID).Lock.Intent)); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Recovery.Finish(t.Context(), w.Scope, s.ID); err != nil {
		t.Fatal(err)
	}
	if s = w.Sub(s.ID); s.Status != billing.StatusCancelled || uses(w, "dsc_1") != 0 {
		t.Errorf("it is %s, and the code counts %d times", s.Status, uses(w, "dsc_1"))
	}
	w.Reconcile()
}

// The end of the recovery window gives the code of a scheduled change back, as
// every other end does.
func TestTheWindowsEndGivesBackTheCodeOfAScheduledChange(t *testing.T) {
	t.Parallel()
	for _, action := range []merchant.EndAction{merchant.EndStay, merchant.EndCancel} {
		w := newShop(t)
		w.SetRecovery(func(r *merchant.Recovery) { r.EndAction = action })
		percent(w, "dsc_1", "TENOFF")
		s := tried(t, w)
		later := w.order(s.ID, "pdt_pro", proration.Full)
		later.Later, later.Codes = true, []string{"tenoff"}
		if _, err := w.plans.ChangePlan(t.Context(), later); err != nil || uses(w, "dsc_1") != 1 {
			t.Fatalf("scheduled, the code counts %d times: %v", uses(w, "dsc_1"), err)
		}
		w.AdvanceTo(s.TrialEnd.Add(time.Hour))
		if got := w.Sub(s.ID); got.Status != billing.StatusOnHold || got.Scheduled == nil {
			t.Fatalf("its trial over, it is %s, then %+v", got.Status, got.Scheduled)
		}
		w.Advance(31 * day)
		got, n := w.Sub(s.ID), uses(w, "dsc_1")
		if ended := action == merchant.EndCancel; got.Status.Ended() != ended || (n == 0) != ended || w.Hold(got).Open() {
			t.Errorf("%s: it is %s, and the code counts %d times", action, got.Status, n)
		}
		w.Reconcile()
	}
}

// tried is a subscription on a free trial for which no payment method was given.
func tried(t *testing.T, w shop) billing.Subscription {
	t.Helper()
	p := lifecycletest.Get[billing.Product](w.World, "pdt_basic")
	p.Price.TrialDays, p.Price.TrialNoMethod = 14, true
	w.Put(p)
	in := lifecycletest.One(w.Scope, "pdt_basic", w.Customer.ID, "US")
	in.Cart.TrialDays = -1
	sold, err := w.Place(in)
	if err != nil {
		t.Fatal(err)
	}
	got, err := w.Recovery.ChangeMethod(t.Context(), recovery.Pay{
		Scope: w.Scope, Subscription: sold.Subscription.ID, Checkout: sold.Checkout.ID, By: billing.ByCustomer,
	})
	if err != nil {
		t.Fatal(err)
	}
	return got.Subscription
}

// A change that was applied and never paid redeems nothing, whether its
// subscription ends or returns to the plan that is paid; paid later, it does.
func TestAnAppliedChangeThatNobodyPaysGivesBackItsCode(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		does func(w shop, sub string) error
		want int64
	}{
		"cancelled": {func(w shop, sub string) error {
			_, err := w.Life.Cancel(t.Context(), lifecycle.Cancel{Scope: w.Scope, Actor: record.System, Subscription: sub, Mode: lifecycle.CancelNow})
			return err
		}, 0},
		"cancelled by the merchant's edit": {func(w shop, sub string) error {
			_, err := w.plans.Change(t.Context(), subscriptions.Change{Scope: w.Scope, Actor: record.System, Subscription: sub, Cancel: lifecycle.CancelNow})
			return err
		}, 0},
		"returned": {func(w shop, sub string) error {
			_, err := w.plans.StepPlan(t.Context(), w.Scope, record.System, sub, subscriptions.PlanReturn)
			return err
		}, 0},
		"paid": {func(w shop, sub string) error {
			_, err := w.Pay(sub, "visa_ok")
			return err
		}, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newShop(t)
			percent(w, "dsc_1", "TENOFF")
			sub := w.on("pdt_basic")
			w.Gateway.Program(sub.Method.Reference, gatewaytest.Decline("insufficient_funds"))
			wish := w.order(sub.ID, "pdt_pro", proration.Prorated)
			wish.Codes = []string{"TENOFF"}
			w.change(wish)
			if held := w.Sub(sub.ID); held.Status != billing.StatusOnHold || uses(w, "dsc_1") != 1 {
				t.Fatalf("%s, redeemed %d times", held.Status, uses(w, "dsc_1"))
			}
			if err := c.does(w, sub.ID); err != nil {
				t.Fatal(err)
			}
			if n := uses(w, "dsc_1"); n != c.want {
				t.Errorf("it counts %d times", n)
			}
			w.Reconcile()
		})
	}
}
