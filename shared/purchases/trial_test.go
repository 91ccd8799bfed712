package purchases_test

import (
	"errors"
	"testing"

	"perennial/shared/billing"
	"perennial/shared/charging"
	"perennial/shared/merchant"
	"perennial/shared/purchases"
	"perennial/shared/record"
)

func TestATrialIsHadOnceByAPerson(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	product := s.Product
	product.ID, product.Version, product.Price.TrialDays = "pdt_tried", 0, 14
	state := s.State()
	state.Settings.Subscriptions.PreventTrialAbuse = merchant.SwitchOn
	s.Put(product, state)
	cart := billing.Cart{
		Email: "Grace+one@example.com", Name: "Grace", TrialDays: -1, Billing: billing.Address{Country: "DE"},
		Items: []billing.CartItem{{Product: product.ID, Quantity: 1}},
	}
	as := func(email string) billing.Cart { c := cart; c.Email = email; return c }
	place := func(c billing.Cart) purchases.Placed {
		t.Helper()
		got, err := s.Place(purchases.Order{Scope: s.Scope, Actor: record.Actor{Kind: record.ByCustomer}, Cart: c})
		if err != nil {
			t.Fatal(err)
		}
		return got
	}
	pay := func(p purchases.Placed, card string) error {
		s.Customer = p.Customer
		_, err := s.Pay(p.Subscription.ID, card)
		return err
	}
	first, second := place(cart), place(as("grace@example.com")) // neither has begun
	if !first.Invoice.Due().Nothing() || !second.Invoice.Due().Nothing() {
		t.Fatalf("due %v and %v", first.Invoice.Due(), second.Invoice.Due())
	}
	if err := pay(first, "visa_ok"); err != nil || s.Sub(first.Subscription.ID).TrialEnd.IsZero() {
		t.Fatalf("the first trial: %v", err)
	}
	if err := pay(second, "visa_ok"); !errors.Is(err, charging.ErrTrialUsed) {
		t.Errorf("a second trial that was ordered before: %v", err)
	}
	for _, email := range []string{"grace@example.com", "GRACE+two@Example.com", cart.Email} {
		quote, err := s.sales.Quote(t.Context(), s.Scope, as(email))
		if err != nil || quote.Invoice.Due().Minor != 2000 || quote.Plan.TrialDays != 0 {
			t.Errorf("%s is shown %v with %d days, %v", email, quote.Invoice.Due(), quote.Plan.TrialDays, err)
		}
	}
	paid := place(as("grace+three@example.com"))
	if err := pay(paid, "visa_ok"); err != nil || len(s.Gateway.Ledger()) != 1 || s.Sub(paid.Subscription.ID).Status != billing.StatusActive {
		t.Errorf("without a trial: %v, %v", err, s.Gateway.Ledger())
	}
	if other := place(as("mary@example.com")); !other.Invoice.Due().Nothing() {
		t.Errorf("somebody else pays %v", other.Invoice.Due())
	}
	state = s.State()
	state.Settings.Subscriptions.PreventTrialAbuse = merchant.SwitchDefault
	s.Put(state)
	if again := place(cart); !again.Invoice.Due().Nothing() {
		t.Errorf("by default one pays %v", again.Invoice.Due())
	}
}
