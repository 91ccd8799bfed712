package identity

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"perennial/shared/access"
	"perennial/shared/billing"
	"perennial/shared/fault"
	"perennial/shared/ids"
	"perennial/shared/merchant"
	"perennial/shared/record"
)

// moveSchema is the version of a move's queued form.
const moveSchema = 1

// ErrSameAddress refuses to change an address to itself.
var ErrSameAddress = fault.New(fault.Invalid, "INVALID_EMAIL", "This is your address already.")

// Move is a customer's wish for another e-mail address. It takes effect when
// the link that is mailed there is used (rules 19).
type Move struct {
	Scope    merchant.Scope
	Customer string
	Email    string // the new address
	AskedAt  time.Time
}

type moveJSON struct {
	V        int       `json:"v"`
	Scope    string    `json:"scope"`
	Customer string    `json:"customer"`
	Email    string    `json:"email"`
	AskedAt  time.Time `json:"asked_at,omitzero"`
}

// Encode writes the move as the message that the mailer reads.
func (m Move) Encode() (string, error) {
	b, err := json.Marshal(moveJSON{V: moveSchema, Scope: m.Scope.String(), Customer: m.Customer, Email: m.Email, AskedAt: m.AskedAt})
	return string(b), err
}

// DecodeMove reads a queued move; a schema newer than ours is an error.
func DecodeMove(body string) (Move, error) {
	var m moveJSON
	if err := json.Unmarshal([]byte(body), &m); err != nil {
		return Move{}, fmt.Errorf("move: %w", err)
	}
	scope, ok := merchant.ParseScope(m.Scope)
	if !ok || m.V < 1 || m.V > moveSchema || m.Customer == "" || m.Email == "" {
		return Move{}, fmt.Errorf("move of schema %d for scope %q", m.V, m.Scope)
	}
	return Move{Scope: scope, Customer: m.Customer, Email: m.Email, AskedAt: m.AskedAt}, nil
}

// AskMove queues a customer's wish for another address. Nothing changes yet.
func (s *Service) AskMove(ctx context.Context, scope merchant.Scope, c billing.Customer, email, visitor string) error {
	email = strings.TrimSpace(email)
	switch {
	case !billing.IsPlainEmail(email):
		return errLetters
	case !isAddress(email):
		return errAddress
	case billing.NormalEmail(email) == billing.NormalEmail(c.Email):
		return ErrSameAddress
	}
	move := Move{Scope: scope, Customer: c.ID, Email: email, AskedAt: s.Wall()}
	mine := s.allow(ctx, scope, "mover "+c.ID, addressLimit) && s.allow(ctx, scope, "visitor "+visitor, visitorLimit)
	if !mine || !s.allow(ctx, scope, moveKey(scope, email), moveLimit) {
		return ErrTooMany
	}
	body, err := move.Encode()
	if err != nil {
		return fmt.Errorf("move of %s: %w", c.ID, err)
	}
	if err := s.Queue.Send(ctx, body); err != nil {
		return fmt.Errorf("queue move of %s: %w", c.ID, err)
	}
	return nil
}

// Moved is a move to be confirmed: the customer as known so far, and the
// address that confirms it.
type Moved struct {
	Customer billing.Customer
	URL      string
}

// MintMove makes the link that confirms a move. ok is false when there is
// nothing to change any more, or the customer has signed out everywhere since.
func (s *Service) MintMove(ctx context.Context, m Move) (moved Moved, ok bool, err error) {
	c, err := record.Get[billing.Customer](ctx, s.Store, m.Scope, m.Customer)
	if errors.Is(err, record.ErrNotFound) || err == nil && billing.NormalEmail(c.Email) == billing.NormalEmail(m.Email) {
		return Moved{}, false, nil
	}
	if err != nil {
		return Moved{}, false, fmt.Errorf("customer %s: %w", m.Customer, err)
	}
	link := access.Link{Email: billing.NormalEmail(c.Email), Customers: []string{c.ID}, Moves: m.Email, AskedAt: m.AskedAt}
	if !link.Outlives(c) {
		return Moved{}, false, nil
	}
	url, err := s.mint(ctx, m.Scope, link, record.System)
	if err != nil {
		return Moved{}, false, err
	}
	return Moved{Customer: c, URL: strings.Replace(url, "/session/", "/address/", 1)}, true, nil
}

// ConfirmMove gives the customer of a link the new address, once, and ends
// all of the customer's sessions. Of two that confirm at the same moment one
// gets access.ErrLink, as does whoever comes with a link of another kind, or
// after the address has changed otherwise.
func (s *Service) ConfirmMove(ctx context.Context, mode merchant.Mode, token string) (merchant.Scope, error) {
	scope, ok := ScopeOf(mode, token)
	if !ok || scope.IsEverywhere() {
		return scope, access.ErrLink
	}
	state, err := s.Store.State(ctx, scope)
	if err != nil {
		return scope, lost(err, access.ErrLink)
	}
	for range 5 { // a customer record changes under us at times
		if err = s.confirmMove(ctx, state, ids.Hash(token)); !errors.Is(err, record.ErrStale) {
			return scope, err
		}
	}
	return scope, fmt.Errorf("change address: %w", err)
}

func (s *Service) confirmMove(ctx context.Context, state merchant.State, hash string) error {
	link, err := record.Get[access.Link](ctx, s.Store, state.Scope, hash)
	if err != nil {
		return lost(err, access.ErrLink)
	}
	customers, err := s.customers(ctx, state.Scope, link.Customers)
	if err != nil {
		return err
	}
	if len(customers) != 1 {
		return access.ErrLink
	}
	now, old := s.Wall(), customers[0]
	used, c, err := link.Move(old, now)
	if err != nil {
		return err
	}
	return s.Store.Commit(ctx, record.Commit{
		Scope: state.Scope, Actor: record.Actor{Kind: record.ByCustomer, ID: c.ID}, Cause: "POST /address", At: state.Clock.Now(now),
		Put: []any{used, c, mailbox(c)}, Delete: []any{mailbox(old)},
	})
}

func mailbox(c billing.Customer) billing.Mailbox {
	return billing.Mailbox{Email: billing.NormalEmail(c.Email), Customer: c.ID}
}

// Sessions lists where the visitor is signed in, the newest first.
func (s *Service) Sessions(ctx context.Context, visit Visit) ([]access.Session, error) {
	customers, err := s.customers(ctx, visit.Scope, visit.Session.Customers)
	if err != nil {
		return nil, err
	}
	var live []access.Session
	for _, c := range customers {
		found, err := s.Store.Owned(ctx, visit.Scope, c.ID, record.KindSession)
		if err != nil {
			return nil, fmt.Errorf("sessions of %s: %w", c.ID, err)
		}
		for _, obj := range found {
			session, ok := obj.(access.Session)
			if !ok || session.Check(s.Wall()) != nil {
				continue
			}
			if err := s.rooted(ctx, visit.Scope.Mode, session); errors.Is(err, access.ErrSession) {
				continue
			} else if err != nil {
				return nil, err
			}
			if _, err := session.Narrow([]billing.Customer{c}); err == nil {
				live = append(live, session)
			}
		}
	}
	slices.SortStableFunc(live, func(a, b access.Session) int { return b.CreatedAt.Compare(a.CreatedAt) })
	return live, nil
}

// EndSession ends one of the visitor's sessions, named by its hash, and every
// change of address that waits to be confirmed: the session may have asked for
// it. Ending it twice is no error, and somebody else's does not exist.
func (s *Service) EndSession(ctx context.Context, visit Visit, hash string) error {
	var err error
	for range 5 { // a customer record changes under us at times
		if err = s.endSession(ctx, visit, hash); !errors.Is(err, record.ErrStale) {
			return err
		}
	}
	return fmt.Errorf("end session: %w", err)
}

func (s *Service) endSession(ctx context.Context, visit Visit, hash string) error {
	live, err := s.Sessions(ctx, visit)
	if err != nil {
		return err
	}
	at := slices.IndexFunc(live, func(session access.Session) bool { return session.Hash == hash })
	if at < 0 {
		return nil
	}
	customers, err := s.customers(ctx, visit.Scope, visit.Session.Customers)
	if err != nil {
		return err
	}
	now := s.Wall()
	commit := record.Commit{
		Scope: visit.Scope, Actor: visit.Actor(), Cause: "POST /profile/sessions", At: visit.State.Clock.Now(now), Delete: []any{live[at]},
	}
	for _, c := range customers {
		if live[at].May(c.ID) {
			c.StaysAt = now
			commit.Put = append(commit.Put, c)
		}
	}
	return s.Store.Commit(ctx, commit)
}
