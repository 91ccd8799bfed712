package portal

import (
	"net/http"

	"perennial/shared/billing"
	"perennial/shared/fault"
	"perennial/shared/pages"
	"perennial/shared/subscriptions"
)

// backupPage lets the customer allow another saved card to be charged when
// the first is dead, or take that back.
type backupPage struct {
	Action  string
	Back    string
	Name    string
	Methods []methodView
	None    bool // there is no backup
	Wrong   string
}

func (s *Server) backupForm(w http.ResponseWriter, r *http.Request) {
	if v, sub, ok := s.mine(w, r); ok {
		s.showBackup(w, r, http.StatusOK, v, sub, sub.Backup.ID, "")
	}
}

func (s *Server) showBackup(w http.ResponseWriter, r *http.Request, status int, v visit, sub billing.Subscription, chosen, wrong string) {
	g, ok := s.cards(w, r, v, sub)
	if !ok {
		return
	}
	page := backupPage{
		Action: address(sub.ID, "backup"), Back: address(sub.ID, "payment-method"), Name: sub.ProductName,
		None: chosen == "", Wrong: wrong,
	}
	for _, m := range billing.Distinct(g.methods, sub.Method.Same) {
		if !same(m, sub.Method) {
			page.Methods = append(page.Methods, methodView{ID: m.ID, Name: v.card(m), Expiry: expiry(m), Chosen: m.ID == chosen})
		}
	}
	templates.Render(w, r, status, "backup", pages.Page{Chrome: v.chrome(v.say("Backup payment method")), Content: page})
}

// saveBackup keeps the choice. What is charged and when is the rules' matter.
func (s *Server) saveBackup(w http.ResponseWriter, r *http.Request) {
	v, sub, ok := s.mine(w, r)
	if !ok {
		return
	}
	chosen := r.PostFormValue("method")
	err := s.Self.Backup(r.Context(), v.visitor(), sub, subscriptions.Backup{Method: chosen, Consent: r.PostFormValue("consent") == "yes"})
	switch f := fault.Of(err); {
	case f != nil && f.Kind == fault.Invalid:
		s.showBackup(w, r, http.StatusUnprocessableEntity, v, sub, chosen, v.say(f.Message))
	case err != nil:
		pages.Error(w, r, err)
	default:
		http.Redirect(w, r, address(sub.ID)+"?done=backup", http.StatusSeeOther)
	}
}
