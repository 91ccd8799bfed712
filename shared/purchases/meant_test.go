package purchases_test

import (
	"errors"
	"fmt"
	"testing"

	"perennial/shared/billing"
	"perennial/shared/merchant"
	"perennial/shared/money"
	"perennial/shared/purchases"
	"perennial/shared/record"
	"perennial/shared/wallet"
)

// R050: a merchant connects an account for some currencies and countries; what
// is of none of them is refused with a clear word.
func TestASaleThatNoGatewayIsMeantFor(t *testing.T) {
	t.Parallel()
	state := merchant.State{Scope: merchant.Scope{Business: "bus_1", Mode: merchant.Live}}.
		Connect(merchant.Gateway{Name: "stripe", Account: "bus_1.live.acct_1", Currencies: []string{"EUR"}}).
		Connect(merchant.Gateway{Name: "stripe", Account: "bus_1.live.acct_2", Currencies: []string{"USD"}, Countries: []string{"US"}})
	for _, c := range []struct {
		currency, country string
		want              error
		at                string
	}{
		{"EUR", "DE", nil, "bus_1.live.acct_1"}, {"USD", "US", nil, "bus_1.live.acct_2"}, {"USD", "", nil, "bus_1.live.acct_2"},
		{"USD", "DE", wallet.ErrNotMeant, ""}, {"JPY", "JP", wallet.ErrNotMeant, ""},
	} {
		if err := wallet.Meant(state, money.Currency(c.currency), c.country); !errors.Is(err, c.want) {
			t.Errorf("%s from %s: %v", c.currency, c.country, err)
		}
		if g, _ := state.GatewayFor(c.currency, c.country); g.Account != c.at {
			t.Errorf("%s from %s is saved at %q", c.currency, c.country, g.Account)
		}
	}
}

// Every entry refuses it, and nothing is written; where the buyer's country is
// not known yet, only what could be paid from nowhere is.
func TestWhatNoGatewayIsMeantForIsRefusedAtEveryEntry(t *testing.T) {
	t.Parallel()
	entries := map[string]func(s *shop, c billing.Cart) error{
		"a checkout session": func(s *shop, c billing.Cart) error {
			_, err := s.sales.Open(s.T.Context(), purchases.Session{Scope: s.Scope, Actor: record.System, Cart: c})
			return err
		},
		"a session that is confirmed": func(s *shop, c billing.Cart) error {
			_, err := s.sales.Open(s.T.Context(), purchases.Session{Scope: s.Scope, Actor: record.System, Cart: c, Confirm: true})
			return err
		},
		"a preview": func(s *shop, c billing.Cart) error {
			_, err := s.sales.Quote(s.T.Context(), s.Scope, c)
			return err
		},
		"an order": func(s *shop, c billing.Cart) error {
			_, err := s.sales.Order(s.T.Context(), purchases.Order{Scope: s.Scope, Actor: record.System, Cart: c})
			return err
		},
		"an order that may begin at once": func(s *shop, c billing.Cart) error {
			_, err := s.sales.Begin(s.T.Context(), purchases.Order{Scope: s.Scope, Actor: record.System, Cart: c, Start: true})
			return err
		},
	}
	home := billing.Address{Street: "1 Main St", City: "Albany", Zip: "12207"}
	for _, c := range []struct {
		currencies, countries []string
		from                  string
		want                  error
	}{
		{nil, nil, "US", nil},
		{[]string{"USD"}, []string{"US"}, "US", nil},
		{[]string{"USD"}, []string{"US"}, "DE", wallet.ErrNotMeant},
		{[]string{"EUR"}, nil, "DE", wallet.ErrNotMeant},
		{[]string{"USD"}, []string{"US"}, "", nil},
		{[]string{"EUR"}, nil, "", wallet.ErrNotMeant},
	} {
		for name, enter := range entries {
			if c.from == "" && name != "a checkout session" && name != "a preview" {
				continue // the rest need an address
			}
			t.Run(fmt.Sprintf("%s, USD from %q, meant for %v %v", name, c.from, c.currencies, c.countries), func(t *testing.T) {
				t.Parallel()
				s := openShop(t)
				s.goLive(merchant.Gateway{Name: "stripe", Account: "bus_1.live.acct_1", Currencies: c.currencies, Countries: c.countries})
				cart := s.cart()
				cart.Billing = home
				cart.Billing.Country = c.from
				commits := len(s.Store.Commits())
				err := enter(s, cart)
				if !errors.Is(err, c.want) || c.want != nil && len(s.Store.Commits()) != commits {
					t.Errorf("%v, %d commits", err, len(s.Store.Commits())-commits)
				}
			})
		}
	}
}

// goLive moves the world into a live mode with one gateway.
func (s *shop) goLive(g merchant.Gateway) {
	s.T.Helper()
	state := s.State()
	s.Scope.Mode = merchant.Live
	live := merchant.State{Scope: s.Scope, Business: state.Business, Recovery: state.Recovery}
	s.Customer.Version, s.book.Version = 0, 0
	s.Put(live.Connect(g), s.Customer, s.book)
}
