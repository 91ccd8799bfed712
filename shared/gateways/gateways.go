// Package gateways connects a mode of a business to its accounts at payment
// gateways. Secrets are checked at the gateway, sealed and never shown again;
// what pages need is part of the mode's state. It moves no money.
//
// An account that is left takes no new payment methods; those saved there are
// charged on, and its payments refunded, until its keys are forgotten.
package gateways

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"perennial/shared/clock"
	"perennial/shared/fault"
	"perennial/shared/gateway"
	"perennial/shared/merchant"
	"perennial/shared/record"
)

// Store is what connections need of storage.
type Store interface {
	record.Loader
	record.Committer
	record.Lister
}

// Sealer keeps secrets unreadable in the store. A function that only connects
// may have no right to open, and the other way round.
type Sealer interface {
	Seal(ctx context.Context, purpose, scope string, plaintext []byte) (string, error)
	Open(ctx context.Context, purpose, scope, sealed string) ([]byte, error)
}

// Service keeps connections.
type Service struct {
	Store      Store
	Sealer     Sealer
	Inspectors map[string]gateway.Inspector // by gateway
	Abilities  map[string]gateway.Capabilities
	Helpers    map[string]Helper // by gateway; of one without, nothing is set up or looked at
	Wall       clock.Wall

	Hooks string                     // public base URL at which gateways' webhooks are taken
	Pages map[merchant.Mode][]string // URLs of the surfaces that show a gateway's fields
}

// purpose binds sealed keys to their account.
func purpose(account string) string { return "gateway:" + account }

// tries is how often a change is made anew when the state was just written.
const tries = 5

// Faults of connecting.
var (
	ErrNotConnected = fault.New(fault.NotFound, "NOT_FOUND", "This gateway is not connected.")
	ErrClosed       = fault.New(fault.Invalid, "GATEWAY_CANNOT_CHARGE", "This account cannot take payments yet. Finish its set-up at the gateway first.")
)

// View is a connection as its merchant may see it.
type View struct {
	merchant.Gateway
	Hint    string // last four characters of the key
	Signed  bool   // a webhook secret is set
	HeardAt time.Time
	ReadAt  time.Time // when what it told was last read from its archive
	Place   int       // in the order in which accounts are asked, from 1 on; 0: it takes no new payment methods

	Capabilities gateway.Capabilities
}

// Connect checks a key at the gateway and keeps it. Connecting the same
// account again replaces its keys: webhooks that were signed with the secret
// before are believed for three days more. Then the account is set up, as by
// Setup, but for a webhook endpoint whose secret was given by hand, which is
// left to the merchant.
func (s *Service) Connect(ctx context.Context, scope merchant.Scope, actor record.Actor, in Order) (Checked, error) {
	if err := in.check(scope.Mode); err != nil {
		return Checked{}, err
	}
	profile, err := s.inspect(ctx, scope.Mode, in)
	if err != nil {
		return Checked{}, err
	}
	account := merchant.GatewayAccount(scope, profile.Reference)
	sealed, err := s.seal(ctx, scope, account, in)
	if err != nil {
		return Checked{}, err
	}
	job := job{scope: scope, actor: actor, account: account, secret: in.Secret}
	v, err := s.change(ctx, scope, actor, step{account: account, cause: "connect gateway", decide: func(_ merchant.Gateway, c merchant.Connection, _ bool) (merchant.Gateway, merchant.Connection, error) {
		g := merchant.Gateway{
			Name: in.Gateway, Account: account, Reference: profile.Reference, Title: profile.Title, Country: profile.Country,
			Key: in.Key, Currencies: in.Currencies, Countries: in.Countries, Debits: profile.Debits && !in.NoDebits,
			ConnectedAt: s.Wall(), ConnectedBy: string(actor.Kind) + ":" + actor.ID,
		}
		c = sealed.put(c, s.Wall())
		if newest := c.Newest(); newest.Sealed != "" && newest.Endpoint == "" {
			return g, c, nil
		}
		job.endpoint = true
		return s.begin(g, c)
	}})
	if err != nil {
		return Checked{}, err
	}
	return s.complete(ctx, job, v)
}

// inspect asks the gateway whose key it is.
func (s *Service) inspect(ctx context.Context, mode merchant.Mode, in Order) (gateway.Profile, error) {
	profile, err := s.Inspectors[in.Gateway].Inspect(ctx, in.Secret)
	if errors.Is(err, gateway.ErrKey) || errors.Is(err, gateway.ErrRejected) {
		var check fault.Check
		check.That(false, "secret_key", "the gateway does not accept this key, or it lacks the permission to read its account")
		return profile, invalid(&check)
	}
	if err != nil {
		return profile, fmt.Errorf("inspect the %s account: %w", in.Gateway, err)
	}
	if mode == merchant.Live && !profile.Charges {
		return profile, ErrClosed
	}
	return profile, nil
}

// Change replaces what an order names of a connection: keys, the webhooks'
// secret, for whom it is chosen. A key of another account is refused.
func (s *Service) Change(ctx context.Context, scope merchant.Scope, actor record.Actor, reference string, in Patch) (View, error) {
	account := merchant.GatewayAccount(scope, reference)
	known, err := s.Get(ctx, scope, reference)
	if err != nil {
		return View{}, err
	}
	if known.Name == merchant.GatewaySandbox {
		return View{}, ErrNotConnected
	}
	order := Order{Gateway: known.Name, Secret: in.Secret, Key: in.Key, Webhook: in.Webhook, Currencies: value(in.Currencies), Countries: value(in.Countries)}
	if err := order.checkGiven(scope.Mode); err != nil {
		return View{}, err
	}
	if in.Secret != "" {
		profile, err := s.inspect(ctx, scope.Mode, order)
		if err != nil {
			return View{}, err
		}
		if profile.Reference != reference {
			var check fault.Check
			check.That(false, "secret_key", "is of another account; connect that one instead")
			return View{}, invalid(&check)
		}
	}
	sealed, err := s.seal(ctx, scope, account, order)
	if err != nil {
		return View{}, err
	}
	return s.change(ctx, scope, actor, step{account: account, cause: "change gateway", place: in.Priority, decide: func(g merchant.Gateway, c merchant.Connection, known bool) (merchant.Gateway, merchant.Connection, error) {
		if !known || g.Status == merchant.GatewayForgotten && in.Secret == "" {
			return g, c, ErrNotConnected
		}
		if in.Key != "" {
			g.Key = in.Key
		}
		if in.Currencies != nil {
			g.Currencies = *in.Currencies
		}
		if in.Countries != nil {
			g.Countries = *in.Countries
		}
		if in.Debits != nil {
			g.Debits = *in.Debits
		}
		if in.Secret != "" && g.Status == merchant.GatewayForgotten {
			g.Status = merchant.GatewayRetired
		}
		return g, sealed.put(c, s.Wall()), nil
	}})
}

// Disconnect takes no new payment methods at an account. With forget its keys
// are destroyed: saved methods can neither be charged nor refunded any more.
func (s *Service) Disconnect(ctx context.Context, scope merchant.Scope, actor record.Actor, reference string, forget bool) (View, error) {
	account := merchant.GatewayAccount(scope, reference)
	return s.change(ctx, scope, actor, step{account: account, cause: "disconnect gateway", decide: func(g merchant.Gateway, c merchant.Connection, known bool) (merchant.Gateway, merchant.Connection, error) {
		if !known {
			return g, c, ErrNotConnected
		}
		if g.Status == merchant.GatewayActive {
			g.Status = merchant.GatewayRetired
		}
		if forget {
			g.Status = merchant.GatewayForgotten
			c.Secret, c.Hint, c.Webhooks = "", "", nil
		}
		return g, c, nil
	}})
}

// List shows every connection of a mode, in the order in which they are
// asked. A test mode ends with the sandbox.
func (s *Service) List(ctx context.Context, scope merchant.Scope) ([]View, error) {
	state, err := record.Get[merchant.State](ctx, s.Store, scope, scope.String())
	if err != nil {
		return nil, fmt.Errorf("state of %s: %w", scope, err)
	}
	var refs []record.Ref
	for _, g := range state.Gateways {
		refs = append(refs, record.RefOf[merchant.Connection](g.Account))
	}
	found := make([]any, 0)
	if len(refs) > 0 {
		if found, err = s.Store.Load(ctx, scope, refs...); err != nil {
			return nil, fmt.Errorf("connections of %s: %w", scope, err)
		}
	}
	var all []View
	for i, g := range state.Gateways {
		c, _ := found[i].(merchant.Connection)
		all = append(all, s.view(state, g, c))
	}
	if g, ok := state.GatewayOf(scope.String()); ok {
		all = append(all, View{Gateway: g, Signed: true, Capabilities: s.Abilities[g.Name]})
	}
	return all, nil
}

// Get shows one connection.
func (s *Service) Get(ctx context.Context, scope merchant.Scope, reference string) (View, error) {
	all, err := s.List(ctx, scope)
	if err != nil {
		return View{}, err
	}
	at := slices.IndexFunc(all, func(v View) bool { return v.Reference == reference })
	if at < 0 {
		return View{}, ErrNotConnected
	}
	return all[at], nil
}

func (s *Service) view(state merchant.State, g merchant.Gateway, c merchant.Connection) View {
	return View{
		Gateway: g, Hint: c.Hint, Signed: len(c.Webhooks) > 0, HeardAt: c.HeardAt, ReadAt: c.Reading.ReadAt, Place: state.Place(g.Account), Capabilities: s.Abilities[g.Name],
	}
}
