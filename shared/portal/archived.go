package portal

import (
	"net/http"

	"perennial/shared/merchant"
	"perennial/shared/pages"
)

// sales are the routes that charge, or lead to a charge, now or later. Where
// the business is archived they answer with whom to ask; everything else goes
// on: reading, papers, one's own data, and cancelling.
var sales = map[string]bool{
	"GET /subscriptions/{id}/payment-method":  true,
	"POST /subscriptions/{id}/payment-method": true,
	"GET /subscriptions/{id}/plan":            true,
	"GET /subscriptions/{id}/plan/review":     true,
	"POST /subscriptions/{id}/plan":           true,
	"POST /subscriptions/{id}/plan/pay":       true,
	"POST /subscriptions/{id}/renew":          true,
	"POST /subscriptions/{id}/resume":         true,
	"GET /subscriptions/{id}/backup":          true,
	"POST /subscriptions/{id}/backup":         true,
	"GET /payment-methods/new":                true,
	"POST /payment-methods":                   true,
	"GET /payment-methods/{method}/use":       true,
	"POST /payment-methods/{method}/use":      true,
}

// closed answers for a route that an archived business has no more.
func (s *Server) closed(w http.ResponseWriter, r *http.Request, v visit) bool {
	if !v.State.Archived() || !sales[r.Pattern] {
		return false
	}
	templates.Render(w, r, pages.Status(merchant.ErrArchived), "refused", pages.Page{
		Chrome: v.chrome(v.say("This did not work")), Content: refusedPage{v.say("This seller no longer sells here"), v.chrome("").Support},
	})
	return true
}

// retired tells on every page that nothing is sold any more, and what stays.
func (v visit) retired() []pages.Banner {
	if !v.State.Archived() {
		return nil
	}
	b := pages.Banner{
		Tone: pages.Warn, Title: v.say("This seller no longer sells here"),
		Lines: []string{v.say("Nothing more is charged. Your invoices and your data stay here, and you can always cancel.")},
	}
	if support := v.chrome("").Support; support != "" {
		b.Action, b.Href = v.say("Write to the seller"), "mailto:"+support
	}
	return []pages.Banner{b}
}
