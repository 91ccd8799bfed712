package portal

import (
	"errors"
	"net/http"
	"strconv"

	"perennial/shared/billing"
	"perennial/shared/cardfields"
	"perennial/shared/dunning"
	"perennial/shared/fault"
	"perennial/shared/lifecycle"
	"perennial/shared/money"
	"perennial/shared/pages"
	"perennial/shared/record"
	"perennial/shared/recovery"
)

func quantity(n int64) string { return strconv.FormatInt(n, 10) }

// methodPage lets the customer choose a saved method or give a new card
// (R117 to R122). With dues open it says what is charged, and until when that
// pays, before it asks.
type methodPage struct {
	Action  string
	Back    string
	Backup  string // where another card is allowed to be charged too
	Fields  cardfields.Fields
	Name    string
	Title   string
	Due     string // amount that confirming charges, empty when none
	Next    string // next billing date after paying
	Current string // name of the current method
	Methods []methodView
	Fresh   bool // the new card is chosen
	Wrong   string
}

func (s *Server) methodForm(w http.ResponseWriter, r *http.Request) {
	v, sub, ok := s.mine(w, r)
	if !ok {
		return
	}
	s.showMethods(w, r, http.StatusOK, v, sub, "", "")
}

// showMethods renders the form, again with what went wrong when something did.
func (s *Server) showMethods(w http.ResponseWriter, r *http.Request, status int, v visit, sub billing.Subscription, chosen, wrong string) {
	dues, err := s.dues(r, v, sub)
	if err != nil {
		pages.Error(w, r, err)
		return
	}
	var also []record.Kind
	if !dues.Total.Nothing() {
		also = append(also, record.KindPayment)
	}
	g, ok := s.cards(w, r, v, sub, also...)
	if !ok {
		return
	}
	page := newMethodPage(v, sub, g, dues, chosen)
	if page.Wrong = wrong; wrong == "" {
		page.preselect(tries(sub, g.payments))
	}
	page.Fields = s.fields(r, v, sub.Price.Amount.Currency, sub.Billing.Country)
	chrome := v.chrome(v.say("Payment method"))
	chrome.Fields = page.Fields
	templates.Render(w, r, status, "method", pages.Page{Chrome: chrome, Content: page})
}

// fields are those of the gateway at which a new method is saved.
func (s *Server) fields(r *http.Request, v visit, currency money.Currency, country string) cardfields.Fields {
	g, ok := v.State.GatewayFor(string(currency), country)
	if !ok {
		return cardfields.Fields{}
	}
	return s.Fields.For(g, string(currency), s.surface(r).URL)
}

// dues is what confirming would charge now.
func (s *Server) dues(r *http.Request, v visit, sub billing.Subscription) (billing.Dues, error) {
	return lifecycle.DuesOf(r.Context(), s.Store, v.State, sub, s.Wall())
}

// due is the amount as the form shows it and sends it back.
func (v visit) due(d billing.Dues) string {
	if d.Total.Nothing() {
		return ""
	}
	return v.amount(d.Total)
}

func newMethodPage(v visit, sub billing.Subscription, g goods, dues billing.Dues, chosen string) methodPage {
	p := methodPage{
		Action: address(sub.ID, "payment-method"), Back: address(sub.ID), Backup: address(sub.ID, "backup"), Name: sub.ProductName,
		Current: v.card(sub.Method), Fresh: true, Title: v.say("Change payment method"), Due: v.due(dues),
	}
	if p.Due != "" {
		p.Title, p.Next = v.say("Pay what is due"), v.date(dues.Next)
	}
	if p.Due != "" && sub.Status == billing.StatusOnHold {
		p.Title = v.say("Pay and reactivate")
	}
	tried := tries(sub, g.payments)
	for _, m := range billing.Distinct(g.methods, sub.Method.Same) {
		last, failed := lastTry(tried, m)
		failed = failed && p.Due != ""
		if failed && !dunning.SameCardMayPay(last.Decline) {
			continue // a card that has failed for good is no offer
		}
		view := methodView{ID: m.ID, Name: v.card(m), Expiry: expiry(m), Current: m.ID == sub.Method.ID, Chosen: m.ID == chosen, card: m}
		if failed {
			view.Note = v.say("declined last time: %s", v.say(dunning.Explain(last.Decline)))
		}
		p.Fresh = p.Fresh && !view.Chosen
		p.Methods = append(p.Methods, view)
	}
	return p
}

// changeMethod confirms the choice: with dues it charges them at once (R123).
func (s *Server) changeMethod(w http.ResponseWriter, r *http.Request) {
	v, sub, ok := s.mine(w, r)
	if !ok {
		return
	}
	chosen := r.PostFormValue("method")
	now, err := s.dues(r, v, sub)
	if err != nil {
		pages.Error(w, r, err)
		return
	}
	if r.PostForm.Has("due") && r.PostFormValue("due") != v.due(now) {
		s.showMethods(w, r, http.StatusConflict, v, sub, chosen, v.say("The amount has changed meanwhile. Please look at it and confirm again.")+" "+v.say("Nothing was charged."))
		return
	}
	if !s.within(w, r, v, triesCards, sub.Customer) {
		return
	}
	pay := recovery.Pay{
		Scope: v.Scope, Subscription: sub.ID, Customers: v.Session.Customers, Method: chosen,
		ReturnURL: s.surface(r).URL + address(sub.ID, "payment-return"), By: billing.ByCustomer, Actor: v.Actor(),
	}
	if chosen == "" {
		pay.Token, pay.Fields = r.PostFormValue("token"), pages.Typed(r)
	}
	got, err := s.Recovery.ChangeMethod(r.Context(), pay)
	switch f := fault.Of(err); {
	case errors.Is(err, billing.ErrLocked):
		http.Redirect(w, r, address(sub.ID, "payment-return"), http.StatusSeeOther)
	case f != nil && f.Kind == fault.Invalid:
		s.showMethods(w, r, http.StatusUnprocessableEntity, v, sub, chosen, v.say(f.Message))
	case err != nil:
		s.unsure(w, r, v, sub, err)
	default:
		http.Redirect(w, r, destination(sub.ID, got), http.StatusSeeOther)
	}
}
