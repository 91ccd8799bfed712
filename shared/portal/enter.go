package portal

import (
	"errors"
	"net/http"
	"slices"
	"time"

	"perennial/shared/access"
	"perennial/shared/billing"
	"perennial/shared/lambdahttp"
	"perennial/shared/pages"
	"perennial/shared/portals"
	"perennial/shared/record"
)

// enter finds the session and the objects asked for, or answers with the
// page that says how to sign in.
func (s *Server) enter(w http.ResponseWriter, r *http.Request, about ...record.Ref) (visit, bool) {
	got, err := s.Identity.Visit(r.Context(), s.surface(r).Mode, token(r), about...)
	if errors.Is(err, access.ErrSession) {
		s.signedOut(w, r)
		return visit{}, false
	}
	if err != nil {
		pages.Error(w, r, err)
		return visit{}, false
	}
	zone, err := time.LoadLocation(got.State.Business.Zone)
	if err != nil {
		zone = time.UTC
	}
	lambdahttp.Note(r.Context(), "scope", got.Scope.String())
	v := visit{
		Visit: got, zone: zone, now: got.State.Clock.Now(s.Wall()), path: r.URL.Path, locale: pages.Locale(r),
		wide: s.isWide(r, got.Session), country: lambdahttp.Country(r.Context()),
	}
	return v, !s.closed(w, r, v)
}

// with enters with the visitor's customer records and what they own of the
// kinds.
func (s *Server) with(w http.ResponseWriter, r *http.Request, kinds ...record.Kind) (visit, goods, bool) {
	v, ok := s.enter(w, r)
	if !ok {
		return v, goods{}, false
	}
	g, ok := s.own(w, r, v, kinds...)
	return v, g, ok
}

// own reads what belongs to a visitor who has entered, or answers that it
// cannot be read.
func (s *Server) own(w http.ResponseWriter, r *http.Request, v visit, kinds ...record.Kind) (goods, bool) {
	g, err := s.belongings(r.Context(), v, kinds...)
	if err != nil {
		s.lost(w, r, err)
	}
	return g, err == nil
}

// lost answers when the visitor's things cannot be read: an address that has
// become somebody else's signs out.
func (s *Server) lost(w http.ResponseWriter, r *http.Request, err error) {
	if errors.Is(err, access.ErrSession) { // found out only now
		s.signedOut(w, r)
		return
	}
	pages.Error(w, r, err)
}

// person enters with the visitor's customer records as they are now: who has
// changed the address since the link was mailed is none of them.
func (s *Server) person(w http.ResponseWriter, r *http.Request) (visit, portals.Visitor, bool) {
	v, g, ok := s.with(w, r)
	return v, v.of(g), ok
}

// of is the visitor for the customer records that were read.
func (v visit) of(g goods) portals.Visitor {
	who := v.visitor()
	who.Customers = nil
	for _, c := range g.customers {
		who.Customers = append(who.Customers, c.ID)
	}
	return who
}

// mine enters with one subscription of the visitor; anybody else's does not
// exist.
func (s *Server) mine(w http.ResponseWriter, r *http.Request, about ...record.Ref) (visit, billing.Subscription, bool) {
	refs := append([]record.Ref{record.RefOf[billing.Subscription](r.PathValue("id"))}, about...)
	v, ok := s.enter(w, r, refs...)
	if !ok {
		return v, billing.Subscription{}, false
	}
	sub, found := v.Found[0].(billing.Subscription)
	if !found || !v.Session.May(sub.Customer) {
		pages.Fail(w, r, http.StatusNotFound)
		return v, billing.Subscription{}, false
	}
	lambdahttp.Note(r.Context(), "subscription", sub.ID)
	return v, sub, true
}

// cards are the saved methods that a live subscription can be charged to, with
// what of other kinds is asked for, or the answer that it is none.
func (s *Server) cards(w http.ResponseWriter, r *http.Request, v visit, sub billing.Subscription, also ...record.Kind) (goods, bool) {
	var g goods
	if sub.Status.Ended() || sub.Status == billing.StatusPending {
		pages.Error(w, r, billing.ErrInactive)
		return g, false
	}
	found, err := s.Store.Owned(r.Context(), v.Scope, sub.Customer, append(also, record.KindMethod)...)
	if err != nil {
		pages.Error(w, r, err)
		return g, false
	}
	for _, obj := range found {
		g.add(obj)
	}
	g.methods = slices.DeleteFunc(g.methods, func(m billing.Method) bool { return !m.OfferedFor(sub) })
	return g, true
}
