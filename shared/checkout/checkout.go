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
	"perennial/shared/catalog"
	"perennial/shared/fault"
	"perennial/shared/i18n"
	"perennial/shared/identity"
	"perennial/shared/lambdahttp"
	"perennial/shared/merchant"
	"perennial/shared/money"
	"perennial/shared/pages"
	"perennial/shared/purchases"
	"perennial/shared/record"
	"perennial/shared/recovery"
)

// Store is what the page reads.
type Store interface {
	catalog.Everywhere
	State(ctx context.Context, scope merchant.Scope) (merchant.State, error)
}

// Payer makes the payment.
type Payer interface {
	ChangeMethod(ctx context.Context, p recovery.Pay) (recovery.Result, error)
	Finish(ctx context.Context, scope merchant.Scope, subscription string) (recovery.Result, error)
}

// Options are what the checkout is made of.
type Options struct {
	Store       Store
	Payer       Payer
	Sales       Seller
	Owned       Owner
	Mails       Preferences
	Limits      Limiter
	Testers     Testers
	Unsubscribe identity.Unsubscribe     // signs the addresses at which mails are stopped
	URL         string                   // the checkout's own origin
	Portals     map[merchant.Mode]string // where customers sign in, without a trailing slash
	Fields      cardfields.Origins       // of the gateways' card fields
	Wall        func() time.Time
}

// Server serves the checkout.
type Server struct{ Options }

//go:embed all:web
var web embed.FS

var templates = pages.Parse(web, "web")

// New makes the checkout's handler.
func New(o Options) http.Handler {
	s := &Server{o}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /session/{scope}/{id}", s.form)
	mux.HandleFunc("POST /session/{scope}/{id}", s.pay)
	mux.HandleFunc("POST /session/{scope}/{id}/details", s.fill)
	mux.HandleFunc("POST /session/{scope}/{id}/code", s.coupon)
	mux.HandleFunc("POST /session/{scope}/{id}/plan", s.chosen)
	mux.HandleFunc("GET /session/{scope}/{id}/return", s.returned)
	mux.HandleFunc("GET /c/{id}", s.pick)
	mux.HandleFunc("GET /b/{slug}", s.short(merchant.Live))
	mux.HandleFunc("GET /b/test/{slug}", s.short(merchant.Test))
	mux.HandleFunc("GET /buy/{product}", s.offer)
	mux.HandleFunc("POST /buy/{product}", s.takeUp)
	mux.HandleFunc("GET /unsubscribe/{scope}/{customer}/{signature}", s.unsubscribe)
	mux.HandleFunc("POST /unsubscribe/{scope}/{customer}/{signature}", s.setMails)
	mux.HandleFunc("GET /test-address/{scope}/{address}/{signature}", s.testAddress)
	mux.HandleFunc("POST /test-address/{scope}/{address}/{signature}", s.agree)
	return pages.Serve(mux)
}

// payPage is the form.
type payPage struct {
	Action  string
	Fields  cardfields.Fields
	Product string
	Price   string
	Total   string    // due today
	Trial   string    // how long nothing is charged
	Next    string    // the billing date once the dues of a held subscription are paid
	Held    bool      // paying reactivates
	Bill    *billView // how the total comes about, where it is more than the price
	Method  bool      // only the method is changed
	Free    bool      // no card is asked for
	Zero    bool      // nothing is to be paid today
	Shown   string    // the total, sent back
	Email   string
	Card    string // that was declined
	Wrong   string
	Saved   []savedCard // that it may be paid with
}

func (s *Server) form(w http.ResponseWriter, r *http.Request) {
	v, err := s.open(r, 0)
	if err != nil {
		s.refuse(w, r, v, err)
		return
	}
	s.present(w, r, v, "")
}

// present shows where the session stands: the form, what came of it, or that
// there is nothing any more.
func (s *Server) present(w http.ResponseWriter, r *http.Request, v visit, wrong string) {
	switch {
	case v.page.Purchase != "":
		s.presentPurchase(w, r, v, wrong)
	case !v.page.Placed():
		s.basket(w, r, v, basketPage{Wrong: wrong})
	case v.sub.Status.Ended():
		pages.Error(w, r, errGone)
	case v.used():
		s.finished(w, r, v)
	default:
		s.show(w, r, http.StatusOK, v, wrong)
	}
}

func (s *Server) show(w http.ResponseWriter, r *http.Request, status int, v visit, wrong string) {
	price, err := v.sub.Price.Amount.Times(v.sub.Quantity, 1)
	if err != nil {
		pages.Error(w, r, err)
		return
	}
	page := payPage{
		Action:  v.path(""),
		Product: v.sub.ProductName, Price: i18n.Money(v.locale, price) + " " + i18n.Every(v.locale, v.sub.Price.Every),
		Total: i18n.Money(v.locale, v.dues.Total), Shown: shown(v.dues.Total), Method: len(v.dues.Invoices) == 0, Email: v.customer.Email, Wrong: wrong,
	}
	page.Free, page.Zero = !page.Method && !v.sub.NeedsMethod(v.dues.Total), v.dues.Total.Nothing()
	if v.sub.Status == billing.StatusPending && v.sub.TrialDays > 0 {
		days := calendar.Interval{Count: v.sub.TrialDays, Unit: calendar.Day}
		page.Trial = v.date(calendar.Boundary(v.now(s.Wall()), days, 1, v.zone))
	}
	if len(v.dues.Invoices) == 1 {
		if bill := v.bill(v.dues.Invoices[0]); len(bill.Sums) > 0 {
			page.Bill = &bill
		}
	}
	if v.page.Method && !page.Method {
		page.Next, page.Held = v.date(v.dues.Next), v.sub.Status == billing.StatusOnHold
	}
	if !page.Free && !page.Method {
		if page.Saved, err = s.saved(r.Context(), v, v.sub.Price.Amount.Currency, page.Total); err != nil {
			pages.Error(w, r, err)
			return
		}
	}
	if v.mailed() { // whoever was forwarded the link learns no address (rules 20)
		page.Email, page.Card = "", i18n.Card(v.locale, v.sub.Failure.Method.Kind(), v.sub.Failure.Method.Last4)
	}
	chrome := v.chrome(v.say("Checkout"))
	if !page.Free {
		page.Fields = s.fields(v, v.sub.Price.Amount.Currency, v.sub.Billing.Country)
	}
	chrome.Fields = page.Fields
	templates.Render(w, r, status, "pay", pages.Page{Chrome: chrome, Content: page})
}

// fields are those of the gateway that a sale goes to.
func (s *Server) fields(v visit, currency money.Currency, country string) cardfields.Fields {
	g, ok := v.state.GatewayFor(string(currency), country)
	if !ok {
		return cardfields.Fields{}
	}
	return s.Fields.For(g, string(currency), s.URL)
}

func (s *Server) pay(w http.ResponseWriter, r *http.Request) {
	v, err := s.posted(r, triesCards)
	if err == nil {
		err = r.ParseForm()
	}
	if err != nil {
		s.refuse(w, r, v, err)
		return
	}
	switch {
	case v.page.Purchase != "" || !v.page.Placed():
		s.buy(w, r, v)
	case v.used() || v.sub.Status.Ended(): // pressed twice, or too late
		http.Redirect(w, r, v.path(""), http.StatusSeeOther)
	case r.PostForm.Has("shown") && r.PostFormValue("shown") != shown(v.dues.Total):
		s.show(w, r, http.StatusUnprocessableEntity, v, v.say(purchases.ErrOtherTotal.Message))
	default:
		s.payDues(w, r, v)
	}
}

// payDues pays what a subscription owes, or replaces its payment method.
func (s *Server) payDues(w http.ResponseWriter, r *http.Request, v visit) {
	got, err := s.Payer.ChangeMethod(r.Context(), recovery.Pay{
		Scope: v.scope, Subscription: v.sub.ID, Customers: []string{v.customer.ID}, Token: r.PostFormValue("token"), Fields: v.typed(r),
		Invoice: v.page.Dues, Checkout: v.page.ID, ReturnURL: s.URL + v.path("/return"), By: billing.ByCustomer,
		Actor:  record.Actor{Kind: record.ByCustomer, ID: v.customer.ID, Country: lambdahttp.Country(r.Context())},
		Method: v.picked(r), Challenge: v.page.Page.Force3DS || v.picked(r) != "" && v.confirms(),
	})
	switch f := fault.Of(err); {
	case errors.Is(err, billing.ErrLocked), errors.Is(err, record.ErrStale): // somebody was faster, perhaps this very form
		http.Redirect(w, r, v.path("/return"), http.StatusSeeOther)
	case f != nil && f.Kind == fault.Invalid:
		s.show(w, r, http.StatusUnprocessableEntity, v, v.say(f.Message))
	case err != nil:
		s.unsure(w, r, v, err)
	case got.ActionURL != "":
		http.Redirect(w, r, got.ActionURL, http.StatusSeeOther)
	case got.Payment.Status == billing.PaymentFailed:
		s.show(w, r, http.StatusUnprocessableEntity, v, v.declined(got.Payment))
	default:
		http.Redirect(w, r, v.path("/return"), http.StatusSeeOther)
	}
}
