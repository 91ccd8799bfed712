package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"perennial/shared/assembly"
	"perennial/shared/billing"
	"perennial/shared/calendar"
	"perennial/shared/clock"
	"perennial/shared/config"
	"perennial/shared/dynamo"
	"perennial/shared/gateway/sandbox"
	"perennial/shared/ids"
	"perennial/shared/merchant"
	"perennial/shared/money"
	"perennial/shared/operations"
	"perennial/shared/purchases"
	"perennial/shared/record"
	"perennial/shared/recovery"
)

// The test cards that the bench uses, by their names.
const (
	cardGood = "visa_ok"
	cardDead = "decline_on_charge"
)

// shop is a merchant whose customers bought a month ago, so that their
// renewals are due now. It works past the functions; only what is measured
// goes through them.
type shop struct {
	stack   *stack
	till    *assembly.Till
	scope   merchant.Scope
	key     string
	product billing.Product
	now     time.Time // when it sells, as its own services believe
	client  *http.Client
	buyers  int
}

// openShop founds a business and works in one of its modes. Live mode costs
// what a deployment's does; it has no gateway yet, so its cards are kept at
// the sandbox.
func openShop(ctx context.Context, s *stack, mode merchant.Mode) (*shop, error) {
	secret, _ := s.Lookup(config.SandboxSecret)
	bank := sandbox.New(sandbox.Options{BaseURL: s.URL("sandbox"), Secret: secret, HTTP: &http.Client{Transport: quiet{}}})
	client, table := s.DynamoDB()
	till := assembly.Build(aws.Config{}, dynamo.New(client, table), bank, nil, assembly.Keys{})
	operator := operations.Service{Store: till.Store, Wall: clock.System, Actor: record.System}
	business, err := operator.Found(ctx, operations.Founding{
		Name: "Northwind Studio", Email: "owner@northwind.example", Country: "DE", Zone: "Europe/Berlin",
	})
	if err != nil {
		return nil, err
	}
	shop := &shop{
		stack: s, till: till, scope: merchant.Scope{Business: business.ID, Mode: mode},
		now: time.Now().UTC().AddDate(0, -1, -1), client: s.Client(),
	}
	if shop.key, _, err = operator.CreateKey(ctx, shop.scope, "bench", false); err != nil {
		return nil, err
	}
	if err := sell(ctx, till, shop.scope); err != nil {
		return nil, err
	}
	wall := func() time.Time { return shop.now }
	till.Charging.Wall, till.Wallet.Wall, till.Recovery.Wall, till.Life.Wall = wall, wall, wall, wall
	shop.product = billing.Product{
		ID: ids.New(ids.Product, shop.now), Name: "Atlas Pro", Description: "Maps for teams, billed monthly.",
		TaxCategory: "saas", CreatedAt: calendar.At(shop.now), UpdatedAt: calendar.At(shop.now),
		Price: billing.Price{
			Amount: money.Of(2900, "EUR"), Every: calendar.Interval{Count: 1, Unit: calendar.Month},
			Term: calendar.Interval{Count: 10, Unit: calendar.Year},
		},
	}
	return shop, shop.put(ctx, shop.product)
}

// quiet asks the sandbox for no webhooks: what the shop did a month ago must
// not be settled today.
type quiet struct{}

// RoundTrip implements http.RoundTripper.
func (quiet) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.Header.Set("Sandbox-Fault", ";webhooks=drop")
	return http.DefaultTransport.RoundTrip(r)
}

// sell connects a mode to the sandbox.
func sell(ctx context.Context, till *assembly.Till, scope merchant.Scope) error {
	state, err := record.Get[merchant.State](ctx, till.Store, scope, scope.String())
	if err != nil {
		return err
	}
	connected := state.Connect(merchant.Gateway{Name: sandbox.Name, Account: scope.String(), Reference: sandbox.Name})
	return till.Store.Commit(ctx, record.Commit{Scope: scope, Actor: record.System, Cause: "bench", Put: []any{connected}})
}

func (s *shop) put(ctx context.Context, objects ...any) error {
	return s.till.Store.Commit(ctx, record.Commit{Scope: s.scope, Actor: record.System, Cause: "bench", Put: objects})
}

// buyer makes a customer who bought a month ago with a good card.
func (s *shop) buyer(ctx context.Context) (billing.Subscription, error) {
	s.buyers++
	n := s.buyers
	customer := billing.Customer{
		ID: ids.New(ids.Customer, s.now), Email: fmt.Sprintf("katharina.musterfrau+%d@example.com", n), Name: "Katharina Musterfrau",
		Phone: "+49 30 1234567", InvoicePrefix: fmt.Sprintf("ACM%03d", n), CreatedAt: calendar.At(s.now),
		Metadata: map[string]any{"crm_id": "0015g00000Xabc"},
	}
	mailbox := billing.Mailbox{Email: customer.Email, Customer: customer.ID}
	if err := s.put(ctx, customer, mailbox); err != nil {
		return billing.Subscription{}, err
	}
	sold, err := s.till.Sales.Order(ctx, s.order(customer.ID, billing.Address{
		Country: "DE", City: "Berlin", State: "Berlin", Street: "Torstraße 1", Zip: "10119",
	}))
	if err != nil {
		return billing.Subscription{}, err
	}
	return s.card(ctx, sold.Subscription, cardGood)
}

// order is one subscription of the shop's product.
func (s *shop) order(customer string, home billing.Address) purchases.Order {
	return purchases.Order{Scope: s.scope, Actor: record.System, Subscribes: true, Cart: billing.Cart{
		Items: []billing.CartItem{{Product: s.product.ID, Quantity: 1}}, Customer: customer, TrialDays: -1, Billing: home,
		Metadata: map[string]any{"workspace": "acme-berlin"},
	}}
}

// card gives a subscription a new card, as its customer would, and pays what
// is due with it.
func (s *shop) card(ctx context.Context, sub billing.Subscription, card string) (billing.Subscription, error) {
	token, err := s.token(card)
	if err != nil {
		return sub, err
	}
	result, err := s.till.Recovery.ChangeMethod(ctx, recovery.Pay{
		Scope: s.scope, Subscription: sub.ID, Token: token, ReturnURL: s.stack.URL("portal"),
		By: billing.ByCustomer, Actor: record.Actor{Kind: record.ByCustomer, ID: sub.Customer},
	})
	return result.Subscription, err
}

// token types a card into the sandbox's card fields.
func (s *shop) token(card string) (string, error) {
	body, err := json.Marshal(map[string]any{"account": s.scope.String(), "card": card, "exp_month": 12, "exp_year": 2034})
	if err != nil {
		return "", err
	}
	answer, err := s.client.Post(s.stack.URL("sandbox")+"/v1/tokens", "application/json", bytes.NewReader(body))
	if err != nil {
		return "", err
	}
	defer answer.Body.Close() //nolint:errcheck // it was only read
	var out struct{ Token string }
	if err := json.NewDecoder(answer.Body).Decode(&out); err != nil || answer.StatusCode != http.StatusOK {
		return "", fmt.Errorf("token for %s: status %d, %w", card, answer.StatusCode, err)
	}
	return out.Token, nil
}
