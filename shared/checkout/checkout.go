// Package checkout is the hosted page behind a payment link: the customer
// gives a card, and the first payment, or the dues that a new card is asked
// for, are charged with it. The unguessable id in the address is the
// credential, so the page shows no more than is needed to pay.
package checkout

import (
	"context"
	"embed"
	"errors"
	"net/http"
	"time"

	"perennial/shared/billing"
	"perennial/shared/calendar"
	"perennial/shared/cardfields"
	"perennial/shared/dunning"
	"perennial/shared/fault"
	"perennial/shared/i18n"
	"perennial/shared/lambdahttp"
	"perennial/shared/lifecycle"
	"perennial/shared/merchant"
	"perennial/shared/pages"
	"perennial/shared/record"
	"perennial/shared/recovery"
)

// Store is what the page reads.
type Store interface {
	record.Loader
	State(ctx context.Context, scope merchant.Scope) (merchant.State, error)
}

// Payer makes the payment.
type Payer interface {
	ChangeMethod(ctx context.Context, p recovery.Pay) (recovery.Result, error)
	Finish(ctx context.Context, scope merchant.Scope, subscription string) (recovery.Result, error)
}

// Options are what the checkout is made of.
type Options struct {
	Store   Store
	Payer   Payer
	URL     string // the checkout's own origin
	Gateway string // origin of the gateway's card fields and challenges
	Account func(merchant.Scope) string
	Wall    func() time.Time
}

// Server serves the checkout.
type Server struct{ Options }

//go:embed web
var web embed.FS

var templates = pages.Parse(web, "web")

// New makes the checkout's handler.
func New(o Options) http.Handler {
	s := &Server{o}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /session/{scope}/{id}", s.form)
	mux.HandleFunc("POST /session/{scope}/{id}", s.pay)
	mux.HandleFunc("GET /session/{scope}/{id}/return", s.returned)
	return pages.Serve(mux)
}

// visit is a checkout session with everything its page shows.
type visit struct {
	scope    merchant.Scope
	state    merchant.State
	page     record.Checkout
	sub      billing.Subscription
	customer billing.Customer
	dues     billing.Dues
	zone     *time.Location
}

var errGone = fault.New(fault.Gone, "CHECKOUT_SESSION_CONSUMED", "This page was already used or has expired.")

// open finds the session; an unknown, foreign or expired one looks the same.
func (s *Server) open(r *http.Request) (visit, error) {
	v := visit{}
	scope, ok := merchant.ParseScope(r.PathValue("scope"))
	if !ok {
		return v, errGone
	}
	v.scope = scope
	var err error
	if v.page, err = record.Get[record.Checkout](r.Context(), s.Store, scope, r.PathValue("id")); err != nil {
		return v, gone(err)
	}
	if v.state, err = s.Store.State(r.Context(), scope); err != nil {
		return v, gone(err)
	}
	found, err := s.Store.Load(r.Context(), scope,
		record.RefOf[billing.Subscription](v.page.Subscription), record.RefOf[billing.Customer](v.page.Customer))
	if err != nil {
		return v, err
	}
	sub, isSub := found[0].(billing.Subscription)
	customer, isCustomer := found[1].(billing.Customer)
	if !isSub || !isCustomer {
		return v, errGone
	}
	v.sub, v.customer = sub, customer
	lambdahttp.Note(r.Context(), "scope", scope.String())
	lambdahttp.Note(r.Context(), "subscription", sub.ID)
	return v, s.price(r.Context(), &v)
}

// price tells what is due now.
func (s *Server) price(ctx context.Context, v *visit) (err error) {
	if v.zone, err = time.LoadLocation(v.sub.Zone); err != nil {
		return err
	}
	open, _, err := lifecycle.Arrears(ctx, s.Store, v.scope, v.sub)
	if err != nil {
		return err
	}
	v.dues, err = v.sub.DuesAt(open, v.now(s.Wall()), lifecycle.KeepFor(v.state), v.zone)
	return err
}

func (v visit) now(wall time.Time) calendar.Instant { return v.state.Clock.Now(wall) }

func gone(err error) error {
	if errors.Is(err, record.ErrNotFound) {
		return errGone
	}
	return err
}

// usable refuses a session that has expired or has done its work.
func (s *Server) usable(v visit) error {
	first := !v.page.Method && v.sub.Status != billing.StatusPending
	if !s.Wall().Before(v.page.ExpiresAt) || v.sub.Status.Ended() || first {
		return errGone
	}
	return nil
}

func (v visit) chrome(title string) pages.Chrome {
	return pages.Chrome{Title: title, Business: v.state.Business.Name, Test: v.scope.Mode == merchant.Test}
}

func (v visit) path(more string) string {
	return "/session/" + v.scope.String() + "/" + v.page.ID + more
}

func (v visit) date(i calendar.Instant) string { return i18n.Date(i18n.English, i.Time(), v.zone) }

// payPage is the form.
type payPage struct {
	Action  string
	Fields  string
	Product string
	Price   string
	Total   string // due today
	Trial   string // how long nothing is charged
	Method  bool   // only the method is changed
	Email   string
	Wrong   string
}

func (s *Server) form(w http.ResponseWriter, r *http.Request) {
	v, err := s.open(r)
	if err != nil {
		pages.Error(w, r, err)
		return
	}
	if err := s.usable(v); err != nil {
		s.finished(w, r, v)
		return
	}
	s.show(w, r, http.StatusOK, v, "")
}

func (s *Server) show(w http.ResponseWriter, r *http.Request, status int, v visit, wrong string) {
	total, err := v.sub.Price.Amount.Times(v.sub.Quantity, 1)
	if err != nil {
		pages.Error(w, r, err)
		return
	}
	page := payPage{
		Action: v.path(""), Fields: cardfields.Source(s.Gateway, s.Account(v.scope), s.URL),
		Product: v.sub.ProductName, Price: i18n.Money(i18n.English, total) + " " + i18n.Every(i18n.English, v.sub.Price.Every),
		Total: i18n.Money(i18n.English, v.dues.Total), Method: len(v.dues.Invoices) == 0, Email: v.customer.Email, Wrong: wrong,
	}
	if v.sub.Status == billing.StatusPending && v.sub.TrialDays > 0 {
		page.Trial = v.date(v.now(s.Wall()).Add(time.Duration(v.sub.TrialDays) * 24 * time.Hour))
	}
	chrome := v.chrome("Checkout")
	chrome.Script = true
	templates.Render(w, r, status, "pay", pages.Page{Chrome: chrome, Content: page})
}

func (s *Server) pay(w http.ResponseWriter, r *http.Request) {
	v, err := s.open(r)
	if err == nil {
		err = s.usable(v)
	}
	if err != nil {
		pages.Error(w, r, err)
		return
	}
	got, err := s.Payer.ChangeMethod(r.Context(), recovery.Pay{
		Scope: v.scope, Subscription: v.sub.ID, Customers: []string{v.customer.ID}, Token: r.PostFormValue("token"),
		Checkout: v.page.ID, ReturnURL: s.URL + v.path("/return"), By: billing.ByCustomer,
		Actor: record.Actor{Kind: record.ByCustomer, ID: v.customer.ID},
	})
	switch f := fault.Of(err); {
	case errors.Is(err, billing.ErrLocked):
		http.Redirect(w, r, v.path("/return"), http.StatusSeeOther)
	case f != nil && f.Kind == fault.Invalid:
		s.show(w, r, http.StatusUnprocessableEntity, v, f.Message)
	case err != nil:
		pages.Error(w, r, err)
	case got.ActionURL != "":
		http.Redirect(w, r, got.ActionURL, http.StatusSeeOther)
	case got.Payment.Status == billing.PaymentFailed:
		s.show(w, r, http.StatusUnprocessableEntity, v, dunning.Explain(got.Payment.Decline)+" Nothing was charged.")
	default:
		http.Redirect(w, r, v.path("/return"), http.StatusSeeOther)
	}
}
