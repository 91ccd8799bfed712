package checkout

import (
	"context"
	"net/http"

	"perennial/shared/billing"
	"perennial/shared/gateway"
	"perennial/shared/i18n"
	"perennial/shared/merchant"
	"perennial/shared/money"
	"perennial/shared/pages"
	"perennial/shared/record"
)

// Owner reads what a customer owns.
type Owner interface {
	Owned(ctx context.Context, scope merchant.Scope, customer string, kinds ...record.Kind) ([]any, error)
}

// savedCard is a saved payment method that a session may be paid with.
type savedCard struct{ ID, Text string }

// saved are the payment methods that the page offers: those of the customer
// to whom the merchant attached the session, where it asked for them, and that
// can be charged in its currency. Who only typed a known address is offered
// none.
func (s *Server) saved(ctx context.Context, v visit, currency money.Currency, total string) ([]savedCard, error) {
	if !v.page.Page.Saved {
		return nil, nil
	}
	owned, err := s.Owned.Owned(ctx, v.scope, v.holder(), record.KindMethod)
	if err != nil {
		return nil, err
	}
	var cards []savedCard
	for _, obj := range owned {
		if m, ok := obj.(billing.Method); ok && m.PaysFor(v.sub) && m.Charges(currency) {
			cards = append(cards, savedCard{m.ID, v.say("Pay %s with %s", total, i18n.Card(v.locale, m.Kind(), m.Last4))})
		}
	}
	return cards, nil
}

// typed is where a posted card comes from. On the pages that anybody can open
// who has a product's address, or a link that was mailed and may have been
// handed on, it is a guest's: the customer's other purchases are not charged
// to it.
func (v visit) typed(r *http.Request) gateway.Fields {
	from := pages.Typed(r)
	from.Guest = v.page.Cart != nil && v.page.Cart.Customer == "" || v.page.Page.Veiled || v.page.Hold != 0 || v.page.Dues != ""
	return from
}

// holder is the customer whose saved methods may be used.
func (v visit) holder() string {
	if v.page.Cart != nil && v.page.Cart.Customer != "" {
		return v.page.Cart.Customer
	}
	return v.page.Customer
}

// picked is the saved method that the form names, where the page offers any.
func (v visit) picked(r *http.Request) string {
	if !v.page.Page.Saved {
		return ""
	}
	return r.PostFormValue("method")
}
