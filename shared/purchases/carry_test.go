package purchases_test

import (
	"errors"
	"strings"
	"testing"

	"perennial/shared/billing"
	"perennial/shared/fault"
	"perennial/shared/lifecycle/lifecycletest"
	"perennial/shared/money"
	"perennial/shared/purchases"
	"perennial/shared/record"
)

// refused reports whether an error names the smallest charge.
func refused(err error) bool {
	return errors.Is(err, billing.ErrTooSmall) && strings.Contains(fault.Of(err).Details(), "0.50 USD")
}

// Rules 9: what has no next invoice is refused when it is too little, before
// anything is written; what costs nothing is sold.
func TestTooLittleIsNotSold(t *testing.T) {
	t.Parallel()
	for cents, want := range map[int64]bool{0: false, 1: true, 49: true, 50: false} {
		for _, kind := range []billing.PriceKind{billing.PriceOneTime, billing.PriceRecurring} {
			s := openShop(t)
			p := s.Product
			if kind == billing.PriceOneTime {
				p = s.book
			}
			p.ID, p.Version, p.Price.Amount = "pdt_small", 0, money.Of(cents, "USD")
			s.Put(p)
			cart := s.cart()
			cart.Items = []billing.CartItem{{Product: p.ID, Quantity: 1}}
			_, quoted := s.sales.Quote(t.Context(), s.Scope, cart)
			_, opened := s.sales.Open(t.Context(), purchases.Session{Scope: s.Scope, Actor: record.System, Cart: cart})
			_, placed := s.sales.Order(t.Context(), purchases.Order{Scope: s.Scope, Actor: record.System, Cart: cart})
			for what, err := range map[string]error{"quoted": quoted, "opened": opened, "placed": placed} {
				if refused(err) != want || !want && err != nil {
					t.Errorf("%d cents, %s, %s: %v", cents, kind, what, err)
				}
			}
			if n := len(lifecycletest.All[billing.Invoice](s.World)); want && n != 0 {
				t.Errorf("%d invoices were written", n)
			}
		}
	}
}

// A charge on demand that is too little is refused, and nothing is due.
func TestTooLittleIsNotChargedOnDemand(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	cart := s.cart()
	cart.Items, cart.OnDemand = []billing.CartItem{{Product: s.Product.ID, Quantity: 1}}, &billing.OnDemand{MandateOnly: true}
	sub := s.order(cart).Subscription
	if _, err := s.Pay(sub.ID, "visa_ok"); err != nil {
		t.Fatal(err)
	}
	before := s.Sub(sub.ID)
	if _, err := s.sales.Charge(t.Context(), s.Scope, record.System, sub.ID, billing.Charge{Amount: 49}); !refused(err) {
		t.Errorf("49 cents: %v", err)
	}
	if after := s.Sub(sub.ID); after.Version != before.Version {
		t.Error("a refused charge was written")
	}
	if paid, err := s.sales.Charge(t.Context(), s.Scope, record.System, sub.ID, billing.Charge{Amount: 50}); err != nil || paid.Status != billing.PaymentSucceeded {
		t.Errorf("50 cents: %s, %v", paid.Status, err)
	}
	s.Reconcile()
}
