package checkout

import (
	"cmp"
	"errors"
	"net/http"

	"perennial/shared/charging"
	"perennial/shared/fault"
	"perennial/shared/lambdahttp"
	"perennial/shared/merchant"
	"perennial/shared/pages"
)

// refuse answers for an address that cannot be opened. That of a business
// which sells no more says so in the business's dress, and whom to ask; it
// shows nothing of what the address was for.
func (s *Server) refuse(w http.ResponseWriter, r *http.Request, v visit, err error) {
	if errors.Is(err, charging.ErrAnother) {
		s.another(w, r, v)
		return
	}
	if !errors.Is(err, merchant.ErrArchived) {
		pages.Error(w, r, err)
		return
	}
	v.locale = cmp.Or(v.locale, pages.Locale(r))
	page := donePage{Heading: v.say("This seller no longer sells here"), Text: v.say("Nothing was charged.")}
	chrome := v.chrome(page.Heading)
	if chrome.Support != "" {
		page.Href, page.Link = "mailto:"+chrome.Support, v.say("Write to the seller")
	}
	templates.Render(w, r, pages.Status(err), "done", pages.Page{Chrome: chrome, Content: page})
}

// another answers whoever orders a second subscription where each customer has
// one. Nobody but the owner of the address learns whether it is a customer's:
// the words are a condition, and signing in leads through the mailbox.
func (s *Server) another(w http.ResponseWriter, r *http.Request, v visit) {
	page := donePage{
		Heading: v.say("This order cannot be placed"), Text: v.say(charging.ErrAnother.Message) + " " + v.say("Nothing was charged."),
		Href: s.Portals[v.scope.Mode] + "/login/" + v.scope.Business, Link: v.say("Sign in"),
	}
	templates.Render(w, r, pages.Status(charging.ErrAnother), "done", pages.Page{Chrome: v.chrome(page.Heading), Content: page})
}

// unsure answers when a charge may have begun and nothing is known of it: the
// page says so instead of claiming either.
func (s *Server) unsure(w http.ResponseWriter, r *http.Request, v visit, err error) {
	if fault.Of(err) != nil {
		s.refuse(w, r, v, err)
		return
	}
	lambdahttp.NoteError(r.Context(), err)
	chrome := v.chrome(v.say("We are checking your payment"))
	templates.Render(w, r, http.StatusInternalServerError, "done", pages.Page{Chrome: chrome, Content: donePage{
		Heading: chrome.Title, Href: v.path("/return"), Link: v.say("Look again"),
		Text: v.say("Something went wrong while we spoke to the bank. If a payment was begun, we find out what became of it; it is never made a second time."),
	}})
}
