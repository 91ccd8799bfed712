package portal

import (
	"errors"
	"net/http"
	"net/url"
	"time"

	"perennial/shared/access"
	"perennial/shared/billing"
	"perennial/shared/fault"
	"perennial/shared/i18n"
	"perennial/shared/identity"
	"perennial/shared/lambdahttp"
	"perennial/shared/merchant"
	"perennial/shared/pages"
	"perennial/shared/record"
)

// loginPage asks for an e-mail address (R071, R077).
type loginPage struct {
	Action string
	Next   string
	Email  string
	Wrong  string

	Heading string // instead of "Sign in"
	Lead    string
}

// business finds the merchant of the static link, or answers that there is
// nothing.
func (s *Server) business(w http.ResponseWriter, r *http.Request) (merchant.Scope, merchant.State, bool) {
	scope := merchant.Scope{Business: r.PathValue("business"), Mode: s.surface(r).Mode}
	if !identity.IsBusiness(scope.Business) {
		pages.Fail(w, r, http.StatusNotFound)
		return scope, merchant.State{}, false
	}
	state, err := s.Store.State(r.Context(), scope)
	if errors.Is(err, record.ErrNotFound) {
		pages.Fail(w, r, http.StatusNotFound)
		return scope, state, false
	}
	if err != nil {
		pages.Error(w, r, err)
		return scope, state, false
	}
	return scope, state, true
}

func entrance(scope merchant.Scope, state merchant.State, title string) pages.Chrome {
	return branded(state, pages.Chrome{Title: title, Test: scope.Mode == merchant.Test})
}

// say is a sentence in the language of a reader who is not signed in.
func say(r *http.Request, text string) string { return i18n.Say(pages.Locale(r), text) }

func (s *Server) loginForm(w http.ResponseWriter, r *http.Request) {
	scope, state, ok := s.business(w, r)
	if !ok {
		return
	}
	next := identity.LocalPath(r.URL.Query().Get("next"))
	if next != "/" && s.isIn(r, scope) {
		http.Redirect(w, r, next, http.StatusSeeOther) // a link in a mail, opened by who is signed in
		return
	}
	page := toSignIn(r, scope, state, loginPage{Next: next})
	if b, ok := (visit{locale: pages.Locale(r)}).done(r.URL.Query().Get("done")); ok && r.URL.Query().Get("done") == "address" {
		page.Banners = []pages.Banner{b}
	}
	templates.Render(w, r, http.StatusOK, "login", page)
}

// isIn reports whether the visitor has a good session of the business.
func (s *Server) isIn(r *http.Request, scope merchant.Scope) bool {
	of, ok := identity.ScopeOf(s.surface(r).Mode, token(r))
	if !ok || of != scope {
		return false
	}
	_, err := s.Identity.Visit(r.Context(), scope.Mode, token(r))
	return err == nil
}

// back is where a visitor who has to sign in wanted to be: the page itself,
// or the one whose form was sent.
func back(r *http.Request) string {
	if r.Method == http.MethodGet {
		return identity.LocalPath(r.URL.RequestURI())
	}
	from, err := url.Parse(r.Referer())
	if err != nil {
		return "/"
	}
	return identity.LocalPath(from.EscapedPath())
}

// login mails a link that signs in.
func (s *Server) login(w http.ResponseWriter, r *http.Request) { s.ask(w, r, toSignIn) }

// toSignIn is the page that asks for an address to sign in with.
func toSignIn(r *http.Request, scope merchant.Scope, state merchant.State, content loginPage) pages.Page {
	content.Action = r.URL.Path
	return pages.Page{Chrome: entrance(scope, state, say(r, "Sign in")), Content: content}
}

// ask answers the same for every address, known or not (R078). What is no
// address is asked for again, on the page that it came from.
func (s *Server) ask(w http.ResponseWriter, r *http.Request, page func(*http.Request, merchant.Scope, merchant.State, loginPage) pages.Page) {
	scope, state, ok := s.business(w, r)
	if !ok {
		return
	}
	wish := identity.Wish{Scope: scope, Email: r.PostFormValue("email"), Next: r.PostFormValue("next")}
	err := s.Identity.Ask(r.Context(), wish, lambdahttp.Visitor(r))
	if f := fault.Of(err); f != nil && f.Kind == fault.Invalid {
		wrong := loginPage{Next: identity.LocalPath(wish.Next), Email: wish.Email, Wrong: say(r, f.Message)}
		templates.Render(w, r, http.StatusUnprocessableEntity, "login", page(r, scope, state, wrong))
		return
	}
	if err != nil {
		pages.Error(w, r, err)
		return
	}
	http.Redirect(w, r, loginPath(scope)+"/sent", http.StatusSeeOther)
}

// sent is one page for every address: it holds nothing of what was typed.
func (s *Server) sent(w http.ResponseWriter, r *http.Request) {
	scope, state, ok := s.business(w, r)
	if !ok {
		return
	}
	templates.Render(w, r, http.StatusOK, "sent", pages.Page{
		Chrome: entrance(scope, state, say(r, "Check your mail")), Content: loginPath(scope),
	})
}

// loginPath is the static link of a business (R073, R074).
func loginPath(scope merchant.Scope) string {
	if scope.IsEverywhere() {
		return "/login"
	}
	return "/login/" + scope.Business
}

// linkPage shows the button that uses the link. Opening it changes nothing:
// mail scanners open links too.
func (s *Server) linkPage(w http.ResponseWriter, r *http.Request) {
	text := r.PathValue("token")
	scope, state, ok := s.linkOf(w, r, text)
	if !ok {
		return
	}
	templates.Render(w, r, http.StatusOK, "link", pages.Page{Chrome: entrance(scope, state, say(r, "Sign in")), Content: text})
}

// redeem uses the link, once, and opens a session (R081, R084).
func (s *Server) redeem(w http.ResponseWriter, r *http.Request) {
	text := r.PostFormValue("token")
	opened, err := s.Identity.Redeem(r.Context(), s.surface(r).Mode, text, access.Device(r.UserAgent()))
	if errors.Is(err, access.ErrLink) {
		s.deadLinkOf(w, r, text)
		return
	}
	if err != nil {
		pages.Error(w, r, err)
		return
	}
	if !s.leaveOther(w, r, opened) {
		return
	}
	name := cookie
	if opened.Scope.IsEverywhere() {
		name = wideCookie
	}
	setCookie(w, name, opened.Token, access.SessionLife)
	if !pages.Chosen(r) {
		pages.KeepLanguage(w, s.language(r, opened))
	}
	http.Redirect(w, r, opened.Next, http.StatusSeeOther)
}

// language is the one that we write to the customer in, empty when it is not
// known.
func (s *Server) language(r *http.Request, opened identity.Opened) string {
	for _, id := range opened.Session.Customers {
		c, err := record.Get[billing.Customer](r.Context(), s.Store, opened.Scope, id)
		if err == nil && c.Language != "" {
			return c.Language
		}
	}
	return ""
}

// deadLinkOf is deadLink for a token that could be somebody's.
func (s *Server) deadLinkOf(w http.ResponseWriter, r *http.Request, token string) {
	scope, _ := identity.ScopeOf(s.surface(r).Mode, token)
	if scope.IsEverywhere() {
		s.deadLink(w, r, scope, s.unified(r))
		return
	}
	state, err := s.Store.State(r.Context(), scope)
	if err != nil {
		scope = merchant.Scope{}
	}
	s.deadLink(w, r, scope, state)
}

// deadLink says that a link is used or expired and offers a new one, without
// saying whether it ever was good (R082, R155).
func (s *Server) deadLink(w http.ResponseWriter, r *http.Request, scope merchant.Scope, state merchant.State) {
	again := ""
	if scope.Business != "" {
		again = loginPath(scope)
	}
	templates.Render(w, r, http.StatusGone, "dead", pages.Page{
		Chrome: entrance(scope, state, say(r, "This link no longer works")), Content: again,
	})
}

// signedOut says how to come back.
func (s *Server) signedOut(w http.ResponseWriter, r *http.Request) {
	again := ""
	var chrome pages.Chrome
	if scope, ok := identity.ScopeOf(s.surface(r).Mode, token(r)); ok {
		if state, err := s.Store.State(r.Context(), scope); err == nil {
			again, chrome = loginPath(scope)+"?next="+url.QueryEscape(back(r)), entrance(scope, state, "")
		}
	}
	chrome.Title = say(r, "You are signed out")
	templates.Render(w, r, http.StatusForbidden, "signedout", pages.Page{Chrome: chrome, Content: again})
}

func (s *Server) logout(w http.ResponseWriter, r *http.Request) {
	again := "/"
	if scope, ok := identity.ScopeOf(s.surface(r).Mode, token(r)); ok {
		again = loginPath(scope)
	}
	if s.leave(w, r) {
		http.Redirect(w, r, again, http.StatusSeeOther)
	}
}

// leave ends both of the browser's sessions, that of a business and that of
// the unified portal, or answers that it could not.
func (s *Server) leave(w http.ResponseWriter, r *http.Request) bool {
	return s.leaveBusiness(w, r) && s.leaveWide(w, r)
}

func (s *Server) leaveBusiness(w http.ResponseWriter, r *http.Request) bool {
	return left(w, r, cookie, s.Identity.Leave(r.Context(), s.surface(r).Mode, token(r)))
}

func (s *Server) leaveWide(w http.ResponseWriter, r *http.Request) bool {
	return left(w, r, wideCookie, s.Identity.LeaveWide(r.Context(), s.surface(r).Mode, named(r, wideCookie)))
}

// left clears the cookie of a session that has ended.
func left(w http.ResponseWriter, r *http.Request, name string, err error) bool {
	if err != nil && !errors.Is(err, access.ErrSession) {
		pages.Error(w, r, err)
		return false
	}
	setCookie(w, name, "", -time.Second)
	return true
}

// leaveOther ends the browser's session of the other kind when it is not of
// the person who signs in: two people never share a browser's two sessions.
func (s *Server) leaveOther(w http.ResponseWriter, r *http.Request, opened identity.Opened) bool {
	if !opened.Scope.IsEverywhere() {
		return named(r, wideCookie) == "" || s.isWide(r, opened.Session) || s.leaveWide(w, r)
	}
	if token(r) == "" {
		return true
	}
	other, err := s.Identity.Visit(r.Context(), opened.Scope.Mode, token(r))
	return err == nil && other.Session.Email == opened.Session.Email || s.leaveBusiness(w, r)
}

// isWide reports whether the browser also has a session of the unified portal,
// of the same person.
func (s *Server) isWide(r *http.Request, session access.Session) bool {
	text := named(r, wideCookie)
	if text == "" || !session.Mailed() {
		return false
	}
	wide, err := s.Identity.WideSession(r.Context(), s.surface(r).Mode, text)
	return err == nil && wide.Email == session.Email
}
