package checkout

import (
	"context"
	"net/http"
	"time"

	"perennial/shared/billing"
	"perennial/shared/catalog"
	"perennial/shared/fault"
	"perennial/shared/i18n"
	"perennial/shared/lambdahttp"
	"perennial/shared/merchant"
	"perennial/shared/money"
	"perennial/shared/pages"
	"perennial/shared/purchases"
	"perennial/shared/record"
)

// How often one visitor may look at purchase pages and begin to buy, in a
// quarter of an hour.
const (
	looksAtOffers  = 120
	takesUpOffers  = 20
	searchesOffers = 20 // of products that no record offers
)

// Limiter keeps budgets of visitors.
type Limiter interface {
	Allow(ctx context.Context, scope merchant.Scope, key string, most int) bool
}

var errTooMany = fault.New(fault.TooMany, "TOO_MANY_REQUESTS", "There were many requests from your network. Please try again in a few minutes.")

// short leads from a short link to the purchase page that it stands for.
func (s *Server) short(mode merchant.Mode) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		_, link, err := record.Lookup[billing.ShortLink](r.Context(), s.Store, catalog.SlugID(mode, r.PathValue("slug")))
		if err != nil {
			pages.Error(w, r, err)
			return
		}
		query := r.URL.Query()
		for name, value := range link.Params { // the merchant's words stand
			for _, alias := range aliases(name) {
				if _, theirs := link.Params[alias]; !theirs {
					query.Del(alias)
				}
			}
			query.Set(name, value)
		}
		to := "/buy/" + link.Product
		if len(query) > 0 {
			to += "?" + query.Encode()
		}
		http.Redirect(w, r, to, http.StatusSeeOther)
	}
}

// pick leads from the short address of a session to its page.
func (s *Server) pick(w http.ResponseWriter, r *http.Request) {
	scope, page, err := record.Lookup[record.Checkout](r.Context(), s.Store, r.PathValue("id"))
	if err != nil {
		pages.Error(w, r, gone(err))
		return
	}
	http.Redirect(w, r, visit{scope: scope, page: page}.path(""), http.StatusSeeOther)
}

// offer is the purchase page of a product, which its merchant may put
// anywhere. Looking at it writes nothing, because mail scanners, chat
// programs and crawlers look at every link: the session begins when somebody
// has typed who they are.
func (s *Server) offer(w http.ResponseWriter, r *http.Request) {
	v, err := s.wanted(r, looksAtOffers)
	if err != nil {
		s.refuse(w, r, v, err)
		return
	}
	s.details(w, r, http.StatusOK, v, nil)
}

// takeUp opens a session of what was offered and typed.
func (s *Server) takeUp(w http.ResponseWriter, r *http.Request) {
	v, err := s.wanted(r, takesUpOffers)
	if err != nil {
		s.refuse(w, r, v, err)
		return
	}
	typed := *v.page.Cart
	takeForm(r, v, &typed)
	v.page.Cart = &typed
	wrong := v.wrong()
	if v.free != nil {
		typed.Items[0].Amount, wrong["amount"] = v.free.take(r.PostFormValue("amount"))
	}
	if anything(wrong) {
		s.details(w, r, http.StatusUnprocessableEntity, v, wrong)
		return
	}
	made, err := s.Sales.Open(r.Context(), purchases.Session{
		Scope: v.scope, Actor: record.Actor{Kind: record.ByCustomer}, Cart: typed, Page: v.page.Page, ReturnURL: v.page.ReturnURL,
	})
	if err != nil {
		pages.Error(w, r, err)
		return
	}
	http.Redirect(w, r, visit{scope: v.scope, page: made.Checkout}.path(""), http.StatusSeeOther)
}

// wanted is a visit to the purchase page that a request names: a session that
// is nowhere kept.
func (s *Server) wanted(r *http.Request, most int) (visit, error) {
	v := visit{action: r.URL.RequestURI(), locale: pages.Locale(r)}
	id := r.PathValue("product")
	scope, err := catalog.Whose(r.Context(), s.Store, id, func() bool {
		return s.Limits.Allow(r.Context(), merchant.Deployment, "search by "+lambdahttp.Visitor(r), searchesOffers)
	})
	if err != nil {
		return v, err
	}
	v.scope = scope
	lambdahttp.Note(r.Context(), "scope", scope.String())
	if !s.Limits.Allow(r.Context(), scope, r.Method+" offer "+lambdahttp.Visitor(r), most) {
		return v, errTooMany
	}
	found, err := s.Store.Load(r.Context(), scope, record.RefOf[merchant.State](scope.String()), record.RefOf[billing.Product](id))
	if err != nil {
		return v, err
	}
	state, known := found[0].(merchant.State)
	product, sold := found[1].(billing.Product)
	switch {
	case !known || !sold:
		return v, record.ErrNotFound
	case product.Archived:
		return v, billing.ErrProductArchived
	}
	v.state = state
	if state.Archived() {
		return v, merchant.ErrArchived
	}
	if v.zone, err = time.LoadLocation(state.Business.Zone); err != nil {
		return v, err
	}
	if v.brand, err = record.BrandOf(r.Context(), s.Store, scope, product.Brand); err != nil {
		return v, err
	}
	v.page = parameters{r.URL.Query()}.session(product)
	return v, s.reckon(r.Context(), &v, product)
}

// reckon prices the offer for whoever looks. A code or currency that does not
// fit is left out: the merchant's link still sells.
func (s *Server) reckon(ctx context.Context, v *visit, product billing.Product) error {
	if product.Price.FreeAmount {
		v.free = suggest(product, v.page.Cart)
	}
	quote, err := s.Sales.Quote(ctx, v.scope, *v.page.Cart)
	if refused := fault.Of(err); refused != nil && refused.Kind == fault.Invalid {
		v.page.Cart.Codes, v.page.Cart.Currency = nil, ""
		quote, err = s.Sales.Quote(ctx, v.scope, *v.page.Cart)
	}
	if err != nil {
		return err
	}
	v.price = v.renews(quote)
	bill := v.bill(quote.Invoice)
	v.offered = &bill
	return nil
}

// freeAmount is the price of a product whose buyers pay what they want.
type freeAmount struct {
	least money.Amount
	shown string // what the field holds
}

// suggest puts the amount into the cart that is shown first: the one that the
// link names, the suggested one, or the least.
func suggest(product billing.Product, cart *billing.Cart) *freeAmount {
	least := product.Price.Amount
	if cart.Items[0].Amount == nil {
		first := max(product.Price.Suggested, least.Minor)
		cart.Items[0].Amount = &first
	}
	*cart.Items[0].Amount = max(*cart.Items[0].Amount, least.Minor)
	cart.Currency = string(least.Currency)
	return &freeAmount{least: least, shown: money.Of(*cart.Items[0].Amount, least.Currency).Decimal()}
}

// take reads what was typed; the second result says what is wrong with it.
func (f *freeAmount) take(typed string) (*int64, string) {
	f.shown = typed
	minor, ok := minorUnits(typed, f.least.Currency)
	switch {
	case !ok:
		return &f.least.Minor, i18n.Text("must be a number")
	case minor < f.least.Minor:
		return &f.least.Minor, i18n.Text("The amount is below the product's price.")
	}
	return &minor, ""
}

// anything reports that something is wrong.
func anything(wrong map[string]string) bool {
	for _, text := range wrong {
		if text != "" {
			return true
		}
	}
	return false
}
