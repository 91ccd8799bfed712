package pages

import (
	"strings"
	"testing"
	"time"

	"perennial/shared/billing"
	"perennial/shared/calendar"
	"perennial/shared/catalog"
	"perennial/shared/clock"
	"perennial/shared/customers"
	"perennial/shared/identity"
	"perennial/shared/ids"
	"perennial/shared/lifecycle/lifecycletest"
	"perennial/shared/merchant"
	"perennial/shared/money"
	"perennial/shared/operations"
	"perennial/shared/purchases"
	"perennial/shared/record"
	"perennial/shared/recovery"
)

// shop is a business of its own in test mode, with three plans of a
// collection and one customer.
type shop struct {
	*testing.T
	scope           merchant.Scope
	lite, pro, best billing.Product // 10, 20 and 80 dollars a month
	collection      string
	customer        billing.Customer
	sub             billing.Subscription // the one that a flow is about
}

var home = billing.Address{Country: "US", Street: "1 Main St", City: "Albany", State: "NY", Zip: "12207"}

func newShop(t *testing.T, language string) *shop {
	t.Helper()
	b, err := stage.operator.Found(t.Context(), operations.Founding{
		Name: "Northwind Studio", Email: "owner@northwind.example", SupportEmail: "help@northwind.example", Country: "US", Zone: "Europe/Berlin",
	})
	s := &shop{T: t, scope: merchant.Scope{Business: b.ID, Mode: merchant.Test}}
	s.must(err)
	s.set(func(in *merchant.State) {
		in.Settings.Subscriptions.ChangePlan, in.Settings.Subscriptions.Pause = merchant.SwitchOn, merchant.SwitchOn
	})
	s.lite, s.pro, s.best = s.plan("Atlas Lite", 1000), s.plan("Atlas Pro", 2000), s.plan("Atlas Max", 8000)
	made, err := s.catalog().CreateCollection(t.Context(), s.by(), billing.Collection{Name: "Atlas", Groups: []billing.Group{{
		Name: "Monthly", Members: []billing.Member{{Product: s.lite.ID}, {Product: s.pro.ID}, {Product: s.best.ID}},
	}}})
	s.must(err)
	s.collection = made.ID
	s.customer = s.person("ada."+strings.ToLower(ids.Token()[:8])+"@example.com", language)
	return s
}

// person is a new customer with an address.
func (s *shop) person(email, language string) billing.Customer {
	s.Helper()
	people := &customers.Service{Store: stage.store, Vault: stage.till.Banks, Wall: clock.System}
	c, err := people.Create(s.Context(), s.scope, record.System, billing.Customer{Name: "Ada Lovelace", Email: email, Language: language})
	s.must(err)
	return c
}

func (s *shop) must(err error) {
	s.Helper()
	if err != nil {
		s.Fatal(err)
	}
}

// put stores objects as they are.
func (s *shop) put(objects ...any) {
	s.Helper()
	s.must(stage.store.Commit(s.Context(), record.Commit{Scope: s.scope, Actor: record.System, Cause: "set the scene", Put: objects}))
}

func (s *shop) state() merchant.State {
	s.Helper()
	state, err := stage.store.State(s.Context(), s.scope)
	s.must(err)
	return state
}

// set changes the merchant's settings. Functions keep them for a while, so it
// is done before anybody looks.
func (s *shop) set(change func(*merchant.State)) {
	s.Helper()
	state := s.state()
	change(&state)
	s.put(state)
}

func (s *shop) by() catalog.By { return catalog.By{Scope: s.scope, Actor: record.System} }

func (s *shop) catalog() *catalog.Service {
	return &catalog.Service{Store: stage.store, Wall: clock.System}
}

// plan makes a monthly product.
func (s *shop) plan(name string, cents int64) billing.Product {
	s.Helper()
	return s.product(name, billing.Price{
		Amount: money.Of(cents, "USD"), Every: calendar.Interval{Count: 1, Unit: calendar.Month}, Term: calendar.Interval{Count: 10, Unit: calendar.Year},
	})
}

func (s *shop) product(name string, price billing.Price) billing.Product {
	s.Helper()
	p, err := s.catalog().Create(s.Context(), s.by(), billing.Product{Name: name, TaxCategory: "saas", Price: price})
	s.must(err)
	return p
}

// subscribe sells a product to the customer, who pays with a card.
func (s *shop) subscribe(product billing.Product, card string) billing.Subscription {
	s.Helper()
	made := s.offer(product)
	s.give(made.Subscription.ID, card)
	return s.now(made.Subscription.ID)
}

// offer is a subscription that waits for its first payment.
func (s *shop) offer(product billing.Product) purchases.Placed {
	s.Helper()
	order := lifecycletest.One(s.scope, product.ID, s.customer.ID, home.Country)
	order.Cart.Billing = home
	made, err := stage.till.Sales.Order(s.Context(), order)
	s.must(err)
	return made
}

// give gives a new card for a subscription, which pays what is due.
func (s *shop) give(subscription, card string) {
	s.Helper()
	_, err := stage.till.Recovery.ChangeMethod(s.Context(), recovery.Pay{
		Scope: s.scope, Subscription: subscription, Customers: []string{s.customer.ID}, Token: s.token(card),
		ReturnURL: "https://northwind.example/", By: billing.ByCustomer, Actor: record.Actor{Kind: record.ByCustomer, ID: s.customer.ID},
	})
	s.must(err)
}

// pass moves the test clock, and does what falls due on the way.
func (s *shop) pass(to calendar.Instant) {
	s.Helper()
	_, err := stage.till.Advancer.Begin(s.Context(), s.scope, record.System, to)
	s.must(err)
	arrived, err := stage.till.Advancer.Run(s.Context(), s.scope, time.Now().Add(time.Minute))
	s.must(err)
	if !arrived {
		s.Fatal("the clock did not arrive")
	}
}

// now is a subscription as it is stored.
func (s *shop) now(id string) billing.Subscription { return get[billing.Subscription](s, id) }

func get[T any](s *shop, id string) T {
	s.Helper()
	obj, err := record.Get[T](s.Context(), stage.store, s.scope, id)
	s.must(err)
	return obj
}

// owned is all of a kind that the customer has.
func owned[T any](s *shop) []T {
	s.Helper()
	found, err := stage.store.Owned(s.Context(), s.scope, s.customer.ID, record.RefOf[T]("").Kind)
	s.must(err)
	var out []T
	for _, obj := range found {
		out = append(out, obj.(T))
	}
	return out
}

// link is a link that is mailed to the customer.
func (s *shop) link(scope merchant.Scope, next string) string {
	s.Helper()
	return s.linkOf(clock.System, scope, next)
}

// linkOf is a link that was mailed at another time.
func (s *shop) linkOf(at clock.Wall, scope merchant.Scope, next string) string {
	s.Helper()
	host := &identity.Service{
		Store: stage.store, Mailboxes: stage.store, Addresses: stage.store, Wall: at,
		Portals: map[merchant.Mode]string{merchant.Test: portal("")},
	}
	i, ok, err := host.Invite(s.Context(), identity.Wish{Scope: scope, Email: s.customer.Email, Next: next})
	s.must(err)
	if !ok {
		s.Fatal("nobody to invite")
	}
	return i.URL
}
