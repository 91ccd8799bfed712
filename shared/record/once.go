package record

import (
	"context"
	"sync"
	"time"

	"perennial/shared/merchant"
)

// Request is the record of a merchant's request that carries an idempotency
// key: it runs at most once, and its answer is given again.
type Request struct {
	ID          string // hash of the merchant's key
	Version     int64
	Fingerprint string    // hash of what was asked
	Lease       time.Time // wall time until which somebody is at work
	Touched     bool      // something was committed
	Status      int       // of the answer; 0 while there is none
	Type        string    // the answer's content type
	Sealed      string    // the answer's body
	CreatedAt   time.Time
	ExpiresAt   time.Time
}

// Mark is a request under way. The first commit under its context writes the
// request's record in the same transaction, so that a crash afterwards cannot
// make it run again, and one who has lost the lease commits nothing.
type Mark struct {
	Scope merchant.Scope

	mu      sync.Mutex
	request Request
}

type markKey struct{}

// WithMark gives a context whose first commit in a scope marks the request.
func WithMark(ctx context.Context, scope merchant.Scope, r Request) (context.Context, *Mark) {
	m := &Mark{Scope: scope, request: r}
	return context.WithValue(ctx, markKey{}, m), m
}

// Request is the request's record as it was last written.
func (m *Mark) Request() Request {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.request
}

// CommitMarked commits by way of write, which every store calls with its own.
// Under a mark that nothing has touched yet the record goes along.
func CommitMarked(ctx context.Context, c Commit, write func(context.Context, Commit) error) error {
	m, _ := ctx.Value(markKey{}).(*Mark)
	if m == nil || m.Scope != c.Scope {
		return write(ctx, c)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.request.Touched {
		return write(ctx, c)
	}
	touched := m.request
	touched.Touched = true
	c.Put = append(c.Put[:len(c.Put):len(c.Put)], touched)
	if err := write(ctx, c); err != nil {
		return err
	}
	m.request = Next(touched)
	return nil
}

// Unmarked gives a context whose commits do not count as the request's: what
// they keep is true and harmless whether the request goes on or not.
func Unmarked(ctx context.Context) context.Context {
	return context.WithValue(ctx, markKey{}, (*Mark)(nil))
}
