package publish

import (
	"context"
	"fmt"
	"sync"
	"time"

	"perennial/shared/clock"
	"perennial/shared/merchant"
	"perennial/shared/record"
)

// endpointLife is how long a live scope's endpoints are remembered, so that a
// batch of commits reads them once: a new endpoint misses at most the events
// of this time. Those of test scopes are read each time, because who tries
// something out expects to hear of it.
const endpointLife = time.Second

// Endpoints knows the endpoints of scopes, with a short memory. It is safe
// for concurrent use.
type Endpoints struct {
	store record.Lister
	wall  clock.Wall

	mu    sync.Mutex
	known map[merchant.Scope]listing
}

type listing struct {
	endpoints []merchant.Endpoint
	until     time.Time
}

// NewEndpoints remembers what the store lists.
func NewEndpoints(store record.Lister, wall clock.Wall) *Endpoints {
	return &Endpoints{store: store, wall: wall, known: make(map[merchant.Scope]listing)}
}

// Of lists the endpoints of a scope.
func (e *Endpoints) Of(ctx context.Context, scope merchant.Scope) ([]merchant.Endpoint, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	now := e.wall()
	if l, ok := e.known[scope]; ok && now.Before(l.until) {
		return l.endpoints, nil
	}
	endpoints, err := e.list(ctx, scope)
	if err != nil {
		return nil, fmt.Errorf("endpoints of %s: %w", scope, err)
	}
	if scope.Mode == merchant.Live {
		e.known[scope] = listing{endpoints, now.Add(endpointLife)}
	}
	return endpoints, nil
}

func (e *Endpoints) list(ctx context.Context, scope merchant.Scope) ([]merchant.Endpoint, error) {
	var all []merchant.Endpoint
	for {
		page, err := e.store.List(ctx, scope, record.Query{
			Kind: record.KindEndpoint, Offset: len(all), Limit: record.MaxLimit,
		})
		if err != nil {
			return nil, err
		}
		for _, obj := range page {
			all = append(all, obj.(merchant.Endpoint))
		}
		if len(page) < record.MaxLimit {
			return all, nil
		}
	}
}
