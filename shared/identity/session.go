package identity

import (
	"context"
	"errors"
	"fmt"

	"perennial/shared/access"
	"perennial/shared/billing"
	"perennial/shared/ids"
	"perennial/shared/merchant"
	"perennial/shared/record"
)

// Opened is a new session: the cookie's token, and the page to show first.
type Opened struct {
	Token   string
	Next    string
	Scope   merchant.Scope
	Session access.Session
}

// Redeem consumes a link and opens its session. Of two that redeem at the same
// moment one gets access.ErrLink, as does an unknown, used or expired token,
// and a link to an address that no customer has any more. device names the
// browser in the list of sessions.
func (s *Service) Redeem(ctx context.Context, mode merchant.Mode, token, device string) (Opened, error) {
	scope, ok := ScopeOf(mode, token)
	if !ok {
		return Opened{}, access.ErrLink
	}
	if scope.IsEverywhere() {
		return s.redeemEverywhere(ctx, scope, token, device)
	}
	state, err := s.Store.State(ctx, scope)
	if err != nil {
		return Opened{}, lost(err, access.ErrLink)
	}
	link, err := record.Get[access.Link](ctx, s.Store, scope, ids.Hash(token))
	if err != nil {
		return Opened{}, lost(err, access.ErrLink)
	}
	now, secret := s.Wall(), newToken(scope.Business)
	used, session, err := link.Redeem(now, ids.Hash(secret))
	if err != nil {
		return Opened{}, err
	}
	session.Device = device
	session, err = s.narrow(ctx, scope, session)
	if errors.Is(err, access.ErrSession) {
		return Opened{}, access.ErrLink
	}
	if err != nil {
		return Opened{}, err
	}
	err = s.Store.Commit(ctx, record.Commit{
		Scope: scope, Actor: actor(session), Cause: "POST /session", At: state.Clock.Now(now),
		Put: []any{used, session},
	})
	if err != nil {
		return Opened{}, lost(err, access.ErrLink)
	}
	return Opened{Token: secret, Next: LocalPath(link.Next), Scope: scope, Session: session}, nil
}

// Visit is a request by somebody who is signed in.
type Visit struct {
	Scope   merchant.Scope
	State   merchant.State
	Session access.Session
	Found   []any // the objects asked for, nil where there is none
}

// Actor names the visitor in the audit trail.
func (v Visit) Actor() record.Actor { return actor(v.Session) }

// Visit looks a session up, and in the same read the objects that the request
// is about. It does not check whose objects those are, but the session it
// gives then opens only customers who still have its address. A request about
// nothing in particular reads its customers anyway, and narrows by itself.
// Without a good session the error is access.ErrSession.
func (s *Service) Visit(ctx context.Context, mode merchant.Mode, token string, about ...record.Ref) (Visit, error) {
	scope, ok := ScopeOf(mode, token)
	if !ok {
		return Visit{}, access.ErrSession
	}
	state, err := s.Store.State(ctx, scope)
	if err != nil {
		return Visit{}, lost(err, access.ErrSession)
	}
	refs := append([]record.Ref{record.RefOf[access.Session](ids.Hash(token))}, about...)
	found, err := s.Store.Load(ctx, scope, refs...)
	if err != nil {
		return Visit{}, fmt.Errorf("load session: %w", err)
	}
	session, _ := found[0].(access.Session) // absent: the zero session, which Check refuses
	if err := session.Check(s.Wall()); err != nil {
		return Visit{}, err
	}
	if err := s.rooted(ctx, mode, session); err != nil {
		return Visit{}, err
	}
	if len(about) > 0 {
		session, err = s.narrow(ctx, scope, session)
	}
	return Visit{Scope: scope, State: state, Session: session, Found: found[1:]}, err
}

// narrow takes the customers from a session who have changed their address
// since its link was mailed: whoever reads the old mailbox is out.
func (s *Service) narrow(ctx context.Context, scope merchant.Scope, session access.Session) (access.Session, error) {
	customers, err := s.customers(ctx, scope, session.Customers)
	if err != nil {
		return access.Session{}, err
	}
	return session.Narrow(customers)
}

// Leave ends a session; ending it twice is no error.
func (s *Service) Leave(ctx context.Context, mode merchant.Mode, token string) error {
	visit, err := s.Visit(ctx, mode, token)
	if err != nil {
		return lost(err, access.ErrSession)
	}
	err = s.Store.Commit(ctx, record.Commit{
		Scope: visit.Scope, Actor: visit.Actor(), Cause: "POST /logout",
		At: visit.State.Clock.Now(s.Wall()), Delete: []any{visit.Session},
	})
	if err != nil {
		return fmt.Errorf("end session: %w", lost(err, access.ErrSession))
	}
	return nil
}

// LeaveEverywhere ends every session of the visitor's customer records, on
// this device and all others: those begun up to now are refused from now on. A
// session that we have mailed ends those of the unified portal too.
func (s *Service) LeaveEverywhere(ctx context.Context, mode merchant.Mode, token string) error {
	visit, err := s.Visit(ctx, mode, token)
	if err != nil {
		return lost(err, access.ErrSession)
	}
	for range 5 { // a customer record changes under us at times
		if err = s.leaveEverywhere(ctx, visit); !errors.Is(err, record.ErrStale) {
			return err
		}
	}
	return fmt.Errorf("end every session: %w", err)
}

func (s *Service) leaveEverywhere(ctx context.Context, visit Visit) error {
	customers, err := s.customers(ctx, visit.Scope, visit.Session.Customers)
	if err != nil {
		return err
	}
	if visit.Session.Mailed() {
		if err := s.leaveWide(ctx, visit.Scope.Mode, visit.Session.Email); err != nil {
			return err
		}
	}
	now := s.Wall()
	commit := record.Commit{Scope: visit.Scope, Actor: visit.Actor(), Cause: "POST /profile/leave", At: visit.State.Clock.Now(now)}
	for _, c := range customers {
		if _, err := visit.Session.Narrow([]billing.Customer{c}); err == nil {
			c.LeftAt = now
			commit.Put = append(commit.Put, c)
		}
	}
	if len(commit.Put) == 0 {
		return access.ErrSession
	}
	return s.Store.Commit(ctx, commit)
}

func actor(s access.Session) record.Actor {
	a := record.Actor{Kind: record.ByCustomer}
	if len(s.Customers) > 0 {
		a.ID = s.Customers[0]
	}
	return a
}
