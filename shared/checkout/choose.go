package checkout

import (
	"cmp"
	"net/http"
	"slices"

	"perennial/shared/billing"
	"perennial/shared/i18n"
	"perennial/shared/money"
	"perennial/shared/pages"
)

// choosePage offers the products of a collection, one to be chosen.
type choosePage struct {
	Action string
	Plans  []planView
}

type planView struct {
	ID, Name, Text, Price string
	Chosen                bool
}

// choose shows what the session's collection offers.
func (s *Server) choose(w http.ResponseWriter, r *http.Request, v visit) {
	open, err := s.Sales.Choices(r.Context(), v.scope, v.page.Page.Choices)
	if err != nil {
		pages.Error(w, r, err)
		return
	}
	page := choosePage{Action: v.path("/plan")}
	for _, p := range open {
		view, err := v.plan(p)
		if err != nil {
			pages.Error(w, r, err)
			return
		}
		page.Plans = append(page.Plans, view)
	}
	templates.Render(w, r, http.StatusOK, "choose", pages.Page{Chrome: v.chrome(v.say("Choose your plan")), Content: page})
}

// plan shows a product at the price that the buyer would pay, as far as it is
// known where they are.
func (v visit) plan(p billing.Product) (planView, error) {
	view := planView{ID: p.ID, Name: p.Name, Text: p.Description, Chosen: v.page.Cart.Items[0].Product == p.ID}
	price, err := p.PriceFor(cmp.Or(v.page.Cart.Billing.Country, v.state.Business.Country), money.Currency(v.page.Cart.Currency))
	if err != nil {
		return view, err
	}
	if price, err = price.Net(); err != nil {
		return view, err
	}
	view.Price = v.amount(price.Amount)
	if price.Recurs() {
		view.Price += " " + i18n.Every(v.locale, price.Every)
	}
	return view, nil
}

// chosen keeps the choice. A product that the collection does not offer
// changes nothing.
func (s *Server) chosen(w http.ResponseWriter, r *http.Request) {
	v, err := s.posted(r, choosesPlans)
	if err != nil {
		s.refuse(w, r, v, err)
		return
	}
	if v.page.Placed() || v.page.Page.Choices == "" {
		http.Redirect(w, r, v.path(""), http.StatusSeeOther)
		return
	}
	open, err := s.Sales.Choices(r.Context(), v.scope, v.page.Page.Choices)
	if err != nil {
		pages.Error(w, r, err)
		return
	}
	wanted := r.PostFormValue("product")
	if !slices.ContainsFunc(open, func(p billing.Product) bool { return p.ID == wanted }) {
		http.Redirect(w, r, v.path("?plan"), http.StatusSeeOther)
		return
	}
	_, err = s.Sales.Amend(r.Context(), v.scope, v.page.ID, func(c *billing.Cart) {
		if c.Items[0].Product != wanted {
			c.Codes = nil // they may not be for it
		}
		c.Items, c.Chosen = []billing.CartItem{{Product: wanted, Quantity: 1}}, true
	})
	if err != nil {
		pages.Error(w, r, err)
		return
	}
	http.Redirect(w, r, v.path(""), http.StatusSeeOther)
}
