package purchases_test

import (
	"testing"

	"perennial/shared/billing"
	"perennial/shared/charging"
	"perennial/shared/lifecycle/lifecycletest"
	"perennial/shared/money"
	"perennial/shared/purchases"
	"perennial/shared/record"
)

// shop is a world that sells carts.
type shop struct {
	*lifecycletest.World
	sales *purchases.Service
	book  billing.Product
}

func openShop(t *testing.T) *shop {
	t.Helper()
	w := lifecycletest.New(t)
	s := &shop{World: w, sales: w.Sales(w.Store)}
	s.book = billing.Product{
		ID: "pdt_book", Name: "Handbook", TaxCategory: "e_book", CreatedAt: w.Now(),
		Price: billing.Price{Kind: billing.PriceOneTime, Amount: money.Of(1500, "USD")},
	}
	w.Put(s.book)
	return s
}

// cart is two handbooks of a known customer.
func (s *shop) cart() billing.Cart {
	return billing.Cart{
		Items: []billing.CartItem{{Product: s.book.ID, Quantity: 2}}, Customer: s.Customer.ID,
		Billing: billing.Address{Country: "DE"}, TrialDays: -1, Metadata: map[string]any{"order": "42"},
	}
}

func (s *shop) order(c billing.Cart) purchases.Placed {
	s.T.Helper()
	placed, err := s.sales.Order(s.T.Context(), purchases.Order{Scope: s.Scope, Actor: record.System, Cart: c})
	if err != nil {
		s.T.Fatal(err)
	}
	return placed
}

// pay gives a new card for a purchase, as the customer does on the page.
func (s *shop) pay(purchase, card string) (charging.Result, error) {
	return s.sales.Pay(s.T.Context(), purchases.Pay{
		Scope: s.Scope, Purchase: purchase, Customers: []string{s.Customer.ID}, Token: s.Gateway.Token(card),
		ReturnURL: "https://checkout.example/return", By: billing.ByCustomer,
		Actor: record.Actor{Kind: record.ByCustomer, ID: s.Customer.ID},
	})
}

func (s *shop) purchase(id string) billing.Purchase {
	s.T.Helper()
	return lifecycletest.Get[billing.Purchase](s.World, id)
}

// collect does what is due for a purchase now, as the collector would.
func (s *shop) collect(id string) error {
	return s.Life.Perform(s.T.Context(), record.DueItem{Scope: s.Scope, Ref: record.RefOf[billing.Purchase](id), Due: s.Now()})
}

// events are the types of all events of a payment or purchase so far.
func (s *shop) events() []string {
	var types []string
	for _, e := range s.Store.Events() {
		types = append(types, string(e.Type))
	}
	return types
}
