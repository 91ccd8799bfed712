package checkout

import (
	"net/http"
	"net/url"
	"strings"

	"perennial/shared/billing"
	"perennial/shared/dunning"
	"perennial/shared/identity"
	"perennial/shared/pages"
	"perennial/shared/recovery"
)

// donePage is what a finished or waiting session shows.
type donePage struct {
	Heading string
	Text    string
	Facts   []fact
	Href    string // one link onwards
	Link    string
}

type fact struct{ Name, Value string }

// returned shows what became of the payment, after the form or the bank. It
// changes nothing that the gateway has not decided.
func (s *Server) returned(w http.ResponseWriter, r *http.Request) {
	v, err := s.open(r, lateReturn)
	if err != nil {
		pages.Error(w, r, err)
		return
	}
	got, err := s.finish(r, v)
	if err != nil {
		pages.Error(w, r, err)
		return
	}
	switch {
	case got.Pending:
		chrome := v.chrome(v.say("We are checking your payment"))
		chrome.Refresh, chrome.Next = pages.LookAgain(r)
		s.done(w, r, chrome, donePage{
			Heading: chrome.Title, Text: v.say("The bank has not told us yet what happened. You will not be charged twice."),
			Href: v.path("/return"), Link: v.say("Look again"),
		})
	case got.ActionURL != "":
		s.done(w, r, v.chrome(v.say("Your bank is waiting")), donePage{
			Heading: v.say("Your bank is waiting"), Text: v.say("Your bank asks you to confirm the payment. Nothing was charged yet."),
			Href: got.ActionURL, Link: v.say("Continue at your bank"),
		})
	default:
		if v, err = s.open(r, lateReturn); err != nil {
			pages.Error(w, r, err)
			return
		}
		s.present(w, r, v, v.declined(got.Payment))
	}
}

// finish settles an attempt in flight, if there is one.
func (s *Server) finish(r *http.Request, v visit) (recovery.Result, error) {
	switch {
	case v.page.Purchase != "":
		got, err := s.Sales.Finish(r.Context(), v.scope, v.purchase.ID)
		return recovery.Result(got), err
	case !v.page.Placed():
		return recovery.Result{}, nil
	}
	return s.Payer.Finish(r.Context(), v.scope, v.sub.ID)
}

// bought tells that a one-time purchase is paid.
func (s *Server) bought(w http.ResponseWriter, r *http.Request, v visit) {
	page := donePage{
		Heading: v.say("Thank you"), Text: v.say("Your order is complete."), Link: v.back(),
		Facts: []fact{{v.say("Paid"), v.amount(v.invoice.Due())}, {v.say("Invoice"), v.invoice.Number}},
	}
	if !v.invoice.Due().Nothing() {
		page.Text = v.say("Your payment was received. The receipt is on its way to %s.", v.customer.Email)
	}
	page.Href = v.onwards("payment_id", v.purchase.Payment, string(billing.PaymentSucceeded))
	s.done(w, r, v.leaving(page.Href), page)
}

// onwards is the merchant's page that a session returns to, with what it is
// told, as Dodo tells it. Where anybody may have written the address, no id
// leaves but to the merchant's own host, because a shop may take the id of a
// payment for the proof of having paid; and the buyer's e-mail address leaves
// nowhere that a link is passed on.
func (v visit) onwards(name, id, status string) string {
	told := url.Values{"status": {status}}
	if !v.page.Page.Public || v.home() {
		told.Set(name, id)
	}
	if !v.page.Page.Public && !v.page.Page.Veiled && v.page.Dues == "" && !v.page.Method {
		told.Set("email", v.customer.Email)
	}
	return identity.ReturnURL(v.page.ReturnURL, told)
}

// home reports a session that returns to the host of the merchant's shop.
func (v visit) home() bool {
	shop, err := url.Parse(v.state.Face(v.brand).Home)
	back, wrong := url.Parse(v.page.ReturnURL)
	return err == nil && wrong == nil && shop.Host != "" && strings.EqualFold(shop.Host, back.Host)
}

// back names where the link onwards leads: the merchant's shop. Where anybody
// may have written the address, the host that it names.
func (v visit) back() string {
	if u, err := url.Parse(v.page.ReturnURL); v.page.Page.Public && err == nil {
		return v.say("Return to %s", u.Hostname())
	}
	return v.say("Return to %s", v.state.Face(v.brand).Name)
}

// leaving surrounds the page of a session that is done; where the merchant
// wants it, the page leads on by itself. It is a page and no redirect, because
// the form's policy would follow a redirect and refuse it.
func (v visit) leaving(to string) pages.Chrome {
	chrome := v.chrome(v.say("Thank you"))
	if v.page.Page.Leave && to != "" {
		chrome.Refresh, chrome.Next = 1, to
	}
	return chrome
}

// declined says in plain words why a payment failed, nothing when it did not.
func (v visit) declined(p billing.Payment) string {
	if p.Status != billing.PaymentFailed {
		return ""
	}
	return v.say(dunning.Explain(p.Decline)) + " " + v.say("Nothing was charged.")
}

// finished tells how the session ended, by the state of the subscription.
func (s *Server) finished(w http.ResponseWriter, r *http.Request, v visit) {
	page := donePage{Heading: v.say("Thank you"), Facts: []fact{{v.say("Next payment"), v.date(v.sub.Period.End)}}}
	switch {
	case v.sub.Status != billing.StatusActive && v.sub.Status != billing.StatusPaused:
		pages.Error(w, r, errGone)
		return
	case v.page.Dues != "" || v.mailed() && v.sub.Method.ID == v.page.Replaces: // whoever was forwarded the link learns no address
		page.Text = v.say("Your payment for %s was received.", v.sub.ProductName)
	case v.page.Method && v.sub.Status == billing.StatusPaused:
		page.Text, page.Facts = v.say("Your payment method for %s is updated.", v.sub.ProductName), nil
	case v.page.Method:
		page.Text = v.say("%s is active, and your payment method is updated.", v.sub.ProductName)
	case v.sub.TrialEnd == v.sub.Period.End && !v.sub.TrialEnd.IsZero() && v.sub.Price.TrialAmount == 0:
		page.Text, page.Facts[0].Name = v.say("Your free trial of %s has begun.", v.sub.ProductName), v.say("First payment")
	default:
		page.Text = v.say("%s is active. The receipt is on its way to %s.", v.sub.ProductName, v.customer.Email)
	}
	page.Href = v.onwards("subscription_id", v.sub.ID, string(v.sub.Status))
	page.Link = v.back()
	s.done(w, r, v.leaving(page.Href), page)
}

func (s *Server) done(w http.ResponseWriter, r *http.Request, chrome pages.Chrome, page donePage) {
	templates.Render(w, r, http.StatusOK, "done", pages.Page{Chrome: chrome, Content: page})
}
