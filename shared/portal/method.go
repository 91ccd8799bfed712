package portal

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"perennial/shared/billing"
	"perennial/shared/cardfields"
	"perennial/shared/dunning"
	"perennial/shared/fault"
	"perennial/shared/lifecycle"
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
	Fields  string // address of the gateway's card fields
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
	if sub.Status.Ended() || sub.Status == billing.StatusPending {
		pages.Error(w, r, billing.ErrInactive)
		return
	}
	found, err := s.Store.Owned(r.Context(), v.Scope, sub.Customer, record.KindMethod)
	if err != nil {
		pages.Error(w, r, err)
		return
	}
	dues, err := s.dues(r, v, sub)
	if err != nil {
		pages.Error(w, r, err)
		return
	}
	page := newMethodPage(v, sub, found, dues, chosen)
	page.Wrong = wrong
	page.Fields = cardfields.Source(s.Gateway, s.Account(v.Scope), s.surface(r).URL)
	chrome := v.chrome("Payment method")
	chrome.Script = true
	templates.Render(w, r, status, "method", pages.Page{Chrome: chrome, Content: page})
}

// dues is what confirming would charge now.
func (s *Server) dues(r *http.Request, v visit, sub billing.Subscription) (billing.Dues, error) {
	open, _, err := lifecycle.Arrears(r.Context(), s.Store, v.Scope, sub)
	if err != nil {
		return billing.Dues{}, err
	}
	zone, err := time.LoadLocation(sub.Zone)
	if err != nil {
		return billing.Dues{}, fmt.Errorf("dues of %s: %w", sub.ID, err)
	}
	return sub.DuesAt(open, v.now, lifecycle.KeepFor(v.State), zone)
}

// due is the amount as the form shows it and sends it back.
func due(d billing.Dues) string {
	if d.Total.Nothing() {
		return ""
	}
	return amount(d.Total)
}

func newMethodPage(v visit, sub billing.Subscription, found []any, dues billing.Dues, chosen string) methodPage {
	p := methodPage{
		Action: address(sub.ID, "payment-method"), Back: address(sub.ID), Name: sub.ProductName,
		Current: card(sub.Method), Fresh: true, Title: "Change payment method", Due: due(dues),
	}
	if p.Due != "" {
		p.Title, p.Next = "Pay what is due", v.date(dues.Next)
	}
	if p.Due != "" && sub.Status == billing.StatusOnHold {
		p.Title = "Pay and reactivate"
	}
	for _, obj := range found {
		m, ok := obj.(billing.Method)
		if !ok || m.ID == sub.Failure.Method.ID && p.Due != "" {
			continue // the card that has just failed is no offer
		}
		view := methodView{ID: m.ID, Name: card(m), Expiry: expiry(m), Current: m.ID == sub.Method.ID, Chosen: m.ID == chosen}
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
	if r.PostForm.Has("due") && r.PostFormValue("due") != due(now) {
		s.showMethods(w, r, http.StatusConflict, v, sub, chosen, "The amount has changed meanwhile. Please look at it and confirm again. Nothing was charged.")
		return
	}
	pay := recovery.Pay{
		Scope: v.Scope, Subscription: sub.ID, Customers: v.Session.Customers, Method: chosen,
		ReturnURL: s.surface(r).URL + address(sub.ID, "payment-return"), By: billing.ByCustomer, Actor: v.Actor(),
	}
	if chosen == "" {
		pay.Token = r.PostFormValue("token")
	}
	got, err := s.Recovery.ChangeMethod(r.Context(), pay)
	switch f := fault.Of(err); {
	case errors.Is(err, billing.ErrLocked):
		http.Redirect(w, r, address(sub.ID, "payment-return"), http.StatusSeeOther)
	case f != nil && f.Kind == fault.Invalid:
		s.showMethods(w, r, http.StatusUnprocessableEntity, v, sub, chosen, f.Message)
	case err != nil:
		pages.Error(w, r, err)
	default:
		http.Redirect(w, r, destination(sub.ID, got), http.StatusSeeOther)
	}
}

// destination is where a result leads: to the bank, to the result's page, or
// back to the subscription when nothing was charged.
func destination(subscription string, got recovery.Result) string {
	switch {
	case got.ActionURL != "":
		return got.ActionURL
	case got.Pending:
		return address(subscription, "payment-return")
	case got.Payment.ID != "":
		return address(subscription, "payments", got.Payment.ID)
	}
	return address(subscription) + "?changed=method"
}

// waitingPage is shown while an outcome is not known.
type waitingPage struct {
	Name   string
	Action string // the bank's page, when it waits for the customer
	Again  string
	Other  string
}

// returned is where the bank sends the customer back, by GET. It asks the
// gateway what happened; asking twice changes nothing.
func (s *Server) returned(w http.ResponseWriter, r *http.Request) {
	v, sub, ok := s.mine(w, r)
	if !ok {
		return
	}
	got, err := s.Recovery.Finish(r.Context(), v.Scope, sub.ID)
	if err != nil {
		pages.Error(w, r, err)
		return
	}
	page := waitingPage{Name: sub.ProductName, Again: address(sub.ID, "payment-return"), Other: address(sub.ID, "payment-method")}
	switch {
	case got.Pending:
		chrome := v.chrome("We are checking your payment")
		chrome.Refresh, chrome.Next = pages.LookAgain(r)
		templates.Render(w, r, http.StatusOK, "waiting", pages.Page{Chrome: chrome, Content: page})
	case got.ActionURL != "":
		page.Action = got.ActionURL
		templates.Render(w, r, http.StatusOK, "waiting", pages.Page{Chrome: v.chrome("Your bank is waiting"), Content: page})
	case got.Payment.ID != "":
		http.Redirect(w, r, address(sub.ID, "payments", got.Payment.ID), http.StatusSeeOther)
	default:
		http.Redirect(w, r, s.latest(r, v, sub.ID, sub.Customer), http.StatusSeeOther)
	}
}

// latest is the page of the subscription's newest payment; somebody else,
// such as the gateway's webhook, has settled it.
func (s *Server) latest(r *http.Request, v visit, subscription, customer string) string {
	found, err := s.Store.Owned(r.Context(), v.Scope, customer, record.KindPayment)
	if err != nil {
		return address(subscription)
	}
	for _, obj := range found {
		if p, ok := obj.(billing.Payment); ok && p.Subscription == subscription && p.Status != billing.PaymentRequiresMethod {
			return address(subscription, "payments", p.ID)
		}
	}
	return address(subscription)
}

// resultPage tells what became of a payment (R124, R125, R136, R137).
type resultPage struct {
	Paid    bool
	Heading string
	Text    string
	Facts   []fact
	Back    string
	Other   string // path for another try
}

func (s *Server) result(w http.ResponseWriter, r *http.Request) {
	v, sub, ok := s.mine(w, r, record.RefOf[billing.Payment](r.PathValue("payment")))
	if !ok {
		return
	}
	p, found := v.Found[1].(billing.Payment)
	if !found || p.Subscription != sub.ID {
		pages.Fail(w, r, http.StatusNotFound)
		return
	}
	content := newResultPage(v, sub, p)
	templates.Render(w, r, http.StatusOK, "result", pages.Page{Chrome: v.chrome(content.Heading), Content: content})
}

func newResultPage(v visit, sub billing.Subscription, p billing.Payment) resultPage {
	out := resultPage{Back: address(sub.ID), Facts: []fact{{"Amount", amount(p.Amount)}, {"Card", card(p.Method)}}}
	switch {
	case p.Status == billing.PaymentSucceeded:
		out.Paid, out.Heading = true, sub.ProductName+" is active again"
		out.Text = "Thank you. Your payment was received and your payment method was updated. Two mails are on their way: the receipt, and the confirmation that your subscription is active."
		out.Facts = append(out.Facts, fact{"Invoice", p.InvoiceNumber}, fact{"Next payment", v.date(sub.Period.End)})
		if sub.Status != billing.StatusActive || p.Cause == billing.CauseFirst {
			out.Heading, out.Text = "Payment received", "Thank you. The receipt is on its way to you by mail."
			out.Facts = out.Facts[:3]
		}
	case p.Status == billing.PaymentFailed:
		out.Heading = "The payment did not go through"
		out.Text = dunning.Explain(p.Decline) + " Nothing was charged."
		out.Other = again(sub)
	default:
		out.Heading, out.Text, out.Other = "The payment was not made", "Nothing was charged.", again(sub)
	}
	if !out.Paid && sub.Status == billing.StatusOnHold {
		out.Text += fmt.Sprintf(" %s stays on hold. You can try another card as soon as you like.", sub.ProductName)
	}
	return out
}

func again(sub billing.Subscription) string {
	if sub.Status.Ended() || len(sub.Open) == 0 {
		return ""
	}
	return address(sub.ID, "payment-method")
}
