package purchases_test

import (
	"errors"
	"testing"
	"time"

	"perennial/shared/billing"
	"perennial/shared/fault"
	"perennial/shared/lifecycle/lifecycletest"
	"perennial/shared/money"
	"perennial/shared/purchases"
	"perennial/shared/record"
)

func TestACartThatCannotBeSoldIsRefusedWhole(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	tip := s.book
	tip.ID, tip.Price.FreeAmount = "pdt_tip", true
	euro := s.book
	euro.ID, euro.Price.Amount = "pdt_euro", money.Of(100, "EUR")
	gone := s.book
	gone.ID, gone.Archived = "pdt_gone", true
	s.Put(tip, euro, gone)
	low := int64(1499)
	before := len(s.Store.Commits())
	for name, c := range map[string]struct {
		items []billing.CartItem
		want  error
	}{
		"nothing":                   {nil, billing.ErrCartEmpty},
		"an archived product":       {[]billing.CartItem{{Product: "pdt_gone", Quantity: 1}}, billing.ErrProductArchived},
		"two currencies":            {[]billing.CartItem{{Product: s.book.ID, Quantity: 1}, {Product: "pdt_euro", Quantity: 1}}, billing.ErrMixedPrices},
		"no amount":                 {[]billing.CartItem{{Product: "pdt_tip", Quantity: 1}}, billing.ErrAmountMissing},
		"an amount below the price": {[]billing.CartItem{{Product: "pdt_tip", Quantity: 1, Amount: &low}}, billing.ErrAmountTooLow},
		"two subscriptions":         {[]billing.CartItem{{Product: s.Product.ID, Quantity: 1}, {Product: s.Product.ID, Quantity: 1}}, billing.ErrOneAtATime},
	} {
		cart := s.cart()
		cart.Items = c.items
		if _, err := s.sales.Order(t.Context(), purchases.Order{Scope: s.Scope, Cart: cart}); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if n := len(s.Store.Commits()); n != before {
		t.Errorf("%d commits", n-before)
	}
}

func TestOneTimeProductsAreChargedWithTheFirstPayment(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	cart := s.cart()
	cart.Items = append([]billing.CartItem{{Product: s.Product.ID, Quantity: 1}}, cart.Items...)
	quote, err := s.sales.Quote(t.Context(), s.Scope, cart)
	if err != nil || quote.Invoice.Due().Minor != 5000 || quote.Renewal.Due().Minor != 2000 {
		t.Fatalf("quote %v then %v, %v", quote.Invoice.Due(), quote.Renewal.Due(), err)
	}
	placed := s.order(cart)
	got, err := s.Pay(placed.Subscription.ID, "visa_ok")
	if err != nil || got.Payment.Amount != quote.Invoice.Due() || len(got.Payment.Items) != 2 {
		t.Fatalf("%+v, %v", got.Payment, err)
	}
	s.AdvanceTo(s.Sub(placed.Subscription.ID).Period.End)
	if all := lifecycletest.All[billing.Payment](s.World); len(all) != 2 || all[0].Amount.Minor != 2000 || all[0].Items != nil {
		t.Errorf("renewal %+v", all[0])
	}
	s.Reconcile()
}

func TestChargesOnDemand(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	cart := s.cart()
	cart.Items, cart.OnDemand = []billing.CartItem{{Product: s.Product.ID, Quantity: 1}}, &billing.OnDemand{MandateOnly: true}
	placed := s.order(cart)
	charge := func(amount int64) (billing.Payment, error) {
		return s.sales.Charge(t.Context(), s.Scope, record.System, placed.Subscription.ID,
			billing.Charge{Amount: amount, Description: "April", Metadata: map[string]any{"month": "4"}})
	}
	if _, err := charge(700); !errors.Is(err, billing.ErrInactive) {
		t.Errorf("before the mandate: %v", err)
	}
	if _, err := s.Pay(placed.Subscription.ID, "visa_ok"); err != nil || len(s.Gateway.Ledger()) != 0 {
		t.Fatalf("the mandate: %v, %v", err, s.Gateway.Ledger())
	}
	s.Advance(90 * 24 * time.Hour)
	if n := len(s.Gateway.Ledger()); n != 0 || s.Sub(placed.Subscription.ID).Status != billing.StatusActive {
		t.Errorf("%d renewals of an on-demand subscription", n)
	}
	p, err := charge(700)
	if err != nil || p.Status != billing.PaymentSucceeded || p.Amount.Minor != 700 || p.Metadata["month"] != "4" {
		t.Fatalf("%+v, %v", p, err)
	}
	if got := s.Sub(placed.Subscription.ID); got.Period.Start != s.Now() || got.Period.End <= s.Now() || len(got.Open) != 0 {
		t.Errorf("period %v, open %v", got.Period, got.Open)
	}
	if _, err := charge(0); fault.Of(err) == nil {
		t.Errorf("a charge of nothing: %v", err)
	}
	s.Reconcile()
}

func TestADeclinedChargeOnDemandLeavesNothingDue(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	cart := s.cart()
	cart.Items, cart.OnDemand = []billing.CartItem{{Product: s.Product.ID, Quantity: 1}}, &billing.OnDemand{MandateOnly: true}
	id := s.order(cart).Subscription.ID
	if _, err := s.Pay(id, "decline_on_charge"); err != nil {
		t.Fatal(err)
	}
	p, err := s.sales.Charge(t.Context(), s.Scope, record.System, id, billing.Charge{Amount: 900})
	if err != nil || p.Status != billing.PaymentFailed {
		t.Fatalf("%+v, %v", p, err)
	}
	sub := s.Sub(id)
	invoice := lifecycletest.Get[billing.Invoice](s.World, p.Invoices[0])
	if sub.Status != billing.StatusActive || len(sub.Open) != 0 || sub.Lock.Set() || invoice.Status != billing.InvoiceVoid {
		t.Errorf("%s, open %v, invoice %s", sub.Status, sub.Open, invoice.Status)
	}
	s.Reconcile()
}

func TestOnlyOnDemandSubscriptionsAreCharged(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	_, err := s.sales.Charge(t.Context(), s.Scope, record.System, s.Active("visa_ok").ID, billing.Charge{Amount: 900})
	if !errors.Is(err, billing.ErrNotOnDemand) {
		t.Error(err)
	}
}
