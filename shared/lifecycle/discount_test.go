package lifecycle_test

import (
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"perennial/shared/billing"
	"perennial/shared/lifecycle"
	"perennial/shared/lifecycle/lifecycletest"
	"perennial/shared/money"
	"perennial/shared/purchases"
	"perennial/shared/record"
	"perennial/shared/recovery"
)

// offer stores a discount with its code.
func offer(w *lifecycletest.World, d billing.Discount) {
	w.T.Helper()
	w.Put(d, billing.DiscountCode{Code: d.Code, Discount: d.ID})
}

// orderWith begins a subscription of a customer with discount codes.
func orderWith(w *lifecycletest.World, customer string, codes ...string) (purchases.Placed, error) {
	in := lifecycletest.One(w.Scope, w.Product.ID, customer, "US")
	in.Cart.Codes = codes
	return w.Place(in)
}

func used(w *lifecycletest.World, id string) int64 {
	found, err := w.Store.Load(w.T.Context(), w.Scope, record.RefOf[billing.DiscountUse](id))
	if err != nil {
		w.T.Fatal(err)
	}
	u, _ := found[0].(billing.DiscountUse)
	return u.Used
}

func TestADiscountReducesItsPeriodsAndNoMore(t *testing.T) {
	t.Parallel()
	w := lifecycletest.New(t)
	offer(w, billing.Discount{ID: "dsc_1", Code: "HALF", Type: billing.DiscountPercentage, BasisPoints: 5000, Cycles: 2})
	s, err := orderWith(w, w.Customer.ID, " half ")
	if err != nil || s.Payment.Amount != money.Of(1000, "USD") {
		t.Fatalf("asked for %v, %v", s.Payment.Amount, err)
	}
	if used(w, "dsc_1") != 0 {
		t.Error("an order that nobody began to pay was counted")
	}
	r, err := w.Pay(s.Subscription.ID, "visa_ok")
	if err != nil || r.Payment.Amount != money.Of(1000, "USD") || len(r.Payment.Discounts) != 1 {
		t.Fatalf("paid %v with %v, %v", r.Payment.Amount, r.Payment.Discounts, err)
	}
	w.Advance(65 * day)
	paid := map[int64]int{}
	for _, p := range lifecycletest.All[billing.Payment](w) {
		paid[p.Amount.Minor]++
	}
	if paid[1000] != 2 || paid[2000] != 1 || w.Sub(s.Subscription.ID).Discounts[0].Left != 0 {
		t.Errorf("three periods were paid as %v", paid)
	}
	if used(w, "dsc_1") != 1 || used(w, "dsc_1/cus_1") != 1 {
		t.Error("renewals were counted as redemptions")
	}
	w.Reconcile()
}

func TestATrialUsesUpNoDiscount(t *testing.T) {
	t.Parallel()
	w := lifecycletest.New(t)
	offer(w, billing.Discount{ID: "dsc_1", Code: "ONCE", Type: billing.DiscountPercentage, BasisPoints: 5000, Cycles: 1})
	in := lifecycletest.One(w.Scope, w.Product.ID, w.Customer.ID, "US")
	in.Cart.TrialDays, in.Cart.Codes = 7, []string{"ONCE"}
	s, err := w.Place(in)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Pay(s.Subscription.ID, "visa_ok"); err != nil {
		t.Fatal(err)
	}
	w.Advance(8 * day)
	for _, p := range lifecycletest.All[billing.Payment](w) {
		if m := p.Amount.Minor; m != 0 && m != 1000 {
			t.Errorf("paid %d", m)
		}
	}
	w.Reconcile()
}

func TestAnUnpaidPurchaseGivesItsRedemptionBack(t *testing.T) {
	t.Parallel()
	for _, how := range []string{"never paid", "cancelled"} {
		w := lifecycletest.New(t)
		offer(w, billing.Discount{ID: "dsc_1", Code: "ONE", Type: billing.DiscountPercentage, BasisPoints: 5000, UsageLimit: 1})
		s, err := orderWith(w, w.Customer.ID, "ONE")
		if err != nil {
			t.Fatal(err)
		}
		for range 2 {
			if r, err := w.Pay(s.Subscription.ID, "decline_on_charge"); err != nil || r.Payment.Status != billing.PaymentFailed {
				t.Fatalf("%v, %v", r.Payment.Status, err)
			}
		}
		if used(w, "dsc_1") != 1 {
			t.Errorf("%s: two attempts count as %d redemptions", how, used(w, "dsc_1"))
		}
		if _, err := orderWith(w, w.Customer.ID, "ONE"); !errors.Is(err, billing.ErrDiscountUsedUp) {
			t.Errorf("%s: while it is reserved: %v", how, err)
		}
		if how == "cancelled" {
			cancel(w, s.Subscription.ID, lifecycle.CancelNow)
		}
		w.Advance(25 * time.Hour)
		if used(w, "dsc_1") != 0 {
			t.Errorf("%s: %d redemptions are left", how, used(w, "dsc_1"))
		}
		w.Reconcile()
	}
}

func TestCodesThatMayNotBeRedeemed(t *testing.T) {
	t.Parallel()
	w := lifecycletest.New(t)
	now := w.Now()
	percent := func(code string, change func(*billing.Discount)) {
		d := billing.Discount{ID: "dsc_" + code, Code: code, Type: billing.DiscountPercentage, BasisPoints: 1000}
		change(&d)
		offer(w, d)
	}
	percent("EARLY", func(d *billing.Discount) { d.StartsAt = now.Add(day) })
	percent("LATE", func(d *billing.Discount) { d.ExpiresAt = now })
	percent("GONE", func(d *billing.Discount) { d.Deleted = true })
	percent("OLD", func(d *billing.Discount) { d.Eligibility = billing.EligibleExisting })
	percent("LIST", func(d *billing.Discount) { d.Eligibility = billing.EligibleSpecific })
	percent("OTHER", func(d *billing.Discount) { d.Products = []string{"pdt_2"} })
	percent("MUCH", func(d *billing.Discount) {
		d.Options = []billing.DiscountOption{{Currency: "USD", MinimumSubtotal: 2001}}
	})
	percent("EURO", func(d *billing.Discount) {
		d.Type, d.Options = billing.DiscountFlat, []billing.DiscountOption{{Currency: "EUR", Max: 500}}
	})
	percent("FINE", func(*billing.Discount) {})
	for _, c := range []struct {
		codes []string
		want  error
	}{
		{[]string{"NONE"}, billing.ErrDiscountUnknown}, {[]string{"EARLY"}, billing.ErrDiscountEarly},
		{[]string{"LATE"}, billing.ErrDiscountExpired}, {[]string{"GONE"}, billing.ErrDiscountUnknown},
		{[]string{"OLD"}, billing.ErrDiscountNotForYou}, {[]string{"LIST"}, billing.ErrDiscountNotForYou},
		{[]string{"OTHER"}, billing.ErrDiscountProduct}, {[]string{"MUCH"}, billing.ErrDiscountMinimum},
		{[]string{"EURO"}, billing.ErrDiscountCurrency}, {[]string{"FINE", "fine"}, billing.ErrDiscountTwice},
	} {
		if _, err := orderWith(w, w.Customer.ID, c.codes...); !errors.Is(err, c.want) {
			t.Errorf("%v: %v, want %v", c.codes, err, c.want)
		}
	}
	if _, err := lifecycle.Discounts(t.Context(), w.Store, lifecycle.Codes{Codes: make([]string, 21)}); !errors.Is(err, billing.ErrDiscountsTooMany) {
		t.Errorf("21 codes: %v", err)
	}
	if len(lifecycletest.All[billing.Subscription](w)) != 0 {
		t.Error("a refused order left something behind")
	}
}

func TestALimitHoldsWhenEverybodyPaysAtOnce(t *testing.T) {
	t.Parallel()
	w := lifecycletest.New(t)
	offer(w, billing.Discount{ID: "dsc_1", Code: "FEW", Type: billing.DiscountPercentage, BasisPoints: 5000, UsageLimit: 5})
	var orders []string
	for i := range 12 {
		c := w.Customer
		c.ID, c.Email, c.InvoicePrefix = fmt.Sprintf("cus_r%d", i), fmt.Sprintf("r%d@example.com", i), fmt.Sprintf("R%d", i)
		w.Put(c)
		s, err := orderWith(w, c.ID, "FEW")
		if err != nil {
			t.Fatal(err)
		}
		orders = append(orders, s.Subscription.ID)
	}
	var wait sync.WaitGroup
	for _, id := range orders {
		wait.Go(func() {
			_, err := w.Recovery.ChangeMethod(t.Context(), recovery.Pay{
				Scope: w.Scope, Subscription: id, Token: w.Gateway.Token("visa_ok"), By: billing.ByCustomer, Actor: record.System,
				ReturnURL: "https://portal.example/return",
			})
			if err != nil && !errors.Is(err, billing.ErrDiscountUsedUp) {
				t.Errorf("%s: %v", id, err)
			}
		})
	}
	wait.Wait()
	paid := 0
	for _, id := range orders {
		if w.Sub(id).Status == billing.StatusActive {
			paid++
		}
	}
	if paid != 5 || used(w, "dsc_1") != 5 {
		t.Errorf("%d paid, %d counted, the limit is 5", paid, used(w, "dsc_1"))
	}
}

// A discount for the first payment is redeemed by it alone, however many
// orders were made before.
func TestADiscountForFirstPaymentsIsForOneOfManyOrders(t *testing.T) {
	t.Parallel()
	w := lifecycletest.New(t)
	offer(w, billing.Discount{
		ID: "dsc_1", Code: "WELCOME", Type: billing.DiscountPercentage, BasisPoints: 5000, Eligibility: billing.EligibleFirstTime,
	})
	var orders []purchases.Placed
	for range 2 {
		s, err := orderWith(w, w.Customer.ID, "WELCOME")
		if err != nil {
			t.Fatal(err)
		}
		orders = append(orders, s)
	}
	if _, err := w.Pay(orders[0].Subscription.ID, "visa_ok"); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Pay(orders[1].Subscription.ID, "visa_ok"); !errors.Is(err, billing.ErrDiscountNotForYou) {
		t.Errorf("the second order: %v", err)
	}
	if got := len(w.Gateway.Ledger()); got != 1 || used(w, "dsc_1") != 1 {
		t.Errorf("%d charges, %d redemptions", got, used(w, "dsc_1"))
	}
}
