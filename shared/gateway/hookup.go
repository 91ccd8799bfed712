package gateway

import "context"

// Endpoint is a place to which a gateway sends an account's webhooks.
type Endpoint struct {
	Ref     string   // the gateway's own name of it
	Enabled bool     // webhooks are sent
	Lacks   []string // the events that we need and that are not sent there
}

// Endpoints keeps the webhook endpoints of the account that a key opens. A key
// that lacks the permission is an ErrKey, what the gateway refuses as wrong an
// ErrRejected.
type Endpoints interface {
	// Endpoints are those at exactly this address.
	Endpoints(ctx context.Context, secret, url string) ([]Endpoint, error)
	// OpenEndpoint makes one that is sent all that we need. Its signing secret
	// is told this once.
	OpenEndpoint(ctx context.Context, secret, url string) (made Endpoint, signing string, err error)
	// MendEndpoint switches one on and has all that we need sent there.
	MendEndpoint(ctx context.Context, secret, ref string) error
	// CloseEndpoint removes one; removing it twice is no error.
	CloseEndpoint(ctx context.Context, secret, ref string) error
}

// Domain is a host with a gateway's fields, as the account's wallets see it.
type Domain struct {
	Host       string
	Registered bool
	Enabled    bool
	Inactive   []Inactive // wallets that are not offered there
}

// Inactive is a wallet that a host does not offer.
type Inactive struct {
	Wallet string // "Apple Pay", "Google Pay"
	Reason string // in the gateway's words; may be empty
}

// Domains registers the hosts on which wallets are offered, for the account
// that a key opens. Its errors are those of Endpoints.
type Domains interface {
	// Domain looks at a host.
	Domain(ctx context.Context, secret, host string) (Domain, error)
	// Register makes a host known, switches it on, and has wallets that are
	// inactive there looked at again; repeating it is no error.
	Register(ctx context.Context, secret, host string) (Domain, error)
}

// Prober names the permissions that a key lacks, of those that can be found
// out by reading; what it may only read shows when it has to write. A key that
// the gateway does not take at all is an ErrKey.
type Prober interface {
	Lacks(ctx context.Context, secret string) ([]string, error)
}
