package portal

import (
	"net/http"

	"perennial/shared/merchant"
	"perennial/shared/pages"
)

// publicCancel is the cancellation page that needs no login (rules 23): it
// asks only for the address of the purchase, and the link that is mailed
// there leads to the subscriptions with their cancel buttons. Nobody else can
// cancel them, because nothing ends without that mailbox.
func (s *Server) publicCancel(w http.ResponseWriter, r *http.Request) {
	scope, state, ok := s.business(w, r)
	if !ok {
		return
	}
	templates.Render(w, r, http.StatusOK, "login", toCancel(r, scope, state, loginPage{}))
}

// askCancel mails the link, as signing in does.
func (s *Server) askCancel(w http.ResponseWriter, r *http.Request) { s.ask(w, r, toCancel) }

// toCancel is the page that leads to the cancel buttons.
func toCancel(r *http.Request, scope merchant.Scope, state merchant.State, content loginPage) pages.Page {
	heading := say(r, "Cancel a subscription")
	content.Action, content.Next, content.Heading = r.URL.Path, "/", heading
	content.Lead = say(r, "Enter the e-mail address you bought with. We mail you a link; behind it you choose the subscription and confirm. You need no password and no reason.")
	return pages.Page{Chrome: entrance(scope, state, heading), Content: content}
}
