package charging

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"perennial/shared/billing"
	"perennial/shared/gateway"
	"perennial/shared/ids"
	"perennial/shared/merchant"
	"perennial/shared/record"
)

// keyLife is how long replaying Prepare with the same key is trusted to give
// the same intent; gateways forget keys after 24 h.
const keyLife = 20 * time.Hour

// Recover names an attempt that should be finished.
type Recover struct {
	Scope merchant.Scope
	Owner string // the subscription or purchase that is locked
	Actor record.Actor
	Cause string
	Event string // gateway event that made it necessary; applied once
}

// Finish takes the attempt in flight, if there is one, as far as the gateway
// knows. It may be called at any time by anybody: it never opens a second
// charge, and within the lease it only listens.
func (s *Service) Finish(ctx context.Context, r Recover) (Result, error) {
	a, err := s.resume(ctx, r)
	if err != nil {
		return Result{}, err
	}
	l := a.Lock()
	switch {
	case !l.Set():
		return a.result(), nil
	case l.Free() || l.Barred() || l.Method.IsZero():
		return s.drive(ctx, a)
	case r.Actor == record.System && l.Spares(s.Wall()):
		return s.waiting(a), nil
	case l.Intent == "":
		return s.unprepared(ctx, a)
	}
	out, err := s.find(ctx, a)
	if err != nil {
		return s.unknown(ctx, a, err)
	}
	return s.apply(ctx, a, out)
}

// Supersede cancels an attempt that waits for the customer, because the
// customer wants to pay otherwise (rules 7). When it turns out paid, that is
// the result.
func (s *Service) Supersede(ctx context.Context, r Recover) (Result, error) {
	a, err := s.resume(ctx, r)
	if err != nil {
		return Result{}, err
	}
	if a.Lock().State != billing.LockAction {
		return s.Finish(ctx, r)
	}
	return s.cancel(ctx, a)
}

// resume loads the attempt in flight.
func (s *Service) resume(ctx context.Context, r Recover) (*attempt, error) {
	state, err := s.Store.State(ctx, r.Scope)
	if err != nil {
		return nil, fmt.Errorf("state of %s: %w", r.Scope, err)
	}
	c, err := s.load(ctx, r.Scope, r.Owner)
	if err != nil {
		return nil, err
	}
	a := &attempt{Case: c, scope: r.Scope, actor: r.Actor, cause: r.Cause, state: state, unasked: r.Actor == record.System}
	if r.Event != "" {
		a.claims = []record.Claim{{Key: "event#" + r.Event, Expires: s.Wall().AddDate(0, 0, 90)}}
	}
	return a, nil
}

// apply settles a final outcome, and decides what to do about one that is not.
func (s *Service) apply(ctx context.Context, a *attempt, out gateway.Outcome) (Result, error) {
	l := a.Lock()
	over := !s.Wall().Before(l.Lease)
	switch {
	case out.State.Final():
		return s.settle(ctx, a, out)
	case out.State == gateway.StateActionNeeded && !l.OnSession():
		return s.withdraw(ctx, a, unanswered)
	case out.State == gateway.StateActionNeeded && l.State != billing.LockAction:
		return s.settle(ctx, a, out)
	case out.State == gateway.StateProcessing && l.State == billing.LockProcessing:
		return s.prolong(ctx, a)
	case !over:
		return s.waiting(a), nil
	case out.State == gateway.StatePrepared && !l.OnSession():
		return s.confirm(ctx, a)
	case out.State == gateway.StateProcessing:
		return s.settle(ctx, a, out)
	}
	return s.cancel(ctx, a)
}

// prolong lets the gateway take its time: the sweeper asks again when the
// lease is over. A notice is heard at any time.
func (s *Service) prolong(ctx context.Context, a *attempt) (Result, error) {
	if s.Wall().Before(a.Lock().Lease) {
		return s.waiting(a), nil
	}
	a.Case = a.Prolonged(s.Wall())
	err := s.Store.Commit(ctx, s.commit(a, []any{owner(a.Case)}, nil))
	if err != nil && !errors.Is(err, record.ErrStale) {
		return Result{}, fmt.Errorf("wait for %s: %w", a.Lock().Payment, err)
	}
	return s.waiting(a), nil
}

// find asks what became of the intent. One that the gateway does not know was
// never charged.
func (s *Service) find(ctx context.Context, a *attempt) (gateway.Outcome, error) {
	l := a.Lock()
	out, err := s.Gateway.Find(ctx, accountOf(l.Method), gateway.Intent(l.Intent))
	if errors.Is(err, gateway.ErrRejected) {
		return rejected, nil
	}
	return out, err
}

// withdraw ends an attempt that cannot go on, with the given outcome: first
// the intent is made uncapturable.
func (s *Service) withdraw(ctx context.Context, a *attempt, as gateway.Outcome) (Result, error) {
	l := a.Lock()
	out, err := s.Gateway.Cancel(ctx, accountOf(l.Method), gateway.Intent(l.Intent))
	switch {
	case errors.Is(err, gateway.ErrRejected):
		return s.refused(ctx, a)
	case err != nil:
		return s.unknown(ctx, a, err)
	case out.State == gateway.StateCancelled:
		return s.settle(ctx, a, as)
	case out.State.Final():
		return s.settle(ctx, a, out)
	}
	return s.waiting(a), nil
}

// refused settles an attempt that the gateway will neither confirm nor
// cancel, by what it tells about it: what it has not begun it never will.
func (s *Service) refused(ctx context.Context, a *attempt) (Result, error) {
	out, err := s.find(ctx, a)
	switch {
	case err != nil:
		return s.unknown(ctx, a, err)
	case out.State == gateway.StatePrepared:
		return s.settle(ctx, a, rejected)
	case out.State == gateway.StateActionNeeded && !s.Wall().Before(a.Lock().Lease):
		return s.settle(ctx, a, gateway.Outcome{State: gateway.StateCancelled})
	case out.State.Final():
		return s.settle(ctx, a, out)
	}
	return s.waiting(a), nil
}

// cancel makes the intent uncapturable before the lock is let go; the gateway
// may answer that it had succeeded.
func (s *Service) cancel(ctx context.Context, a *attempt) (Result, error) {
	l := a.Lock()
	out, err := s.Gateway.Cancel(ctx, accountOf(l.Method), gateway.Intent(l.Intent))
	if errors.Is(err, gateway.ErrRejected) {
		return s.refused(ctx, a)
	}
	if err != nil {
		return s.unknown(ctx, a, err)
	}
	if !out.State.Final() {
		return s.waiting(a), nil
	}
	return s.settle(ctx, a, out)
}

// unprepared finishes an attempt whose intent was never committed, so that
// nothing was confirmed: the system's goes on, the customer's is given up
// because the customer has left.
func (s *Service) unprepared(ctx context.Context, a *attempt) (Result, error) {
	l := a.Lock()
	if s.Wall().Before(l.Lease) {
		return s.waiting(a), nil
	}
	if a.Unwanted() || a.Small() {
		return s.drive(ctx, a)
	}
	err := s.adopt(ctx, a)
	if errors.Is(err, gateway.ErrRejected) {
		return s.settle(ctx, a, refusal(err))
	}
	if err != nil {
		return s.unknown(ctx, a, err)
	}
	if l.OnSession() {
		return s.cancel(ctx, a)
	}
	return s.confirm(ctx, a)
}

// adopt commits the intent of an attempt that lost it: by replaying Prepare
// while the gateway still knows the key, then by searching the customer's
// intents for our metadata.
func (s *Service) adopt(ctx context.Context, a *attempt) error {
	l := a.Lock()
	if s.Wall().Before(l.TakenAt.Add(keyLife)) {
		return s.prepare(ctx, a)
	}
	intents, err := s.Gateway.List(ctx, accountOf(l.Method), l.Method.Holder)
	if err != nil {
		return fmt.Errorf("list intents of %s: %w", l.Method.Holder, err)
	}
	tag := Tag(a.scope, a.Owner(), l.Payment)
	for _, out := range intents {
		if out.Payment != tag {
			continue
		}
		return s.remember(ctx, a, out.Intent)
	}
	return s.prepare(ctx, a)
}

func (s *Service) waiting(a *attempt) Result {
	l := a.Lock()
	r := a.result()
	r.ActionURL, r.Pending = l.ActionURL, l.State != billing.LockAction
	return r
}

// load reads a subscription or a purchase with everything that settling its
// attempt touches.
func (s *Service) load(ctx context.Context, scope merchant.Scope, id string) (billing.Case, error) {
	if strings.HasPrefix(id, ids.Purchase) {
		return s.purchase(ctx, scope, id)
	}
	sub, err := record.Get[billing.Subscription](ctx, s.Store, scope, id)
	if err != nil {
		return billing.Case{}, fmt.Errorf("subscription %s: %w", id, err)
	}
	refs := refsOf(sub.Customer, sub.Lock)
	if sub.Status == billing.StatusOnHold {
		refs = append(refs, record.RefOf[billing.Hold](billing.HoldID(sub.ID, sub.HoldEpoch)))
	}
	c := billing.Case{Subscription: sub}
	if sub.Status == billing.StatusPending && sub.Cancel.Pending {
		if c.Counts, err = Counted(ctx, s.Store, scope, sub.Discounts, sub.Customer); err != nil {
			return c, err
		}
	}
	return s.caseOf(ctx, scope, c, refs)
}

func (s *Service) purchase(ctx context.Context, scope merchant.Scope, id string) (billing.Case, error) {
	p, err := record.Get[billing.Purchase](ctx, s.Store, scope, id)
	if err != nil {
		return billing.Case{}, fmt.Errorf("purchase %s: %w", id, err)
	}
	return s.caseOf(ctx, scope, billing.Case{Purchase: &p}, refsOf(p.Customer, p.Lock))
}

// refsOf names what every attempt touches.
func refsOf(customer string, l billing.Lock) []record.Ref {
	refs := []record.Ref{record.RefOf[billing.Customer](customer)}
	for _, invoice := range l.Invoices {
		refs = append(refs, record.RefOf[billing.Invoice](invoice))
	}
	if l.Seen > 0 {
		refs = append(refs, record.RefOf[billing.Payment](l.Payment))
	}
	return refs
}

// caseOf loads the rest of a case.
func (s *Service) caseOf(ctx context.Context, scope merchant.Scope, c billing.Case, refs []record.Ref) (billing.Case, error) {
	found, err := s.Store.Load(ctx, scope, refs...)
	if err != nil {
		return billing.Case{}, fmt.Errorf("attempt of %s: %w", c.Owner(), err)
	}
	for i, obj := range found {
		switch o := obj.(type) {
		case billing.Customer:
			c.Customer = o
		case billing.Invoice:
			c.Invoices = append(c.Invoices, o)
		case billing.Payment:
			c.Payment = &o
		case billing.Hold:
			c.Hold = &o
		default:
			return c, fmt.Errorf("%s %s of %s: %w", refs[i].Kind, refs[i].ID, c.Owner(), record.ErrNotFound)
		}
	}
	return c, nil
}
