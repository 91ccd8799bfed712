package identity

import (
	"context"
	"fmt"
	"slices"

	"perennial/shared/access"
	"perennial/shared/ids"
	"perennial/shared/merchant"
	"perennial/shared/record"
)

// mostOrigins is how many sessions may lead to one another before the visitor
// signs in anew: every request looks all of them up.
const mostOrigins = 6

// from are the origins of a session that is made from another one.
func from(scope merchant.Scope, s access.Session) ([]access.Origin, error) {
	if len(s.Origins) >= mostOrigins {
		return nil, access.ErrSession
	}
	return append(slices.Clone(s.Origins), access.Origin{Business: scope.Business, Hash: s.Hash}), nil
}

// rooted refuses a session when one that it was made from has ended.
func (s *Service) rooted(ctx context.Context, mode merchant.Mode, session access.Session) error {
	for _, o := range session.Origins {
		scope := merchant.Scope{Business: o.Business, Mode: mode}
		if scope.IsEverywhere() {
			if _, err := s.wideOf(ctx, mode, o.Hash); err != nil {
				return err
			}
			continue
		}
		origin, err := record.Get[access.Session](ctx, s.Store, scope, o.Hash)
		if err != nil {
			return lost(err, access.ErrSession)
		}
		if err := origin.Check(s.Wall()); err != nil {
			return err
		}
		if _, err := s.narrow(ctx, scope, origin); err != nil {
			return err
		}
	}
	return nil
}

// wideOf reads a session of the unified portal that its address has not left.
func (s *Service) wideOf(ctx context.Context, mode merchant.Mode, hash string) (access.Session, error) {
	session, err := record.Get[access.Session](ctx, s.Store, merchant.Everywhere(mode), hash)
	if err != nil {
		return access.Session{}, lost(err, access.ErrSession)
	}
	if err := session.Check(s.Wall()); err != nil {
		return access.Session{}, err
	}
	left, err := s.left(ctx, mode, session.Email)
	if err == nil && !session.CreatedAt.After(left.CreatedAt) {
		err = access.ErrSession
	}
	return session, err
}

// leftHash is where it is kept when an address has last signed out everywhere
// in a mode. No token has this hash: a token is a business, a dot and a secret.
func leftHash(email string) string { return ids.Hash("left everywhere " + email) }

// left is a mark made in the likeness of a session, the zero one when there
// is none: it is needed for as long as a session that it ends would live.
func (s *Service) left(ctx context.Context, mode merchant.Mode, email string) (access.Session, error) {
	found, err := record.Several[access.Session](ctx, s.Store, merchant.Everywhere(mode), leftHash(email))
	if err != nil {
		return access.Session{}, fmt.Errorf("when an address has left: %w", err)
	}
	if len(found) == 0 {
		return access.Session{Hash: leftHash(email)}, nil
	}
	return found[0], nil
}

// leaveWide ends the sessions of the unified portal that an address has begun
// up to now.
func (s *Service) leaveWide(ctx context.Context, mode merchant.Mode, email string) error {
	mark, err := s.left(ctx, mode, email)
	if err != nil {
		return err
	}
	mark.CreatedAt = s.Wall()
	mark.ExpiresAt = mark.CreatedAt.Add(access.SessionLife)
	return s.keep(ctx, merchant.Everywhere(mode), "POST /profile/leave", mark)
}
