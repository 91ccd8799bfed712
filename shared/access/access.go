// Package access holds the rules of getting into the portal without a
// password: one-time links and the sessions they open. Times here are wall
// time; only hashes of secrets are ever part of a record.
package access

import (
	"slices"
	"time"

	"perennial/shared/billing"
	"perennial/shared/fault"
)

// Lifetimes of links and sessions.
const (
	LinkLife    = 24 * time.Hour
	SessionLife = 24 * time.Hour
)

// Faults of this package. An unknown, used or expired link looks the same.
var (
	ErrLink    = fault.New(fault.Gone, "LINK_EXPIRED", "This link has expired or was already used.")
	ErrSession = fault.New(fault.Unauthorized, "SESSION_EXPIRED", "Your session has ended. Ask for a new link to sign in.")
)

// Link is a one-time way into the portal, valid for 24 hours, consumed by
// POST because mail scanners open GET links (R081, R084).
type Link struct {
	Hash      string // SHA-256 of the token; the record's identity
	Version   int64
	Email     string   // normalised address the link was mailed to; empty for links made by API
	Customers []string // the customer records it opens
	Next      string   // path inside the portal to open
	ReturnURL string   // the merchant's page to go back to
	ExpiresAt time.Time
	UsedAt    time.Time
	Moves     string    // the address, as typed, that the link gives its one customer; it opens no session
	AskedAt   time.Time // when the move was asked for; the link itself is made later
}

// use consumes the link, once and in time.
func (l Link) use(now time.Time) (Link, error) {
	if !l.UsedAt.IsZero() || !now.Before(l.ExpiresAt) {
		return l, ErrLink
	}
	l.UsedAt = now
	return l, nil
}

// Move consumes a link that gives a customer another address. It is dead for
// a customer whose address has changed since the link was asked for, or who has
// ended sessions since: the asking one may have been a thief's.
func (l Link) Move(c billing.Customer, now time.Time) (Link, billing.Customer, error) {
	if l.Moves == "" || !slices.Contains(l.Customers, c.ID) || billing.NormalEmail(c.Email) != l.Email || !l.Outlives(c) {
		return l, c, ErrLink
	}
	l, err := l.use(now)
	if err != nil {
		return l, c, err
	}
	c.Email, c.LeftAt = l.Moves, now // who signed in before signs in again
	return l, c, nil
}

// Outlives reports whether a move was asked for after the customer's last
// signing out everywhere, and after the last ending of a single session, which
// may be the one that asked.
func (l Link) Outlives(c billing.Customer) bool {
	return !left(c, l.AskedAt) && (c.StaysAt.IsZero() || l.AskedAt.After(c.StaysAt))
}

// left reports whether a customer has signed out everywhere at a time or later.
func left(c billing.Customer, at time.Time) bool { return !c.LeftAt.IsZero() && !at.After(c.LeftAt) }

// Redeem consumes the link and gives the session it opens.
func (l Link) Redeem(now time.Time, sessionHash string) (Link, Session, error) {
	if l.Moves != "" {
		return l, Session{}, ErrLink
	}
	l, err := l.use(now)
	if err != nil {
		return l, Session{}, err
	}
	return l, Session{
		Hash: sessionHash, Email: l.Email, Customers: l.Customers, ReturnURL: l.ReturnURL,
		CreatedAt: now, ExpiresAt: now.Add(SessionLife),
	}, nil
}

// Session is a signed-in browser: bound to one scope and to the customer
// records of one address, or of one customer when the link came by API
// (rules 19).
type Session struct {
	Hash      string // SHA-256 of the cookie's token; the record's identity
	Version   int64
	Email     string
	Customers []string
	ReturnURL string
	CreatedAt time.Time
	ExpiresAt time.Time
	Device    string   // browser and system, as far as they are known
	Origins   []Origin // the sessions that led to this one, the oldest first: it ends when any of them does
}

// Origin names a session that another one was made from, in the same mode.
type Origin struct {
	Business string
	Hash     string
}

// Mailed reports a session whose link we mailed to its address ourselves.
// Only such a one knows the person, beyond one customer record (rules 19).
func (s Session) Mailed() bool { return s.Email != "" }

// Check refuses a session that has ended; TTL deletion comes late.
func (s Session) Check(now time.Time) error {
	if s.Hash == "" || !now.Before(s.ExpiresAt) {
		return ErrSession
	}
	return nil
}

// Narrow keeps the customers who still have the address that the link was
// mailed to, as they are now, and have not signed out everywhere since; with
// none left the session has ended. One that came by API is of a customer,
// whatever the address.
func (s Session) Narrow(now []billing.Customer) (Session, error) {
	var kept []string
	for _, c := range now {
		same := s.Email == "" || billing.NormalEmail(c.Email) == s.Email
		if s.May(c.ID) && same && !left(c, s.CreatedAt) {
			kept = append(kept, c.ID)
		}
	}
	if len(kept) == 0 {
		return Session{}, ErrSession
	}
	s.Customers = kept
	return s, nil
}

// May reports whether the session may see a customer's objects.
func (s Session) May(customer string) bool { return slices.Contains(s.Customers, customer) }
