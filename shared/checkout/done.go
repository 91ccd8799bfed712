package checkout

import (
	"net/http"
	"net/url"

	"perennial/shared/billing"
	"perennial/shared/dunning"
	"perennial/shared/identity"
	"perennial/shared/pages"
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
	v, err := s.open(r)
	if err != nil {
		pages.Error(w, r, err)
		return
	}
	got, err := s.Payer.Finish(r.Context(), v.scope, v.sub.ID)
	if err != nil {
		pages.Error(w, r, err)
		return
	}
	switch {
	case got.Pending:
		chrome := v.chrome("We are checking your payment")
		chrome.Refresh, chrome.Next = 4, v.path("/return")
		s.done(w, r, http.StatusOK, chrome, donePage{
			Heading: chrome.Title, Text: "The bank has not told us yet what happened. You will not be charged twice.",
			Href: v.path("/return"), Link: "Look again",
		})
	case got.ActionURL != "":
		s.done(w, r, http.StatusOK, v.chrome("Your bank is waiting"), donePage{
			Heading: "Your bank is waiting", Text: "Your bank asks you to confirm the payment. Nothing was charged yet.",
			Href: got.ActionURL, Link: "Continue at your bank",
		})
	default:
		if v, err = s.open(r); err != nil {
			pages.Error(w, r, err)
			return
		}
		s.finished(w, r, v)
	}
}

// finished tells how the session ended, by the state of the subscription.
func (s *Server) finished(w http.ResponseWriter, r *http.Request, v visit) {
	switch {
	case v.sub.Status == billing.StatusActive || v.sub.Status == billing.StatusPaused:
		link := identity.ReturnURL(v.page.ReturnURL, url.Values{"subscription_id": {v.sub.ID}, "status": {string(v.sub.Status)}})
		page := donePage{
			Heading: "Thank you", Text: v.sub.ProductName + " is active. The receipt is on its way to " + v.customer.Email + ".",
			Facts: []fact{{"Next payment", v.date(v.sub.Period.End)}},
		}
		if v.page.Method {
			page.Text = v.sub.ProductName + " is active, and your payment method is updated."
		}
		if link != "" {
			page.Href, page.Link = link, "Return to "+v.state.Business.Name
		}
		s.done(w, r, http.StatusOK, v.chrome("Thank you"), page)
	case s.usable(v) == nil:
		wrong := ""
		if d := v.sub.Failure.Decline; d.Code != "" {
			wrong = dunning.Explain(d) + " Nothing was charged."
		}
		s.show(w, r, http.StatusOK, v, wrong)
	default:
		pages.Error(w, r, errGone)
	}
}

func (s *Server) done(w http.ResponseWriter, r *http.Request, status int, chrome pages.Chrome, page donePage) {
	templates.Render(w, r, status, "done", pages.Page{Chrome: chrome, Content: page})
}
