package checkout

import (
	"net/http"
	"strings"
	"unicode/utf8"

	"perennial/shared/billing"
	"perennial/shared/i18n"
	"perennial/shared/pages"
	"perennial/shared/purchases"
	"perennial/shared/record"
)

// A session that was mailed knows its customer, who need not type anything.
// The mail may have been handed on: what the page shows of the customer is
// what the customer knows again and nobody else learns from, and nothing that
// is typed there is kept in it.

// veiled is the customer as such a page may show them.
func veiled(c billing.Customer) billing.Customer {
	local, host, _ := strings.Cut(c.Email, "@")
	domain, end := host, ""
	if dot := strings.LastIndex(host, "."); dot >= 0 {
		domain, end = host[:dot], host[dot:]
	}
	c.Email, c.Name, c.Phone = initial(local)+"@"+initial(domain)+end, "", ""
	return c
}

func initial(text string) string {
	first, _ := utf8.DecodeRuneInString(text)
	return string(first) + "•••"
}

// stranger is the visit of a mailed session as somebody sees it who is not the
// customer, or buys with other details: the same goods, and nobody's address.
func (v visit) stranger() visit {
	if !v.page.Page.Veiled {
		return v
	}
	c := v.page.Cart
	v.page.Page.Veiled, v.page.Page.Minimal, v.page.Page.NoCodes = false, false, false
	v.page.Cart = &billing.Cart{
		Items: c.Items, Codes: c.Codes, Currency: c.Currency, TrialDays: c.TrialDays, Billing: billing.Address{Country: c.Billing.Country},
	}
	v.customer = billing.Customer{}
	return v
}

// elsewhere opens a session of its own for what a stranger has typed: the
// mailed one stays what it was.
func (s *Server) elsewhere(w http.ResponseWriter, r *http.Request, v visit) {
	if _, err := s.quoted(r.Context(), &v); err == nil && v.refused != "" { // which the form has said
		v.page.Cart.Codes = nil
	}
	made, err := s.Sales.Open(r.Context(), purchases.Session{
		Scope: v.scope, Actor: record.Actor{Kind: record.ByCustomer}, Cart: *v.page.Cart, Page: v.page.Page, ReturnURL: v.page.ReturnURL,
	})
	if err != nil {
		pages.Error(w, r, err)
		return
	}
	http.Redirect(w, r, visit{scope: v.scope, page: made.Checkout}.path(""), http.StatusSeeOther)
}

// address is the buyer's address as the page may show it.
func (v visit) address(a billing.Address) string {
	if v.page.Page.Veiled {
		return i18n.Country(v.locale, a.Country)
	}
	return v.addressLine(a)
}
