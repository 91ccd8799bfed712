package checkout

import (
	"cmp"
	"context"
	"errors"
	"net/http"

	"perennial/shared/billing"
	"perennial/shared/cardfields"
	"perennial/shared/charging"
	"perennial/shared/fault"
	"perennial/shared/lambdahttp"
	"perennial/shared/merchant"
	"perennial/shared/money"
	"perennial/shared/pages"
	"perennial/shared/purchases"
	"perennial/shared/record"
	"perennial/shared/recovery"
	"perennial/shared/wallet"
)

// Seller sells carts and takes the payments of one-time purchases.
type Seller interface {
	Open(ctx context.Context, in purchases.Session) (purchases.Placed, error)
	Quote(ctx context.Context, scope merchant.Scope, cart billing.Cart) (purchases.Quote, error)
	Choices(ctx context.Context, scope merchant.Scope, collection string) ([]billing.Product, error)
	Amend(ctx context.Context, scope merchant.Scope, session string, change func(*billing.Cart)) (record.Checkout, error)
	Place(ctx context.Context, scope merchant.Scope, page record.Checkout) (record.Checkout, error)
	Pay(ctx context.Context, p purchases.Pay) (charging.Result, error)
	Finish(ctx context.Context, scope merchant.Scope, purchase string) (charging.Result, error)
}

// basketPage is the form of a cart: what it costs, who buys, and the card.
type basketPage struct {
	Action string
	Fields cardfields.Fields
	Bill   billView
	Plan   string   // what the subscription costs per period
	Trial  string   // how long it is free
	Codes  []string // that are applied
	Typed  string   // a code that was refused
	Refuse string   // why
	Open   bool     // the cart is not placed: details and codes may be changed
	Coupon bool     // there is a field for codes
	Who    []fact
	Shown  string // the total, sent back
	Free   bool   // no card is asked for
	Zero   bool   // nothing is to be paid today
	Keeps  bool   // the card is kept for renewals
	Wrong  string
	Saved  []savedCard // that the order may be paid with
	Text   string      // of the button, instead of ours
	Plain  bool        // what the total is made of is not shown
	Onto   string      // where another plan is chosen

	currency money.Currency // of the sale, and the buyer's country: they choose the gateway
	country  string
}

// basket shows the cart of a session that is not placed, or asks for what is
// not known yet.
func (s *Server) basket(w http.ResponseWriter, r *http.Request, v visit, change basketPage) {
	if choice := v.page.Page.Choices; choice != "" && (!v.page.Cart.Chosen || r.URL.Query().Has("plan")) {
		s.choose(w, r, v)
		return
	}
	if change.Wrong == "" && change.Refuse == "" && (purchases.Complete(v.page) != nil || r.URL.Query().Has("edit")) {
		s.details(w, r, http.StatusOK, v, nil)
		return
	}
	quote, err := s.quoted(r.Context(), &v)
	if errors.Is(err, wallet.ErrNotMeant) { // another country may be
		s.details(w, r, http.StatusUnprocessableEntity, v, map[string]string{"country": wallet.ErrNotMeant.Message})
		return
	}
	if fault.Of(err) != nil && v.page.Page.Veiled { // whom it was mailed to is not known any more
		s.details(w, r, http.StatusOK, v, nil)
		return
	}
	if err != nil {
		pages.Error(w, r, err)
		return
	}
	page := change
	page.Refuse = cmp.Or(page.Refuse, v.refused)
	page.Bill, page.Codes, page.Open, page.Coupon = v.bill(quote.Invoice), v.page.Cart.Codes, true, !v.page.Page.NoCodes
	page.Shown, page.Keeps = shown(quote.Invoice.Due()), quote.Subscribes()
	if v.page.Page.Choices != "" {
		page.Onto = "?plan"
	}
	page.Free, page.Zero = !quote.NeedsMethod(), quote.Invoice.Due().Nothing()
	page.Who = who(v, quote.Customer)
	page.currency, page.country = quote.Invoice.Due().Currency, v.page.Cart.Billing.Country
	if page.Keeps {
		page.Plan = v.renews(quote)
		if quote.Plan.TrialDays > 0 {
			page.Trial = v.date(quote.Next)
		}
	}
	s.showBasket(w, r, v, page)
}

// presentPurchase shows where a placed one-time purchase stands.
func (s *Server) presentPurchase(w http.ResponseWriter, r *http.Request, v visit, wrong string) {
	switch v.purchase.Status {
	case billing.PurchasePaid:
		s.bought(w, r, v)
	case billing.PurchaseExpired:
		pages.Error(w, r, errGone)
	case billing.PurchaseOpen:
		s.showBasket(w, r, v, basketPage{
			Bill: v.bill(v.invoice), Shown: shown(v.invoice.Due()), Free: v.invoice.Due().Nothing(), Who: who(v, v.customer), Wrong: wrong,
			currency: v.invoice.Due().Currency, country: v.purchase.Billing.Country,
		})
	}
}

func (s *Server) showBasket(w http.ResponseWriter, r *http.Request, v visit, page basketPage) {
	if !page.Free {
		cards, err := s.saved(r.Context(), v, page.currency, page.Bill.Total)
		if err != nil {
			pages.Error(w, r, err)
			return
		}
		page.Saved, page.Fields = cards, s.fields(v, page.currency, page.country)
	}
	page.Text, page.Plain = v.page.Page.PayText, v.page.Page.NoLines
	page.Action = v.path("")
	status := http.StatusOK
	if page.Wrong != "" || page.Refuse != v.refused {
		status = http.StatusUnprocessableEntity
	}
	chrome := v.chrome(v.say("Checkout"))
	chrome.Fields, chrome.Back = page.Fields, cmp.Or(v.page.Page.CancelURL, chrome.Back)
	templates.Render(w, r, status, "basket", pages.Page{Chrome: chrome, Content: page})
}

// who is the buyer as the form repeats them.
func who(v visit, c billing.Customer) []fact {
	if v.page.Page.Veiled && !v.page.Placed() {
		c = veiled(c)
	}
	email, address := c.Email, v.purchase.Billing
	if cart := v.page.Cart; cart != nil && !v.page.Placed() {
		address = cart.Billing
		if email == "" {
			email = cart.Email
		}
	}
	return []fact{{v.say("Receipt to"), email}, {v.say("Address"), v.address(address)}}
}

// buy places the cart, when it is not, and pays for it. Of two who press at
// once one order is placed and one payment made. What is charged is what the
// page showed.
func (s *Server) buy(w http.ResponseWriter, r *http.Request, v visit) {
	if !v.page.Placed() {
		placed, ok := s.place(w, r, v)
		if !ok {
			return
		}
		v = placed
	}
	posted := r.PostFormValue("shown")
	switch {
	case v.purchase.Open() && posted != shown(v.invoice.Due()):
		s.presentPurchase(w, r, v, v.say(purchases.ErrOtherTotal.Message))
		return
	case v.page.Purchase == "" && !v.used() && posted != shown(v.dues.Total):
		s.show(w, r, http.StatusUnprocessableEntity, v, v.say(purchases.ErrOtherTotal.Message))
		return
	case v.page.Purchase == "":
		s.payDues(w, r, v)
		return
	}
	got, err := s.Sales.Pay(r.Context(), purchases.Pay{
		Scope: v.scope, Purchase: v.purchase.ID, Customers: []string{v.customer.ID}, Token: r.PostFormValue("token"), Fields: v.typed(r),
		Total: v.invoice.Due(), Checkout: v.page.ID, ReturnURL: s.URL + v.path("/return"), By: billing.ByCustomer,
		Actor:  record.Actor{Kind: record.ByCustomer, ID: v.customer.ID, Country: lambdahttp.Country(r.Context())},
		Method: v.picked(r), Challenge: v.page.Page.Force3DS,
	})
	switch f := fault.Of(err); {
	case errors.Is(err, purchases.ErrOtherTotal):
		s.again(w, r, v, f)
	case errors.Is(err, billing.ErrLocked), errors.Is(err, record.ErrStale), errors.Is(err, billing.ErrPaid):
		http.Redirect(w, r, v.path("/return"), http.StatusSeeOther)
	case f != nil && f.Kind == fault.Invalid:
		s.presentPurchase(w, r, v, v.say(f.Message))
	case err != nil:
		s.unsure(w, r, v, err)
	case got.ActionURL != "":
		http.Redirect(w, r, got.ActionURL, http.StatusSeeOther)
	case got.Payment.Status == billing.PaymentFailed:
		s.presentPurchase(w, r, v, v.declined(got.Payment))
	default:
		http.Redirect(w, r, v.path("/return"), http.StatusSeeOther)
	}
}

// again shows the page as it is now.
func (s *Server) again(w http.ResponseWriter, r *http.Request, v visit, why *fault.Fault) {
	if err := s.goods(r, &v, 0); err != nil {
		pages.Error(w, r, err)
		return
	}
	s.presentPurchase(w, r, v, v.say(why.Message))
}

// place places the cart as it was shown; ok is false when the answer is
// written already.
func (s *Server) place(w http.ResponseWriter, r *http.Request, v visit) (visit, bool) {
	if purchases.Complete(v.page) != nil {
		http.Redirect(w, r, v.path(""), http.StatusSeeOther)
		return v, false
	}
	quote, err := s.Sales.Quote(r.Context(), v.scope, *v.page.Cart)
	due := quote.Invoice.Due()
	switch {
	case err != nil:
		s.refused(w, r, v, err)
		return v, false
	case r.PostFormValue("shown") != shown(due):
		s.basket(w, r, v, basketPage{Wrong: v.say(purchases.ErrOtherTotal.Message)})
		return v, false
	case r.PostFormValue("token") == "" && v.picked(r) == "" && quote.NeedsMethod():
		s.basket(w, r, v, basketPage{Wrong: v.say(recovery.ErrNoMethod.Message)})
		return v, false
	}
	page, err := s.Sales.Place(r.Context(), v.scope, v.page)
	if errors.Is(err, record.ErrStale) {
		http.Redirect(w, r, v.path(""), http.StatusSeeOther)
		return v, false
	}
	if err != nil {
		s.refused(w, r, v, err)
		return v, false
	}
	v.page = page
	if err := s.goods(r, &v, 0); err != nil {
		pages.Error(w, r, err)
		return v, false
	}
	return v, true
}

// refused explains on the form why the cart cannot be placed now.
func (s *Server) refused(w http.ResponseWriter, r *http.Request, v visit, err error) {
	if f := fault.Of(err); f != nil && f.Kind == fault.Invalid {
		if len(v.page.Cart.Codes) > 0 { // a code may have ended meanwhile
			if page, again := s.Sales.Amend(r.Context(), v.scope, v.page.ID, func(c *billing.Cart) { c.Codes = nil }); again == nil {
				v.page = page
			}
		}
		s.basket(w, r, v, basketPage{Wrong: v.say(f.Message)})
		return
	}
	s.refuse(w, r, v, err)
}
