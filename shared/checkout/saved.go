package checkout

import (
	"context"
	"errors"
	"net/http"
	"slices"

	"perennial/shared/billing"
	"perennial/shared/dunning"
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
// none; on a page that was mailed, it is the card that failed.
func (s *Server) saved(ctx context.Context, v visit, currency money.Currency, total string) ([]savedCard, error) {
	if v.mailed() {
		return s.failed(ctx, v, total)
	}
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

// sameCard is what the form of a mailed page calls the card that failed: its
// id is none of the business of whoever was handed the link.
const sameCard = "same"

// mailed reports a page whose link was mailed for what is due, and may have
// been handed on (rules 20).
func (v visit) mailed() bool { return v.page.Hold != 0 || v.page.Dues != "" }

// mayRetry reports that the card which failed may pay what is due after all:
// its owner confirms that with the bank, or has money on the account.
func (v visit) mayRetry() bool {
	due := v.page.Hold != 0 || slices.Contains(v.sub.Open, v.page.Dues) // and no change of plan
	return due && !v.sub.Failure.Method.IsZero() && dunning.SameCardMayPay(v.sub.Failure.Decline)
}

// confirms reports that the bank wants its customer to confirm what is due.
func (v visit) confirms() bool { return v.sub.Failure.Decline.Class == billing.ClassAuthentication }

// failed is the card that did not pay, where it may pay and is still saved.
func (s *Server) failed(ctx context.Context, v visit, total string) ([]savedCard, error) {
	if !v.mayRetry() {
		return nil, nil
	}
	m, err := record.Get[billing.Method](ctx, s.Store, v.scope, record.MethodID(v.customer.ID, v.sub.Failure.Method.ID))
	if errors.Is(err, record.ErrNotFound) || err == nil && !m.PaysFor(v.sub) {
		return nil, nil
	}
	card := savedCard{sameCard, v.say("Pay %s with %s", total, i18n.Card(v.locale, m.Kind(), m.Last4))}
	if v.confirms() {
		card.Text = v.say("Confirm with your bank")
	}
	return []savedCard{card}, err
}

// typed is where a posted card comes from. On the pages that anybody can open
// who has a product's address, or a link that was mailed and may have been
// handed on, it is a guest's: the customer's other purchases are not charged
// to it.
func (v visit) typed(r *http.Request) gateway.Fields {
	from := pages.Typed(r)
	from.Guest = v.page.Cart != nil && v.page.Cart.Customer == "" || v.page.Page.Veiled || v.mailed()
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
	method := r.PostFormValue("method")
	switch {
	case v.mailed() && method == sameCard && v.mayRetry():
		return v.sub.Failure.Method.ID
	case v.mailed() || !v.page.Page.Saved:
		return ""
	}
	return method
}
