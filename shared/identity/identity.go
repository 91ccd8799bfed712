// Package identity lets customers into the portal without a password: it
// takes the wish for a link, makes links, turns a link into a session exactly
// once, and looks sessions up. The rules are in package access.
//
// A secret leaves this package once, to the person it is for; what is stored,
// queued and logged never holds it. Asking for a link is the same work and the
// same answer for every address, whether a customer has it or not.
package identity

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"perennial/shared/access"
	"perennial/shared/billing"
	"perennial/shared/clock"
	"perennial/shared/ids"
	"perennial/shared/merchant"
	"perennial/shared/record"
)

// Store is what identity needs of storage.
type Store interface {
	record.Loader
	record.Committer
	record.Owned
	// State gives a scope's settings and clock, record.ErrNotFound when there
	// is no such business.
	State(ctx context.Context, scope merchant.Scope) (merchant.State, error)
}

// Mailboxes finds the customers of an address; there may be several.
type Mailboxes interface {
	Customers(ctx context.Context, scope merchant.Scope, email string) ([]string, error)
}

// Queue takes messages for the mailer's interactive queue.
type Queue interface {
	Send(ctx context.Context, body string) error
}

// Tallies counts what happens within windows of time, for all instances of a
// function together.
type Tallies interface {
	Tally(ctx context.Context, scope merchant.Scope, name string, window time.Duration) (int, error)
}

// Service makes and redeems links.
type Service struct {
	Store     Store
	Tallies   Tallies          // limits Ask across instances; nil: each instance by itself
	Mailboxes Mailboxes        // only Invite needs it
	Addresses record.Addressed // only the unified portal needs it
	Queue     Queue            // only Ask needs it
	Portals   map[merchant.Mode]string
	Wall      clock.Wall

	limit limiter
}

// A token is the business's id, a dot and a random secret, so that one read
// in the business's own partition finds what it stands for. The mode is never
// in it: the surface that it is shown to decides.
func newToken(business string) string { return business + "." + ids.Token() }

// ScopeOf is the scope that a token can belong to on a surface of a mode. It
// does not say that the token is good.
func ScopeOf(mode merchant.Mode, token string) (scope merchant.Scope, ok bool) {
	business, secret, found := strings.Cut(token, ".")
	if !found || !IsBusiness(business) || len(secret) != len(ids.Token()) {
		return merchant.Scope{}, false
	}
	return merchant.Scope{Business: business, Mode: mode}, true
}

// IsBusiness reports whether text can be a business id: nothing that a store's
// key or a token would take apart.
func IsBusiness(text string) bool {
	const letters = "-0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz"
	return text != "" && len(text) <= 64 && strings.Trim(text, letters) == ""
}

// Mint makes a link for one customer, for a merchant who hands it on (R140).
// The portal leads back to returnURL when there is one.
func (s *Service) Mint(ctx context.Context, scope merchant.Scope, customer, returnURL string) (string, error) {
	if returnURL != "" && ReturnURL(returnURL, nil) == "" {
		return "", ErrReturnURL
	}
	if _, err := record.Get[billing.Customer](ctx, s.Store, scope, customer); err != nil {
		return "", fmt.Errorf("customer %s: %w", customer, err)
	}
	link := access.Link{Customers: []string{customer}, ReturnURL: returnURL}
	return s.mint(ctx, scope, link, record.Actor{Kind: record.ByKey})
}

// Invited is a link and the address to mail it to.
type Invited struct {
	To      string // as the customer record has it, never as the wish did
	URL     string
	Testers []string // of the unified portal: whom the test modes of the person's businesses may write to
}

// Invite makes the link that a mailed wish asked for. It opens every customer
// record of the address (rules 19); ok is false when there is none.
func (s *Service) Invite(ctx context.Context, wish Wish) (i Invited, ok bool, err error) {
	if wish.Scope.IsEverywhere() {
		return s.inviteEverywhere(ctx, wish)
	}
	email := billing.NormalEmail(wish.Email)
	known, err := s.Mailboxes.Customers(ctx, wish.Scope, email)
	if err != nil {
		return Invited{}, false, fmt.Errorf("customers of an address: %w", err)
	}
	customers, err := s.customers(ctx, wish.Scope, known)
	if err != nil {
		return Invited{}, false, err
	}
	link := access.Link{Email: email, Next: LocalPath(wish.Next)}
	for _, c := range customers {
		if billing.NormalEmail(c.Email) == email {
			link.Customers, i.To = append(link.Customers, c.ID), cmp.Or(i.To, c.Email)
		}
	}
	if len(link.Customers) == 0 {
		return Invited{}, false, nil
	}
	i.URL, err = s.mint(ctx, wish.Scope, link, record.System)
	return i, err == nil, err
}

// customers reads the customer records that exist.
func (s *Service) customers(ctx context.Context, scope merchant.Scope, known []string) ([]billing.Customer, error) {
	found, err := record.Several[billing.Customer](ctx, s.Store, scope, known...)
	if err != nil {
		return nil, fmt.Errorf("load customers: %w", err)
	}
	return found, nil
}

// mint stores the link's hash and gives the address that redeems it.
func (s *Service) mint(ctx context.Context, scope merchant.Scope, link access.Link, actor record.Actor) (string, error) {
	state := merchant.State{Scope: scope} // the unified portal has no settings
	if !scope.IsEverywhere() {
		var err error
		if state, err = s.Store.State(ctx, scope); err != nil {
			return "", fmt.Errorf("state of %s: %w", scope, err)
		}
	}
	token, now := newToken(scope.Business), s.Wall()
	link.Hash, link.ExpiresAt = ids.Hash(token), now.Add(access.LinkLife)
	err := s.Store.Commit(ctx, record.Commit{
		Scope: scope, Actor: actor, Cause: "portal link", At: state.Clock.Now(now), Put: []any{link},
	})
	if err != nil {
		return "", fmt.Errorf("store link: %w", err)
	}
	return s.Portals[scope.Mode] + "/session/" + token, nil
}

// lost turns an object that is not there into a fault of access, which looks
// the same for unknown, used and expired.
func lost(err, as error) error {
	if errors.Is(err, record.ErrNotFound) || errors.Is(err, record.ErrStale) {
		return fmt.Errorf("%w: %w", as, err)
	}
	return err
}
