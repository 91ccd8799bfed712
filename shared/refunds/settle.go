package refunds

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"perennial/shared/billing"
	"perennial/shared/gateway"
	"perennial/shared/merchant"
	"perennial/shared/record"
)

// keyLife is how long asking with the same key is trusted to give the same
// refund; gateways forget keys after 24 h.
const keyLife = 20 * time.Hour

// Perform looks at a refund whose outcome is not known yet. It is safe to call
// at any time and any number of times.
func (s *Service) Perform(ctx context.Context, item record.DueItem) error {
	f, err := s.open(ctx, item.Scope, item.Ref.ID)
	if err != nil {
		return fmt.Errorf("refund %s: %w", item.Ref.ID, err)
	}
	if !f.refund.Status.Open() || s.Wall().Before(f.refund.Next) {
		return nil
	}
	return s.look(ctx, f)
}

// Hear looks at a refund that the gateway tells of, by its key, before it is
// due: what became of it, or whether its money came back after it had
// succeeded. One that failed, or is not ours, is left alone.
func (s *Service) Hear(ctx context.Context, scope merchant.Scope, key string) error {
	id, err := s.named(ctx, scope, key)
	var f file
	if err == nil {
		f, err = s.open(ctx, scope, id)
	}
	if errors.Is(err, record.ErrNotFound) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("refund %s: %w", key, err)
	}
	switch {
	case f.refund.Status.Open():
		return s.look(ctx, f)
	case f.refund.Status == billing.RefundSucceeded:
		return s.recall(ctx, f, key)
	}
	return nil
}

// look asks the gateway what became of the refund.
func (s *Service) look(ctx context.Context, f file) error {
	r := f.refund
	account := gateway.Account{Gateway: r.Gateway, ID: r.Account}
	known, err := s.Gateway.Refunds(ctx, account, gateway.Intent(r.Intent))
	if err != nil {
		slog.WarnContext(ctx, "refund outcome unknown", "scope", f.scope.String(), "refund", r.ID, "error", err)
		return s.wait(ctx, f, gateway.Refund{})
	}
	if out, found := answered(r, known); found && (out.State != gateway.RefundFailed || !s.insists(r)) {
		_, err := s.settle(ctx, f, out)
		return err
	}
	if r.Late() || s.Wall().Before(r.TakenAt.Add(keyLife)) {
		before := f.refund
		after, err := s.make(ctx, f)
		if err == nil && after.Version == before.Version {
			return s.wait(ctx, f, gateway.Refund{})
		}
		return err
	}
	return s.wait(ctx, f, gateway.Refund{})
}

func (s *Service) open(ctx context.Context, scope merchant.Scope, id string) (file, error) {
	f := file{scope: scope, actor: record.System, cause: "look at refund"}
	var err error
	if f.state, err = s.Store.State(ctx, scope); err != nil {
		return f, err
	}
	if f.refund, err = record.Get[billing.Refund](ctx, s.Store, scope, id); err != nil {
		return f, err
	}
	return f, s.reload(ctx, &f)
}

// reload reads payment and customer of a refund.
func (s *Service) reload(ctx context.Context, f *file) error {
	found, err := s.Store.Load(ctx, f.scope,
		record.RefOf[billing.Refund](f.refund.ID), record.RefOf[billing.Payment](f.refund.Payment), record.RefOf[billing.Customer](f.refund.Customer))
	if err != nil {
		return err
	}
	refund, isRefund := found[0].(billing.Refund)
	payment, isPayment := found[1].(billing.Payment)
	if !isRefund || !isPayment {
		return record.ErrNotFound
	}
	f.refund, f.payment = refund, payment
	f.customer, _ = found[2].(billing.Customer) // erased since
	return nil
}

// settle commits what the gateway reported, once.
func (s *Service) settle(ctx context.Context, f file, out gateway.Refund) (billing.Refund, error) {
	for range tries {
		if !f.refund.Status.Open() {
			return f.refund, nil
		}
		ch, final, err := decide(f, out, s.Wall())
		if err != nil {
			return f.refund, fmt.Errorf("settle refund %s: %w", f.refund.ID, err)
		}
		if !final {
			return f.refund, s.wait(ctx, f, out)
		}
		if ch, err = s.instead(ctx, f, s.noted(ctx, f, ch)); err != nil {
			return f.refund, fmt.Errorf("settle refund %s: %w", f.refund.ID, err)
		}
		err = s.Store.Commit(ctx, s.commit(f, objects(ch), ch.Events))
		if err == nil {
			return record.Next(ch.Refund), nil
		}
		if !errors.Is(err, record.ErrStale) {
			return f.refund, fmt.Errorf("settle refund %s: %w", f.refund.ID, err)
		}
		if err := s.reload(ctx, &f); err != nil {
			return f.refund, fmt.Errorf("settle refund %s: %w", f.refund.ID, err)
		}
	}
	return f.refund, fmt.Errorf("settle refund %s: %w", f.refund.ID, record.ErrStale)
}

// decide turns the gateway's word into a change. An amount that was never
// asked for is nobody's to guess about.
func decide(f file, out gateway.Refund, wall time.Time) (billing.RefundChange, bool, error) {
	now := f.now(wall)
	switch out.State {
	case gateway.RefundSucceeded:
		if out.Amount != f.refund.Amount {
			return billing.RefundChange{}, false, fmt.Errorf("the gateway gave back %v of %v", out.Amount, f.refund.Amount)
		}
		ch, err := f.refund.Succeed(f.payment, out.Ref, now)
		return ch, true, err
	case gateway.RefundFailed:
		return f.refund.Fail(f.payment, out.Ref, out.Problem, now), true, nil
	case gateway.RefundPending:
		return billing.RefundChange{}, false, nil
	}
	return billing.RefundChange{}, false, fmt.Errorf("the gateway answered state %q to a refund", out.State)
}

// wait notes when the gateway is asked again. A refund that it does not know
// after it forgot the key is for people to look at; asking goes on.
func (s *Service) wait(ctx context.Context, f file, out gateway.Refund) error {
	wall := s.Wall()
	status := f.refund.Status
	lost := out.State == "" && !wall.Before(f.refund.TakenAt.Add(keyLife))
	slow := out.State == gateway.RefundPending && !wall.Before(f.refund.TakenAt.AddDate(0, 0, 30))
	if lost || slow {
		status = billing.RefundReview
	}
	if status != f.refund.Status {
		slog.ErrorContext(ctx, "a refund needs a person", "scope", f.scope.String(), "refund", f.refund.ID)
	}
	next := f.refund.Wait(status, out.Ref, wall.Add(pause(f.refund.Tries)))
	err := s.Store.Commit(ctx, s.commit(f, []any{next}, nil))
	if errors.Is(err, record.ErrStale) {
		return nil // somebody else looked
	}
	return err
}

// pause grows from a minute to twelve hours.
func pause(tries int) time.Duration {
	steps := []time.Duration{time.Minute, 2 * time.Minute, 10 * time.Minute, time.Hour, 4 * time.Hour}
	if tries < len(steps) {
		return steps[tries]
	}
	return 12 * time.Hour
}

func (s *Service) commit(f file, put []any, events []billing.Event) record.Commit {
	c := record.Commit{
		Scope: f.scope, Actor: f.actor, Cause: f.cause, At: f.now(s.Wall()), Put: put, Events: events,
	}
	if f.customer.ID != "" {
		c.Attach = []any{f.customer}
	}
	return c
}
