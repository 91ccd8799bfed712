package identity

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"golang.org/x/sync/errgroup"

	"perennial/shared/access"
	"perennial/shared/billing"
	"perennial/shared/ids"
	"perennial/shared/merchant"
	"perennial/shared/record"
)

// Place is one business at which a person buys, with the person's customer
// records there.
type Place struct {
	Scope     merchant.Scope
	State     merchant.State
	Customers []billing.Customer
}

// How many customer records of an address the unified portal looks at, and how
// many it shows. Anybody can make records of somebody else's address, so each
// business has its turn before any has a second one, and those that have paid
// come before all others.
const (
	mostLooked = 1000
	mostShown  = 100
)

// placesAtOnce is how many businesses are read at the same time.
const placesAtOnce = 8

// places are the businesses where the session's address buys, as it is now.
// Who has signed out everywhere since is left out.
func (s *Service) places(ctx context.Context, mode merchant.Mode, session access.Session) ([]Place, error) {
	owners, err := s.Addresses.Everywhere(ctx, mode, session.Email)
	if err != nil {
		return nil, fmt.Errorf("customers of an address everywhere: %w", err)
	}
	places := grouped(inTurn(owners, mostLooked))
	err = each(ctx, places, func(ctx context.Context, p *Place) error { return s.people(ctx, p, session) })
	if err != nil {
		return nil, err
	}
	places = worthMost(places, mostShown)
	err = each(ctx, places, func(ctx context.Context, p *Place) (err error) {
		p.State, err = s.Store.State(ctx, p.Scope)
		if errors.Is(err, record.ErrNotFound) {
			p.Customers, err = nil, nil
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("businesses of an address: %w", err)
	}
	return slices.DeleteFunc(places, func(p Place) bool { return len(p.Customers) == 0 }), nil
}

// each works on places side by side.
func each(ctx context.Context, places []Place, work func(context.Context, *Place) error) error {
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(placesAtOnce)
	for i := range places {
		group.Go(func() error { return work(ctx, &places[i]) })
	}
	return group.Wait()
}

// people reads the customer records of a place and keeps those that are the
// person's still.
func (s *Service) people(ctx context.Context, p *Place, session access.Session) error {
	for _, c := range p.Customers {
		session.Customers = append(session.Customers, c.ID)
	}
	customers, err := s.customers(ctx, p.Scope, session.Customers)
	if err != nil {
		return err
	}
	p.Customers = slices.DeleteFunc(customers, func(c billing.Customer) bool {
		_, err := session.Narrow([]billing.Customer{c})
		return err != nil
	})
	return nil
}

// inviteEverywhere makes the link to the unified portal for an address that
// buys anywhere.
func (s *Service) inviteEverywhere(ctx context.Context, wish Wish) (i Invited, ok bool, err error) {
	email := billing.NormalEmail(wish.Email)
	places, err := s.places(ctx, wish.Scope.Mode, access.Session{Email: email, CreatedAt: s.Wall()})
	if err != nil || len(places) == 0 {
		return Invited{}, false, err
	}
	for _, p := range places {
		i.Testers = append(i.Testers, p.State.Testers()...)
	}
	i.To = email // not as one business happens to spell it: that business must not choose the mailbox
	i.URL, err = s.mint(ctx, wish.Scope, access.Link{Email: email, Next: LocalPath(wish.Next)}, record.System)
	return i, err == nil, err
}

// redeemEverywhere opens a session of the unified portal with a mailed link.
func (s *Service) redeemEverywhere(ctx context.Context, scope merchant.Scope, token, device string) (Opened, error) {
	link, err := record.Get[access.Link](ctx, s.Store, scope, ids.Hash(token))
	if err != nil {
		return Opened{}, lost(err, access.ErrLink)
	}
	secret := newToken(scope.Business)
	used, session, err := link.Redeem(s.Wall(), ids.Hash(secret))
	if err != nil {
		return Opened{}, err
	}
	session.Device = device
	if err := s.keep(ctx, scope, "POST /session", used, session); err != nil {
		return Opened{}, lost(err, access.ErrLink)
	}
	return Opened{Token: secret, Next: cmp.Or(link.Next, "/"), Scope: scope, Session: session}, nil
}

func (s *Service) keep(ctx context.Context, scope merchant.Scope, cause string, put ...any) error {
	return s.Store.Commit(ctx, record.Commit{Scope: scope, Actor: record.Actor{Kind: record.ByCustomer}, Cause: cause, Put: put})
}

// Everywhere looks a session of the unified portal up, and where its person
// buys. Without a good session the error is access.ErrSession.
func (s *Service) Everywhere(ctx context.Context, mode merchant.Mode, token string) (access.Session, []Place, error) {
	session, err := s.WideSession(ctx, mode, token)
	if err != nil {
		return access.Session{}, nil, err
	}
	places, err := s.places(ctx, mode, session)
	return session, places, err
}

// Elsewhere reports whether the address of a mailed session buys at other
// businesses too.
func (s *Service) Elsewhere(ctx context.Context, visit Visit) (bool, error) {
	if !visit.Session.Mailed() || s.Addresses == nil {
		return false, nil
	}
	owners, err := s.Addresses.Everywhere(ctx, visit.Scope.Mode, visit.Session.Email)
	if err != nil {
		return false, fmt.Errorf("customers of an address everywhere: %w", err)
	}
	return slices.ContainsFunc(owners, func(o record.Owner) bool { return o.Scope != visit.Scope }), nil
}

// WideSession looks a session of the unified portal up, without what its
// person buys. Without a good one the error is access.ErrSession.
func (s *Service) WideSession(ctx context.Context, mode merchant.Mode, token string) (access.Session, error) {
	scope, ok := ScopeOf(mode, token)
	if !ok || !scope.IsEverywhere() {
		return access.Session{}, access.ErrSession
	}
	session, err := s.wideOf(ctx, mode, ids.Hash(token))
	if err != nil {
		return access.Session{}, err
	}
	return session, s.rooted(ctx, mode, session)
}

// Widen opens the unified portal for a visitor of one business whose link we
// have mailed; for a link by API it answers access.ErrSession (rules 19). The
// new session ends when the visitor's does, in time or by signing out.
func (s *Service) Widen(ctx context.Context, mode merchant.Mode, token string) (Opened, error) {
	visit, err := s.Visit(ctx, mode, token)
	if err == nil {
		visit.Session, err = s.narrow(ctx, visit.Scope, visit.Session)
	}
	if err != nil {
		return Opened{}, err
	}
	if !visit.Session.Mailed() {
		return Opened{}, access.ErrSession
	}
	origins, err := from(visit.Scope, visit.Session)
	if err != nil {
		return Opened{}, err
	}
	scope := merchant.Everywhere(mode)
	secret := newToken(scope.Business)
	session := access.Session{
		Hash: ids.Hash(secret), Email: visit.Session.Email, Device: visit.Session.Device,
		CreatedAt: visit.Session.CreatedAt, ExpiresAt: visit.Session.ExpiresAt, Origins: origins,
	}
	if err := s.keep(ctx, scope, "POST /everywhere", session); err != nil {
		return Opened{}, fmt.Errorf("open the unified portal: %w", err)
	}
	return Opened{Token: secret, Next: "/everywhere", Scope: scope, Session: session}, nil
}

// Step takes a visitor of the unified portal into one business: a session of
// the person's customer records there, which ends when the unified one does.
// A business where the address buys nothing answers record.ErrNotFound.
func (s *Service) Step(ctx context.Context, mode merchant.Mode, token, business, next string) (Opened, error) {
	wide, err := s.WideSession(ctx, mode, token)
	if err != nil {
		return Opened{}, err
	}
	places, err := s.places(ctx, mode, wide)
	if err != nil {
		return Opened{}, err
	}
	for _, p := range places {
		if p.Scope.Business == business {
			return s.step(ctx, p, wide, next)
		}
	}
	return Opened{}, fmt.Errorf("business %s of an address: %w", business, record.ErrNotFound)
}

func (s *Service) step(ctx context.Context, p Place, wide access.Session, next string) (Opened, error) {
	origins, err := from(merchant.Everywhere(p.Scope.Mode), wide)
	if err != nil {
		return Opened{}, err
	}
	secret := newToken(p.Scope.Business)
	session := access.Session{
		Hash: ids.Hash(secret), Email: wide.Email, Device: wide.Device, Origins: origins,
		CreatedAt: wide.CreatedAt, ExpiresAt: wide.ExpiresAt,
	}
	for _, c := range p.Customers {
		session.Customers = append(session.Customers, c.ID)
	}
	err = s.Store.Commit(ctx, record.Commit{
		Scope: p.Scope, Actor: actor(session), Cause: "POST /everywhere/step", At: p.State.Clock.Now(s.Wall()), Put: []any{session},
	})
	if err != nil {
		return Opened{}, fmt.Errorf("step into %s: %w", p.Scope, err)
	}
	return Opened{Token: secret, Next: LocalPath(next), Scope: p.Scope, Session: session}, nil
}

// LeaveWide ends a session of the unified portal; ending it twice is no error.
func (s *Service) LeaveWide(ctx context.Context, mode merchant.Mode, token string) error {
	wide, err := s.WideSession(ctx, mode, token)
	if err != nil {
		return err
	}
	err = s.Store.Commit(ctx, record.Commit{
		Scope: merchant.Everywhere(mode), Actor: record.Actor{Kind: record.ByCustomer}, Cause: "POST /everywhere/logout", Delete: []any{wide},
	})
	return lost(err, access.ErrSession)
}
