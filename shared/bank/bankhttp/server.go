// Package bankhttp is the sandbox gateway's face: the JSON API that an
// account's server speaks to, the card fields and challenge pages that its
// customers meet, the page that lists the test cards, and the webhooks out.
//
// A card number never arrives here. The script of the card fields matches the
// number in the browser and sends the test card's name; any other number goes
// nowhere. The API is authenticated by one bearer secret, which is also the
// operator's: an account is a namespace that starts to exist when it is named.
package bankhttp

import (
	"context"
	"net/http"
	"net/url"
	"time"

	"perennial/shared/bank"
	"perennial/shared/bank/teller"
)

// Switchboard keeps the faults that operators order.
type Switchboard interface {
	Faults(ctx context.Context, account string) ([]bank.Fault, error)
	Arm(ctx context.Context, f bank.Fault) error
	Spend(ctx context.Context, f bank.Fault) (bool, error)
	Clear(ctx context.Context, account string) error
}

// Options are what a Server needs.
type Options struct {
	Teller      *teller.Teller
	Switchboard Switchboard
	Secret      string           // the bearer token
	BaseURL     string           // the sandbox's own origin
	Now         func() time.Time // wall time
}

// Server answers the sandbox's HTTP requests.
type Server struct {
	Options
	origin string
	limit  *limiter
}

// New makes a server. It fails on a base URL that is no origin or without a
// secret, since an empty one would let everybody in.
func New(o Options) (*Server, error) {
	base, err := url.Parse(o.BaseURL)
	if err != nil {
		return nil, err
	}
	origin := base.Scheme + "://" + base.Host
	if o.Secret == "" || !isOrigin(origin) {
		return nil, errSetup
	}
	return &Server{Options: o, origin: origin, limit: newLimiter(tokensPerMinute)}, nil
}

// Handler serves everything. Browsers may post from the sandbox's own pages
// only; servers are not browsers and are not concerned.
func (s *Server) Handler() (http.Handler, error) {
	mux := http.NewServeMux()
	s.routeAPI(mux)
	s.routePages(mux)
	guard := http.NewCrossOriginProtection()
	if err := guard.AddTrustedOrigin(s.origin); err != nil {
		return nil, err
	}
	return guard.Handler(mux), nil
}

func (s *Server) routeAPI(mux *http.ServeMux) {
	mux.Handle("POST /v1/customers", s.api(bank.OpEnrol, s.enrol))
	mux.Handle("POST /v1/methods", s.api(bank.OpSave, s.save))
	mux.Handle("DELETE /v1/methods/{id}", s.api(bank.OpRemove, s.remove))
	mux.Handle("POST /v1/intents", s.api(bank.OpPrepare, s.prepare))
	mux.Handle("GET /v1/intents", s.api(bank.OpList, s.list))
	mux.Handle("GET /v1/intents/{id}", s.api(bank.OpFind, s.find))
	mux.Handle("POST /v1/intents/{id}/confirm", s.api(bank.OpConfirm, s.confirm))
	mux.Handle("POST /v1/intents/{id}/cancel", s.api(bank.OpCancel, s.cancel))
	mux.Handle("POST /v1/refunds", s.api(bank.OpRefund, s.refund))
	mux.Handle("GET /v1/intents/{id}/refunds", s.api(bank.OpRefunds, s.refunds))
	mux.Handle("GET /v1/disputes/{id}", s.api(bank.OpDispute, s.findDispute))
	mux.Handle("POST /v1/disputes", s.plain(s.openDispute))
	mux.Handle("POST /v1/disputes/{id}", s.plain(s.ruleDispute))
	mux.Handle("GET /v1/ledger", s.plain(s.ledger))
	mux.Handle("GET /v1/faults", s.plain(s.faults))
	mux.Handle("POST /v1/faults", s.plain(s.arm))
	mux.Handle("DELETE /v1/faults", s.plain(s.disarm))
	mux.HandleFunc("POST /v1/tokens", s.tokenise)
}
