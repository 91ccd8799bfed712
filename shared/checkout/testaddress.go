package checkout

import (
	"context"
	"net/http"

	"perennial/shared/i18n"
	"perennial/shared/merchant"
	"perennial/shared/pages"
)

// Testers notes who takes mails of a test mode.
type Testers interface {
	ConfirmTester(ctx context.Context, scope merchant.Scope, address string) error
}

// testAddress asks the reader of an address whether mails of a test mode are
// welcome. Mail scanners open links: only the button agrees.
func (s *Server) testAddress(w http.ResponseWriter, r *http.Request) {
	if scope, ok := s.tester(w, r); ok {
		s.showTester(w, r, scope, false)
	}
}

func (s *Server) agree(w http.ResponseWriter, r *http.Request) {
	scope, ok := s.tester(w, r)
	if !ok {
		return
	}
	if err := s.Testers.ConfirmTester(r.Context(), scope, r.PathValue("address")); err != nil {
		pages.Error(w, r, err)
		return
	}
	s.showTester(w, r, scope, true)
}

// tester is the scope whose test address the page is signed for.
func (s *Server) tester(w http.ResponseWriter, r *http.Request) (merchant.Scope, bool) {
	scope, ok := merchant.ParseScope(r.PathValue("scope"))
	if !ok || !s.Unsubscribe.Agreed(scope, r.PathValue("address"), r.PathValue("signature")) {
		pages.Fail(w, r, http.StatusNotFound)
		return scope, false
	}
	return scope, true
}

func (s *Server) showTester(w http.ResponseWriter, r *http.Request, scope merchant.Scope, agreed bool) {
	state, err := s.Store.State(r.Context(), scope)
	if err != nil {
		pages.Error(w, r, err)
		return
	}
	locale := pages.Locale(r, "")
	say := func(text string) string { return i18n.Say(locale, text) }
	page := unsubscribePage{
		Heading: say("Confirm this address"), Text: say("Mails of this seller's test mode are then sent to it."),
		Action: r.URL.Path, Button: say("Confirm the address"),
	}
	if agreed {
		page = unsubscribePage{Heading: say("The address is confirmed"), Text: say("You can close this page.")}
	}
	chrome := pages.Chrome{Title: page.Heading, Business: state.Business.Name, Test: true, Tongue: pages.Tongue{Lang: locale}}
	templates.Render(w, r, http.StatusOK, "unsubscribe", pages.Page{Chrome: chrome, Content: page})
}
