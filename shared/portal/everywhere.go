package portal

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"perennial/shared/access"
	"perennial/shared/billing"
	"perennial/shared/fault"
	"perennial/shared/identity"
	"perennial/shared/lambdahttp"
	"perennial/shared/merchant"
	"perennial/shared/pages"
	"perennial/shared/record"
)

// wideCookie is the session of the unified portal, beside that of a business.
const wideCookie = "__Host-perennial-all"

// shop is one business of the unified portal (R146, R147).
type shop struct {
	Name    string
	Enter   string // path of the form that steps into it
	Current []subscriptionView
	Past    int
	Due     []dueLine
}

// everywherePage is all that a person buys, over all businesses (R145).
type everywherePage struct {
	Shops []shop
	Lines []historyLine // the newest of all businesses (R148)
}

// mostLines is how many payments the unified portal shows.
const mostLines = 50

// shopsAtOnce is how many businesses are read at the same time.
const shopsAtOnce = 8

// unified is the look of pages that belong to no business.
func (s *Server) unified(r *http.Request) merchant.State {
	return merchant.State{Business: merchant.Business{Name: say(r, "All your purchases")}}
}

func (s *Server) wideChrome(r *http.Request, title string) pages.Chrome {
	return pages.Chrome{Title: title, Business: say(r, "All your purchases"), Test: s.surface(r).Mode == merchant.Test}
}

// wideLogin asks for an address that may have bought anywhere (R149).
func (s *Server) wideLogin(w http.ResponseWriter, r *http.Request) {
	s.showWideLogin(w, r, http.StatusOK, "", "")
}

func (s *Server) showWideLogin(w http.ResponseWriter, r *http.Request, status int, email, wrong string) {
	templates.Render(w, r, status, "login", pages.Page{
		Chrome: s.wideChrome(r, say(r, "Sign in")),
		Content: loginPage{
			Action: "/login", Next: "/everywhere", Email: email, Wrong: wrong,
			Lead: say(r, "Enter an e-mail address you have bought with. We mail you a link that shows what you bought with it from every seller here."),
		},
	})
}

// askWide answers the same for every address, known or not.
func (s *Server) askWide(w http.ResponseWriter, r *http.Request) {
	wish := identity.Wish{Scope: merchant.Everywhere(s.surface(r).Mode), Email: r.PostFormValue("email"), Next: "/everywhere"}
	err := s.Identity.Ask(r.Context(), wish, lambdahttp.Visitor(r))
	if f := fault.Of(err); f != nil && f.Kind == fault.Invalid {
		s.showWideLogin(w, r, http.StatusUnprocessableEntity, wish.Email, say(r, f.Message))
		return
	}
	if err != nil {
		pages.Error(w, r, err)
		return
	}
	http.Redirect(w, r, "/login/sent", http.StatusSeeOther)
}

func (s *Server) wideSent(w http.ResponseWriter, r *http.Request) {
	templates.Render(w, r, http.StatusOK, "sent", pages.Page{Chrome: s.wideChrome(r, say(r, "Check your mail")), Content: "/login"})
}

// everywhere is the dashboard of the unified portal.
func (s *Server) everywhere(w http.ResponseWriter, r *http.Request) {
	session, places, err := s.Identity.Everywhere(r.Context(), s.surface(r).Mode, named(r, wideCookie))
	if errors.Is(err, access.ErrSession) {
		s.wideSignedOut(w, r)
		return
	}
	if err != nil {
		pages.Error(w, r, err)
		return
	}
	page, err := s.newEverywherePage(r, session, places)
	if err != nil {
		pages.Error(w, r, err)
		return
	}
	chrome := s.wideChrome(r, say(r, "All your purchases"))
	chrome.Email, chrome.Home, chrome.Leave = session.Email, "/everywhere", "/everywhere/logout"
	templates.Render(w, r, http.StatusOK, "everywhere", pages.Page{Chrome: chrome, Content: page})
}

func (s *Server) wideSignedOut(w http.ResponseWriter, r *http.Request) {
	templates.Render(w, r, http.StatusForbidden, "signedout", pages.Page{Chrome: s.wideChrome(r, say(r, "You are signed out")), Content: "/login"})
}

// newEverywherePage reads what the person has at every place, side by side.
func (s *Server) newEverywherePage(r *http.Request, session access.Session, places []identity.Place) (everywherePage, error) {
	visits, found := make([]visit, len(places)), make([]goods, len(places))
	group, ctx := errgroup.WithContext(r.Context())
	group.SetLimit(shopsAtOnce)
	for i, p := range places {
		visits[i] = s.at(r, session, p)
		group.Go(func() (err error) {
			found[i], err = s.possessions(ctx, visits[i], p)
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return everywherePage{}, err
	}
	var page everywherePage
	for i, v := range visits {
		if !found[i].bought() {
			continue
		}
		page.Shops = append(page.Shops, v.shop(found[i]))
		for _, l := range v.ledger(s.Documents, found[i]) {
			l.Mend = "" // needs a step into the business
			l.What = v.seller() + ": " + l.What
			page.Lines = append(page.Lines, l)
		}
	}
	slices.SortStableFunc(page.Lines, func(a, b historyLine) int { return int(min(max(b.at.CreatedAt-a.at.CreatedAt, -1), 1)) })
	page.Lines = page.Lines[:min(len(page.Lines), mostLines)]
	return page, nil
}

// at is the person's view of one place.
func (s *Server) at(r *http.Request, session access.Session, p identity.Place) visit {
	for _, c := range p.Customers {
		session.Customers = append(session.Customers[:len(session.Customers):len(session.Customers)], c.ID)
	}
	zone, err := time.LoadLocation(p.State.Business.Zone)
	if err != nil {
		zone = time.UTC
	}
	return visit{
		Visit: identity.Visit{Scope: p.Scope, State: p.State, Session: session}, zone: zone,
		now: p.State.Clock.Now(s.Wall()), path: r.URL.Path, locale: pages.Locale(r),
	}
}

// possessions are what the person's customer records own at one place.
func (s *Server) possessions(ctx context.Context, v visit, p identity.Place) (goods, error) {
	g := goods{customers: p.Customers, open: make(map[string][]billing.Invoice)}
	for _, c := range p.Customers {
		found, err := s.Store.Owned(ctx, v.Scope, c.ID, record.KindSubscription, record.KindPayment, record.KindRefund, record.KindInvoice)
		if err != nil {
			return g, err
		}
		for _, obj := range found {
			g.add(obj)
		}
	}
	return g, nil
}

// seller is the name of the visit's business.
func (v visit) seller() string { return cmp.Or(v.State.Settings.Branding.Name, v.State.Business.Name) }

// shop shows one business with what runs there.
func (v visit) shop(g goods) shop {
	out := shop{Name: v.seller(), Enter: "/everywhere/" + v.Scope.Business, Due: v.toPay(g)}
	for _, sub := range g.subs {
		if sub.Status.Ended() {
			out.Past++
			continue
		}
		out.Current = append(out.Current, v.view(sub))
	}
	return out
}

// widen opens the unified portal from a business's (R150).
func (s *Server) widen(w http.ResponseWriter, r *http.Request) {
	visit, err := s.Identity.Visit(r.Context(), s.surface(r).Mode, token(r))
	if err == nil && s.isWide(r, visit.Session) {
		http.Redirect(w, r, "/everywhere", http.StatusSeeOther)
		return
	}
	opened, err := s.Identity.Widen(r.Context(), s.surface(r).Mode, token(r))
	s.opened(w, r, wideCookie, opened, err)
}

// step goes from the unified portal into one business, with one click.
func (s *Server) step(w http.ResponseWriter, r *http.Request) {
	opened, err := s.Identity.Step(r.Context(), s.surface(r).Mode, named(r, wideCookie), r.PathValue("business"), r.PostFormValue("next"))
	s.opened(w, r, cookie, opened, err)
}

// opened keeps a new session and goes where it leads.
func (s *Server) opened(w http.ResponseWriter, r *http.Request, name string, opened identity.Opened, err error) {
	if errors.Is(err, access.ErrSession) {
		s.wideSignedOut(w, r)
		return
	}
	if err != nil {
		pages.Error(w, r, err)
		return
	}
	setCookie(w, name, opened.Token, opened.Session.ExpiresAt.Sub(s.Wall()))
	http.Redirect(w, r, opened.Next, http.StatusSeeOther)
}

// wideLogout ends the unified session, and that of the business that it has
// led into.
func (s *Server) wideLogout(w http.ResponseWriter, r *http.Request) {
	if s.leave(w, r) {
		http.Redirect(w, r, "/login", http.StatusSeeOther)
	}
}
