package portal

import (
	"net/http"

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
	templates.Render(w, r, http.StatusOK, "login", pages.Page{
		Chrome: entrance(scope, state, say(r, "Cancel a subscription")),
		Content: loginPage{
			Action: loginPath(scope), Next: "/", Heading: say(r, "Cancel a subscription"),
			Lead: say(r, "Enter the e-mail address you bought with. We mail you a link; behind it you choose the subscription and confirm. You need no password and no reason."),
		},
	})
}
