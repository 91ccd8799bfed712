package portal

import (
	"errors"
	"net/http"
	"slices"
	"strings"

	"perennial/shared/access"
	"perennial/shared/billing"
	"perennial/shared/fault"
	"perennial/shared/identity"
	"perennial/shared/lambdahttp"
	"perennial/shared/merchant"
	"perennial/shared/pages"
	"perennial/shared/portals"
	"perennial/shared/record"
)

// askMove takes the wish for another e-mail address. It changes when the link
// that is mailed there is used (rules 19).
func (s *Server) askMove(w http.ResponseWriter, r *http.Request) {
	v, g, ok := s.with(w, r)
	if !ok {
		return
	}
	i := slices.IndexFunc(g.customers, func(c billing.Customer) bool { return c.ID == r.PathValue("customer") })
	if i < 0 {
		pages.Fail(w, r, http.StatusNotFound)
		return
	}
	if !v.State.Settings.Subscriptions.AllowsEditProfile() {
		s.refuse(w, r, v, portals.ErrNoEdit)
		return
	}
	err := s.Identity.AskMove(r.Context(), v.Scope, g.customers[i], strings.TrimSpace(r.PostFormValue("email")), lambdahttp.Visitor(r))
	if f := fault.Of(err); f != nil && f.Kind == fault.Invalid {
		s.showProfile(w, r, http.StatusUnprocessableEntity, v, []string{v.say(f.Message)})
		return
	}
	if err != nil {
		pages.Error(w, r, err)
		return
	}
	http.Redirect(w, r, "/profile?done=confirm", http.StatusSeeOther)
}

// refuse says on a page of its own why the seller does not let customers do
// something, and whom to ask.
func (s *Server) refuse(w http.ResponseWriter, r *http.Request, v visit, f *fault.Fault) {
	templates.Render(w, r, pages.Status(f), "refused", pages.Page{
		Chrome: v.chrome(v.say("This did not work")), Content: refusedPage{v.say(f.Message), v.chrome("").Support},
	})
}

// refusedPage says no, and whom to ask.
type refusedPage struct{ Text, Support string }

// movePage shows the button that confirms a new address. Opening it changes
// nothing: mail scanners open links too.
func (s *Server) movePage(w http.ResponseWriter, r *http.Request) {
	text := r.PathValue("token")
	scope, state, ok := s.linkOf(w, r, text)
	if !ok {
		return
	}
	templates.Render(w, r, http.StatusOK, "address", pages.Page{Chrome: entrance(scope, state, say(r, "Confirm your new address")), Content: text})
}

// linkOf finds the business of a link, or answers for it.
func (s *Server) linkOf(w http.ResponseWriter, r *http.Request, token string) (merchant.Scope, merchant.State, bool) {
	scope, ok := identity.ScopeOf(s.surface(r).Mode, token)
	if !ok {
		s.deadLink(w, r, merchant.Scope{}, merchant.State{})
		return scope, merchant.State{}, false
	}
	if scope.IsEverywhere() {
		return scope, s.unified(r), true
	}
	state, err := s.Store.State(r.Context(), scope)
	if errors.Is(err, record.ErrNotFound) {
		s.deadLink(w, r, merchant.Scope{}, merchant.State{})
		return scope, state, false
	}
	if err != nil { // the link may be good: do not call it dead
		pages.Error(w, r, err)
	}
	return scope, state, err == nil
}

// move confirms a new address, once, and asks to sign in with it.
func (s *Server) move(w http.ResponseWriter, r *http.Request) {
	scope, err := s.Identity.ConfirmMove(r.Context(), s.surface(r).Mode, r.PostFormValue("token"))
	if errors.Is(err, access.ErrLink) {
		s.deadLinkOf(w, r, r.PostFormValue("token"))
		return
	}
	if err != nil {
		pages.Error(w, r, err)
		return
	}
	if s.leave(w, r) {
		http.Redirect(w, r, loginPath(scope)+"?done=address", http.StatusSeeOther)
	}
}

// sessionView is one browser that is signed in.
type sessionView struct {
	Device string
	Since  string
	Here   bool
	End    string // hash that names it in the form which ends it
}

func (v visit) sessions(live []access.Session) []sessionView {
	var out []sessionView
	for _, x := range live {
		device := x.Device
		if device == "" {
			device = v.say("Unknown device")
		}
		out = append(out, sessionView{Device: device, Since: v.moment(x.CreatedAt), Here: x.Hash == v.Session.Hash, End: x.Hash})
	}
	return out
}

// endSession signs one of the visitor's browsers out.
func (s *Server) endSession(w http.ResponseWriter, r *http.Request) {
	v, who, ok := s.person(w, r)
	if !ok {
		return
	}
	v.Session.Customers = who.Customers
	if err := s.Identity.EndSession(r.Context(), v.Visit, r.PostFormValue("session")); err != nil {
		pages.Error(w, r, err)
		return
	}
	http.Redirect(w, r, "/profile?done=left", http.StatusSeeOther)
}
