package portal

import (
	"net/http"

	"perennial/shared/billing"
	"perennial/shared/dunning"
	"perennial/shared/pages"
	"perennial/shared/record"
	"perennial/shared/recovery"
)

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
	Broken bool   // something went wrong on our side
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
		chrome := v.chrome(v.say("We are checking your payment"))
		chrome.Refresh, chrome.Next = pages.LookAgain(r)
		templates.Render(w, r, http.StatusOK, "waiting", pages.Page{Chrome: chrome, Content: page})
	case got.ActionURL != "":
		page.Action = got.ActionURL
		templates.Render(w, r, http.StatusOK, "waiting", pages.Page{Chrome: v.chrome(v.say("Your bank is waiting")), Content: page})
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
	out := resultPage{Back: address(sub.ID), Facts: []fact{{v.say("Amount"), v.amount(p.Amount)}, {v.say("Card"), v.card(p.Method)}}}
	if p.Cause == billing.CausePlanChange {
		return out.planChange(v, sub, p)
	}
	switch p.Status {
	case billing.PaymentSucceeded:
		out.Paid, out.Heading = true, v.say("%s is active again", sub.ProductName)
		out.Text = v.say("Thank you. Your payment was received and your payment method was updated. Two mails are on their way: the receipt, and the confirmation that your subscription is active.")
		out.Facts = append(out.Facts, fact{v.say("Invoice"), p.InvoiceNumber}, fact{v.say("Next payment"), v.date(sub.Period.End)})
		if sub.Status != billing.StatusActive || p.Cause == billing.CauseFirst {
			out.Heading, out.Text = v.say("Payment received"), v.say("Thank you. The receipt is on its way to you by mail.")
			out.Facts = out.Facts[:3]
		}
	case billing.PaymentFailed:
		out.Heading = v.say("The payment did not go through")
		out.Text = v.say(dunning.Explain(p.Decline)) + " " + v.say("Nothing was charged.")
		out.Other = again(sub)
	default:
		out.Heading, out.Text, out.Other = v.say("The payment was not made"), v.say("Nothing was charged."), again(sub)
	}
	if !out.Paid && sub.Status == billing.StatusOnHold {
		out.Text += " " + v.say("%s stays on hold. You can try another card as soon as you like.", sub.ProductName)
	}
	return out
}

// planChange tells what became of the payment of a plan change (R107).
func (out resultPage) planChange(v visit, sub billing.Subscription, p billing.Payment) resultPage {
	switch p.Status {
	case billing.PaymentSucceeded:
		out.Paid, out.Heading = true, v.say("Your plan is %s now", sub.ProductName)
		out.Text = v.say("Thank you. The receipt is on its way to you by mail.")
		out.Facts = append(out.Facts, fact{v.say("Next payment"), v.date(sub.Period.End)})
	case billing.PaymentFailed:
		out.Heading, out.Text = v.say("The payment did not go through"), v.say(dunning.Explain(p.Decline))+" "+v.say("Nothing was charged.")
		if sub.Change != nil && sub.Change.Former == nil {
			out.Text += " " + v.say("You keep %s. The change waits for its payment until %s: pay it from the subscription's page, or discard it there.", sub.ProductName, v.date(sub.Change.Expires))
			out.Other = address(sub.ID, "payment-method")
		}
	default:
		out.Heading, out.Text = v.say("The payment was not made"), v.say("Nothing was charged. You keep %s.", sub.ProductName)
	}
	return out
}

func again(sub billing.Subscription) string {
	if sub.Status.Ended() || len(sub.Open) == 0 {
		return ""
	}
	return address(sub.ID, "payment-method")
}
