package checkout

import (
	"context"

	"perennial/shared/fault"
	"perennial/shared/i18n"
	"perennial/shared/purchases"
)

// quoted prices the cart of a session. A code that cannot be redeemed now does
// not bar the page: the cart is priced without it, and the visit knows why.
// Whoever pays is told again, and pays what is shown.
func (s *Server) quoted(ctx context.Context, v *visit) (purchases.Quote, error) {
	cart := *v.page.Cart
	quote, err := s.Sales.Quote(ctx, v.scope, cart)
	if why := fault.Of(err); why != nil && why.Kind == fault.Invalid && len(cart.Codes) > 0 {
		cart.Codes = nil
		if quote, err = s.Sales.Quote(ctx, v.scope, cart); err == nil {
			v.refused = v.say(why.Message)
		}
	}
	return quote, err
}

// preview tells what a session sells before its buyer is known. Where nobody
// can say, the form asks all the same; the next page names the reason.
func (s *Server) preview(ctx context.Context, v *visit) {
	quote, err := s.quoted(ctx, v)
	if err != nil {
		return
	}
	bill := v.bill(quote.Invoice)
	if v.page.Page.NoLines {
		bill = billView{Total: bill.Total}
	}
	v.offered, v.price = &bill, v.renews(quote)
}

// renews is what a period of the cart's subscription costs, empty without one.
func (v visit) renews(quote purchases.Quote) string {
	switch {
	case !quote.Subscribes(), quote.Plan.OnDemand && v.page.Page.NoTag:
		return ""
	case quote.Plan.OnDemand:
		return v.say("Charged when you use it")
	}
	return v.amount(quote.Renewal.Due()) + " " + i18n.Every(v.locale, quote.Plan.Price.Every)
}
