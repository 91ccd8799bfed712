package checkout

import (
	"context"
	"net/http"

	"perennial/shared/billing"
	"perennial/shared/i18n"
	"perennial/shared/merchant"
	"perennial/shared/pages"
	"perennial/shared/record"
)

// Preferences keeps which mails a customer wants.
type Preferences interface {
	OptionalMails(ctx context.Context, scope merchant.Scope, actor record.Actor, customer string, wanted bool) error
}

// unsubscribePage stops optional mails, or takes that back. It names no
// customer: who has the address may stop mails and learns nothing.
type unsubscribePage struct {
	Heading, Text, Action, Button string
	Stopped                       bool
}

// unsubscribe shows how things stand. Mail scanners open links: only the
// button changes something.
func (s *Server) unsubscribe(w http.ResponseWriter, r *http.Request) {
	scope, customer, ok := s.addressee(w, r)
	if ok {
		s.preferences(w, r, scope, customer)
	}
}

// setMails stops optional mails, for the button and for the one click of mail
// programs, which must not be redirected (RFC 8058).
func (s *Server) setMails(w http.ResponseWriter, r *http.Request) {
	scope, customer, ok := s.addressee(w, r)
	if !ok {
		return
	}
	actor := record.Actor{Kind: record.ByCustomer, ID: customer.ID}
	wanted := r.PostFormValue("mails") == "on"
	if err := s.Mails.OptionalMails(r.Context(), scope, actor, customer.ID, wanted); err != nil {
		pages.Error(w, r, err)
		return
	}
	if _, customer, ok = s.addressee(w, r); ok {
		s.preferences(w, r, scope, customer)
	}
}

// addressee is the customer whose signed address this is.
func (s *Server) addressee(w http.ResponseWriter, r *http.Request) (merchant.Scope, billing.Customer, bool) {
	scope, ok := merchant.ParseScope(r.PathValue("scope"))
	id := r.PathValue("customer")
	if !ok || !s.Unsubscribe.Signed(scope, id, r.PathValue("signature")) {
		pages.Fail(w, r, http.StatusNotFound)
		return scope, billing.Customer{}, false
	}
	customer, err := record.Get[billing.Customer](r.Context(), s.Store, scope, id)
	if err != nil {
		pages.Error(w, r, err)
	}
	return scope, customer, err == nil
}

func (s *Server) preferences(w http.ResponseWriter, r *http.Request, scope merchant.Scope, c billing.Customer) {
	state, err := s.Store.State(r.Context(), scope)
	if err != nil {
		pages.Error(w, r, err)
		return
	}
	locale := pages.Locale(r, c.Language)
	say := func(text string) string { return i18n.Say(locale, text) }
	page := unsubscribePage{
		Heading: say("Optional mails"), Text: say("Mails about payments and your subscriptions always reach you. All others you can stop."),
		Action: r.URL.Path, Button: say("Stop optional mails"),
	}
	if !c.WantsOptional() {
		page.Heading, page.Button, page.Stopped = say("Optional mails are stopped"), say("Get them again"), true
	}
	chrome := pages.Chrome{Title: page.Heading, Test: scope.Mode == merchant.Test, Tongue: pages.Tongue{Lang: locale}}.Dress(state, merchant.Brand{})
	templates.Render(w, r, http.StatusOK, "unsubscribe", pages.Page{Chrome: chrome, Content: page})
}
