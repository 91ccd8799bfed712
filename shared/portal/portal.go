// Package portal is the customer's side of Perennial: signing in by mailed
// link, seeing what was bought, and giving another payment method. Pages are
// rendered here and work without JavaScript, apart from the gateway's card
// fields. It decides nothing about money: it shows what the use cases answer.
//
// Invariants: only objects of the session's customers are shown, anything
// else does not exist; a GET changes nothing; every form answers with a
// redirect or the form with its errors.
package portal

import (
	"context"
	"embed"
	"net/http"
	"strings"
	"time"

	"perennial/shared/access"
	"perennial/shared/billing"
	"perennial/shared/calendar"
	"perennial/shared/cardfields"
	"perennial/shared/dunning"
	"perennial/shared/identity"
	"perennial/shared/invoices"
	"perennial/shared/lambdahttp"
	"perennial/shared/merchant"
	"perennial/shared/pages"
	"perennial/shared/portals"
	"perennial/shared/record"
	"perennial/shared/recovery"
)

// Identity signs people in and out.
type Identity interface {
	Doors
	Movers
	Wide
}

// Doors lead into the portal of one business.
type Doors interface {
	Ask(ctx context.Context, w identity.Wish, visitor string) error
	Redeem(ctx context.Context, mode merchant.Mode, token, device string) (identity.Opened, error)
	Visit(ctx context.Context, mode merchant.Mode, token string, about ...record.Ref) (identity.Visit, error)
	Leave(ctx context.Context, mode merchant.Mode, token string) error
	// LeaveEverywhere ends every session of the visitor's customer records.
	LeaveEverywhere(ctx context.Context, mode merchant.Mode, token string) error
}

// Movers give customers another address, and tell where they are signed in.
type Movers interface {
	AskMove(ctx context.Context, scope merchant.Scope, c billing.Customer, email, visitor string) error
	ConfirmMove(ctx context.Context, mode merchant.Mode, token string) (merchant.Scope, error)
	Sessions(ctx context.Context, visit identity.Visit) ([]access.Session, error)
	EndSession(ctx context.Context, visit identity.Visit, hash string) error
}

// Wide is the unified portal: what a person buys at all businesses.
type Wide interface {
	Everywhere(ctx context.Context, mode merchant.Mode, token string) (access.Session, []identity.Place, error)
	Elsewhere(ctx context.Context, visit identity.Visit) (bool, error)
	// WideSession looks a session of the unified portal up.
	WideSession(ctx context.Context, mode merchant.Mode, token string) (access.Session, error)
	Widen(ctx context.Context, mode merchant.Mode, token string) (identity.Opened, error)
	Step(ctx context.Context, mode merchant.Mode, token, business, next string) (identity.Opened, error)
	LeaveWide(ctx context.Context, mode merchant.Mode, token string) error
}

// Store is what the pages read.
type Store interface {
	record.Owned
	record.Loader
	State(ctx context.Context, scope merchant.Scope) (merchant.State, error)
}

// Recovery changes payment methods and collects what is due.
type Recovery interface {
	ChangeMethod(ctx context.Context, p recovery.Pay) (recovery.Result, error)
	Finish(ctx context.Context, scope merchant.Scope, subscription string) (recovery.Result, error)
	// Timeline tells what was tried for a failing subscription and what comes.
	Timeline(ctx context.Context, scope merchant.Scope, subscription string, customers []string) (dunning.Timeline, error)
}

// Options are what the portal is made of.
type Options struct {
	Identity  Identity
	Store     Store
	Recovery  Recovery
	Self      *portals.Service   // what customers do by themselves
	Checkout  string             // base URL of the hosted pages
	Documents invoices.Links     // addresses of invoices as files
	Surfaces  map[string]Surface // by the name that the edge gives
	Fields    cardfields.Origins // of the gateways' card fields
	Limits    Limiter            // of tries of cards
	Wall      func() time.Time
}

// Surface is one origin of the portal.
type Surface struct {
	Mode merchant.Mode
	URL  string // without a trailing slash
}

// Server serves the portal.
type Server struct{ Options }

//go:embed all:web
var web embed.FS

var templates = pages.Parse(web, "web")

// New makes the portal's handler.
func New(o Options) http.Handler {
	s := &Server{o}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /login/{business}", s.loginForm)
	mux.HandleFunc("POST /login/{business}", s.login)
	mux.HandleFunc("GET /login/{business}/sent", s.sent)
	mux.HandleFunc("GET /login", s.wideLogin)
	mux.HandleFunc("POST /login", s.askWide)
	mux.HandleFunc("GET /login/sent", s.wideSent)
	mux.HandleFunc("GET /everywhere", s.everywhere)
	mux.HandleFunc("POST /everywhere", s.widen)
	mux.HandleFunc("POST /everywhere/logout", s.wideLogout)
	mux.HandleFunc("POST /everywhere/{business}", s.step)
	mux.HandleFunc("GET /address/{token}", s.movePage)
	mux.HandleFunc("POST /address", s.move)
	mux.HandleFunc("GET /session/{token}", s.linkPage)
	mux.HandleFunc("POST /session", s.redeem)
	mux.HandleFunc("POST /logout", s.logout)
	mux.HandleFunc("GET /{$}", s.overview)
	mux.HandleFunc("GET /subscriptions/{id}", s.subscription)
	mux.HandleFunc("GET /subscriptions/{id}/payment-method", s.methodForm)
	mux.HandleFunc("POST /subscriptions/{id}/payment-method", s.changeMethod)
	mux.HandleFunc("GET /subscriptions/{id}/payment-return", s.returned)
	mux.HandleFunc("GET /subscriptions/{id}/payments/{payment}", s.result)
	mux.HandleFunc("GET /billing", s.history)
	mux.HandleFunc("GET /billing/{payment}/details", s.paperForm)
	mux.HandleFunc("POST /billing/{payment}/details", s.savePaper)
	mux.HandleFunc("GET /payment-methods", s.methods)
	mux.HandleFunc("GET /payment-methods/new", s.newMethod)
	mux.HandleFunc("POST /payment-methods", s.saveMethod)
	mux.HandleFunc("POST /payment-methods/{method}/remove", s.removeMethod)
	mux.HandleFunc("GET /payment-methods/{method}/use", s.useForm)
	mux.HandleFunc("POST /payment-methods/{method}/use", s.useForAll)
	mux.HandleFunc("GET /licenses", s.licenses)
	mux.HandleFunc("POST /licenses/{license}/devices/{device}/remove", s.releaseDevice)
	mux.HandleFunc("GET /profile", s.profile)
	mux.HandleFunc("GET /profile/data", s.data)
	mux.HandleFunc("POST /profile/leave", s.leaveEverywhere)
	mux.HandleFunc("POST /profile/sessions", s.endSession)
	mux.HandleFunc("POST /profile/{customer}", s.saveProfile)
	mux.HandleFunc("POST /profile/{customer}/email", s.askMove)
	mux.HandleFunc("GET /cancel/{business}", s.publicCancel)
	mux.HandleFunc("POST /cancel/{business}", s.askCancel)
	mux.HandleFunc("GET /subscriptions/{id}/plan", s.plans)
	mux.HandleFunc("GET /subscriptions/{id}/plan/review", s.reviewPlan)
	mux.HandleFunc("POST /subscriptions/{id}/plan", s.changePlan)
	mux.HandleFunc("POST /subscriptions/{id}/plan/pay", s.payPlan)
	mux.HandleFunc("POST /subscriptions/{id}/plan/drop", s.dropPlan)
	mux.HandleFunc("GET /subscriptions/{id}/cancel", s.cancelForm)
	mux.HandleFunc("POST /subscriptions/{id}/cancel", s.cancel)
	mux.HandleFunc("GET /subscriptions/{id}/keep", s.keepForm)
	mux.HandleFunc("POST /subscriptions/{id}/keep", s.keep)
	mux.HandleFunc("POST /subscriptions/{id}/renew", s.renew)
	mux.HandleFunc("POST /subscriptions/{id}/pause", s.pause)
	mux.HandleFunc("POST /subscriptions/{id}/resume", s.resume)
	mux.HandleFunc("GET /subscriptions/{id}/backup", s.backupForm)
	mux.HandleFunc("POST /subscriptions/{id}/backup", s.saveBackup)
	mux.HandleFunc("GET /subscriptions/{id}/details", s.detailsForm)
	mux.HandleFunc("POST /subscriptions/{id}/details", s.saveDetails)
	return pages.Serve(mux, s.remember)
}

// surface is the origin that the request came to, by the edge's word.
func (s *Server) surface(r *http.Request) Surface { return s.Surfaces[lambdahttp.Surface(r.Context())] }

// cookie is the session's cookie: tied to its host, out of reach of scripts.
const cookie = "__Host-perennial"

func setCookie(w http.ResponseWriter, name, token string, life time.Duration) {
	http.SetCookie(w, &http.Cookie{
		Name: name, Value: token, Path: "/", MaxAge: int(life.Seconds()),
		Secure: true, HttpOnly: true, SameSite: http.SameSiteLaxMode,
	})
}

func token(r *http.Request) string { return named(r, cookie) }

// named is a cookie's value.
func named(r *http.Request, name string) string {
	c, err := r.Cookie(name)
	if err != nil {
		return ""
	}
	return c.Value
}

// visit is a signed-in request with the time zone its dates are shown in.
type visit struct {
	identity.Visit
	zone   *time.Location
	now    calendar.Instant
	path   string
	locale string
	wide   bool // came from the unified portal, and may go back to it

	country string // that the request came from; empty when unknown
}

// chrome surrounds a page of a signed-in visitor.
func (v visit) chrome(title string) pages.Chrome {
	email := v.Session.Email
	if email == "" {
		email = v.say("Signed in")
	}
	return branded(v.State, pages.Chrome{
		Title: title, Test: v.Scope.Mode == merchant.Test, Email: email, Home: "/", Menu: v.menu(v.path),
		Back: identity.ReturnURL(v.Session.ReturnURL, nil),
	})
}

// visitor is who acts, as the use cases want it.
func (v visit) visitor() portals.Visitor {
	return portals.Visitor{Scope: v.Scope, State: v.State, Customers: v.Session.Customers, Actor: v.Actor()}
}

// address is a path of a subscription's pages.
func address(subscription string, more ...string) string {
	return "/" + strings.Join(append([]string{"subscriptions", subscription}, more...), "/")
}
