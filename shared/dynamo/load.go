package dynamo

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"

	"perennial/shared/billing"
	"perennial/shared/merchant"
	"perennial/shared/record"
)

// maxID is the length beyond which an id cannot be one of ours.
const maxID = 700

// Load implements record.Loader: one GetItem, or one BatchGetItem for several.
func (s *Store) Load(ctx context.Context, scope merchant.Scope, refs ...record.Ref) ([]any, error) {
	var keys []key
	for _, ref := range refs {
		if mayLook(scope, ref) {
			keys = append(keys, place(scope, ref))
		}
	}
	items, err := s.read(ctx, keys)
	if err != nil {
		return nil, fmt.Errorf("load from %s: %w", scope, err)
	}
	loaded := make([]any, len(refs))
	for i, ref := range refs {
		it, ok := items[place(scope, ref)]
		if !ok || !mayLook(scope, ref) || ref.Kind.Global() && it.str(attrScope) != scope.String() {
			continue
		}
		if loaded[i], err = it.object(); err != nil {
			return nil, fmt.Errorf("load %s %s: %w", ref.Kind, ref.ID, err)
		}
	}
	return loaded, nil
}

// read reads items in one request where that is possible.
func (s *Store) read(ctx context.Context, keys []key) (map[key]item, error) {
	if len(keys) != 1 {
		return s.batch(ctx, keys)
	}
	it, err := s.get(ctx, keys[0])
	if err != nil || it == nil {
		return nil, err
	}
	return map[key]item{keys[0]: it}, nil
}

// mayLook refuses ids that no object has, and records of another business,
// before anything is read.
func mayLook(scope merchant.Scope, ref record.Ref) bool {
	switch ref.Kind {
	case record.KindBusiness:
		return ref.ID == scope.Business
	case record.KindState:
		of, ok := merchant.ParseScope(ref.ID)
		return ok && of.Business == scope.Business
	case record.KindMethod:
		customer, method, _ := strings.Cut(ref.ID, "/")
		return customer != "" && method != "" && len(ref.ID) <= maxID
	case record.KindMailbox:
		_, customer, _ := strings.Cut(ref.ID, "#")
		return customer != "" && !strings.HasSuffix(ref.ID, "#") && len(ref.ID) <= maxID
	default:
		return ref.ID != "" && len(ref.ID) <= maxID
	}
}

// Find implements record.Finder. API keys are remembered for 30 s, which is
// the delay of a revocation.
func (s *Store) Find(ctx context.Context, ref record.Ref) (merchant.Scope, any, error) {
	if !ref.Kind.Global() {
		return merchant.Scope{}, nil, fmt.Errorf("find %s: it is not a global kind", ref.Kind)
	}
	if !mayLook(merchant.Scope{}, ref) {
		return merchant.Scope{}, nil, record.ErrNotFound
	}
	now := s.Wall()
	if ref.Kind == record.KindKey {
		if f, ok := s.keys.get(ref.ID, now); ok {
			return f.scope, f.obj, nil
		}
	}
	it, err := s.get(ctx, place(merchant.Scope{}, ref))
	if err != nil {
		return merchant.Scope{}, nil, err
	}
	if it == nil {
		return merchant.Scope{}, nil, record.ErrNotFound
	}
	scope, _ := merchant.ParseScope(it.str(attrScope))
	obj, err := it.object()
	if err == nil && ref.Kind == record.KindKey {
		s.keys.put(ref.ID, found{scope, obj}, now)
	}
	return scope, obj, err
}

// State gives a scope's settings, clock and brake. Live scopes are remembered
// for 30 s; a test scope's clock is always current. The deployment's state is
// zero until it is written.
func (s *Store) State(ctx context.Context, scope merchant.Scope) (merchant.State, error) {
	now := s.Wall()
	if state, ok := s.states.get(scope, now); ok {
		return state, nil
	}
	state, err := record.Get[merchant.State](ctx, s, scope, scope.String())
	if errors.Is(err, record.ErrNotFound) && scope == merchant.Deployment {
		state, err = merchant.State{Scope: scope}, nil
	}
	if err == nil && scope.Mode == merchant.Live {
		s.states.put(scope, state, now)
	}
	return state, err
}

// TestScopes lists the state of every test scope, by scope.
func (s *Store) TestScopes(ctx context.Context) ([]merchant.State, error) {
	var items []item
	err := s.query(ctx, partition("", "pk", registry(merchant.Test)), func(it item) bool {
		items = append(items, it)
		return true
	})
	if err != nil {
		return nil, err
	}
	all, err := objects(items)
	var states []merchant.State
	for _, obj := range all {
		states = append(states, obj.(merchant.State))
	}
	return states, err
}

// Customers lists the customers of an e-mail address in a scope, by id. It is
// current: a customer that was just created is found.
func (s *Store) Customers(ctx context.Context, scope merchant.Scope, email string) ([]string, error) {
	email = billing.NormalEmail(email)
	if email == "" || len(email) > maxID {
		return nil, nil
	}
	in := partition("", "pk", mailboxPartition(scope, email))
	in.ConsistentRead = aws.Bool(true)
	var customers []string
	err := s.query(ctx, in, func(it item) bool {
		customers = append(customers, it.str("sk"))
		return true
	})
	return customers, err
}

// Everywhere implements record.Addressed: one query of byCustomer.
func (s *Store) Everywhere(ctx context.Context, mode merchant.Mode, email string) ([]record.Owner, error) {
	email = billing.NormalEmail(email)
	if email == "" || len(email) > maxID {
		return nil, nil
	}
	var owners []record.Owner
	err := s.query(ctx, partition(byCustomer, "cpk", addressPartition(mode, email)), func(it item) bool {
		place, _, _ := strings.Cut(it.str("pk"), "#")
		if scope, ok := merchant.ParseScope(place); ok {
			owners = append(owners, record.Owner{Scope: scope, Customer: it.str("sk")})
		}
		return true
	})
	slices.SortFunc(owners, func(a, b record.Owner) int {
		return cmp.Or(strings.Compare(a.Scope.String(), b.Scope.String()), strings.Compare(a.Customer, b.Customer))
	})
	return owners, err
}
