package charging

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"

	"perennial/shared/billing"
	"perennial/shared/gateway"
	"perennial/shared/ids"
	"perennial/shared/record"
)

// Notice is a gateway's word about one of our intents.
type Notice struct {
	Account gateway.Account
	Event   string // the gateway's event id
	Outcome gateway.Outcome
	Dispute *gateway.Dispute // when that is what it is about
	Updated *gateway.Updated // a saved card that was replaced
	Refund  string           // the key of a refund that has moved on
}

// NoticeOf is what an account's event says.
func NoticeOf(account gateway.Account, e gateway.Event) Notice {
	return Notice{Account: account, Event: e.ID, Outcome: e.Outcome, Dispute: e.Dispute, Updated: e.Updated, Refund: e.Refund}
}

// Hear acts on a gateway's notice. The notice is only a hint: the gateway is
// asked for the intent itself. A capture that nobody waits for any more is
// given back (rules 8, 10).
func (s *Service) Hear(ctx context.Context, n Notice) error {
	scope, owner, payment, ok := ParseTag(n.Outcome.Payment)
	if !ok {
		slog.WarnContext(ctx, "gateway event about a payment that is not ours", "event", n.Event)
		return nil
	}
	actor := record.Actor{Kind: record.ByGateway, ID: n.Account.Gateway}
	r := Recover{Scope: scope, Owner: owner, Actor: actor, Cause: "gateway event", Event: n.Account.Gateway + "#" + n.Event}
	a, err := s.resume(ctx, r)
	if err != nil {
		return err
	}
	if a.Lock().Payment == payment {
		if accountOf(a.Lock().Method) != n.Account {
			return fmt.Errorf("event %s comes from another account than payment %s", n.Event, payment)
		}
		_, err := s.Finish(ctx, r)
		if errors.Is(err, record.ErrClaimed) {
			return nil
		}
		return err
	}
	return s.late(ctx, a, n, payment)
}

// late decides about a capture of an attempt that was already settled
// otherwise: what it paid for and is still due is paid, the rest is given back.
func (s *Service) late(ctx context.Context, a *attempt, n Notice, payment string) error {
	if n.Outcome.State != gateway.StateSucceeded {
		return nil
	}
	_, _, err := s.resolve(ctx, a, n.Account, payment)
	return err
}

// resolve pays with a capture that nobody waited for what it was made for, or
// gives it back. It tells whether anything was paid.
func (s *Service) resolve(ctx context.Context, a *attempt, account gateway.Account, payment string) (Result, bool, error) {
	p, out, err := s.captured(ctx, a, account, payment)
	if err != nil || out.Amount.Nothing() {
		return Result{}, false, err
	}
	r, paid, err := s.accept(ctx, a, account, p, out)
	if err != nil || paid {
		return r, paid, err
	}
	return Result{}, false, s.giveBack(ctx, a, account, p, out)
}

// lastLook asks what became of the attempt before this one, which was told to
// have failed: a gateway may have captured after all. When that pays what is
// due, nothing is charged and its result is given. Otherwise the charge goes on
// from the version that the look has left.
func (s *Service) lastLook(ctx context.Context, in Start) (Start, *Result, error) {
	before := billing.Case{Subscription: in.Subscription, Purchase: in.Purchase}
	f := before.Failure()
	if f.Payment == "" {
		return in, nil, nil
	}
	stored, err := s.load(ctx, in.Scope, before.Owner())
	if err != nil {
		return in, nil, err
	}
	if version(stored) != version(before) {
		return in, nil, fmt.Errorf("last look at %s: %w", before.Owner(), record.ErrStale)
	}
	a := &attempt{Case: stored, scope: in.Scope, actor: in.Actor, cause: "last look before a charge", state: in.State}
	r, paid, err := s.resolve(ctx, a, accountOf(f.Method), f.Payment)
	switch {
	case err != nil:
		return in, nil, err
	case paid && !slices.EqualFunc(r.Payment.Invoices, in.Dues.Invoices, func(id string, v billing.Invoice) bool { return id == v.ID }):
		return in, nil, billing.ErrLocked // something else was paid: the charge is to be decided anew
	case paid:
		return in, &r, nil
	case version(a.Case) != version(before):
		after := advanced(before)
		in.Subscription, in.Purchase = after.Subscription, after.Purchase
	}
	return in, nil, nil
}

// version is the owner's, as it was loaded.
func version(c billing.Case) int64 {
	if c.Purchase != nil {
		return c.Purchase.Version
	}
	return c.Subscription.Version
}

// captured is a payment that we hold for failed, with what the gateway has of
// it; nothing is captured when the amount is nothing. An account without keys
// can never be asked again: what it told before its keys were destroyed
// stands, or no other card could ever pay.
func (s *Service) captured(ctx context.Context, a *attempt, account gateway.Account, payment string) (billing.Payment, gateway.Outcome, error) {
	none := gateway.Outcome{}
	p, err := record.Get[billing.Payment](ctx, s.Store, a.scope, payment)
	if err != nil {
		return p, none, fmt.Errorf("payment %s of a late capture: %w", payment, err)
	}
	if p.Status == billing.PaymentSucceeded || len(p.Refunds) > 0 || p.Intent == "" {
		return p, none, nil
	}
	out, err := s.Gateway.Find(ctx, account, gateway.Intent(p.Intent))
	if errors.Is(err, gateway.ErrRejected) {
		slog.ErrorContext(ctx, "the gateway does not know a former attempt", "scope", a.scope.String(), "payment", payment)
		return p, none, nil
	}
	if errors.Is(err, gateway.ErrGone) {
		slog.ErrorContext(ctx, "a former attempt cannot be asked for: its account's keys are gone", "scope", a.scope.String(), "payment", payment)
		return p, none, nil
	}
	if err != nil {
		return p, none, fmt.Errorf("late capture %s: %w", payment, err)
	}
	if out.State != gateway.StateSucceeded {
		return p, none, nil
	}
	return p, out, nil
}

// giveBack refunds what a payment has captured late. That it does is written
// first, with the owner, whose lock decides who may use the capture: from then
// on it pays nothing, even if the refund's own record is lost.
func (s *Service) giveBack(ctx context.Context, a *attempt, account gateway.Account, p billing.Payment, out gateway.Outcome) error {
	if !p.Returning {
		p.Returning = true
		if err := s.Store.Commit(ctx, s.commit(a, []any{owner(a.Case), p}, nil)); err != nil {
			return fmt.Errorf("begin to give back %s: %w", p.ID, err)
		}
		a.Case, p = advanced(a.Case), record.Next(p)
	}
	switch err := s.refund(ctx, a, account, out, p.ID); {
	case errors.Is(err, errOwing):
		return s.owe(ctx, a, p, out)
	case err != nil:
		return err
	}
	now := a.state.Clock.Now(s.Wall())
	back, refund, entry := p.GiveBack(refundID(p.ID), out.Charge, out.Amount, now)
	events := []billing.Event{{Type: billing.EventRefundSucceeded, Object: refund.ID, Reason: billing.ReasonLateCapture}}
	commit := s.commit(a, []any{back, refund, entry}, events)
	commit.Claims = a.claims
	err := s.Store.Commit(ctx, commit)
	if errors.Is(err, record.ErrClaimed) {
		return nil
	}
	return err
}

// refund gives a capture back whole, once however often it is asked for. An
// error means that the money is not known to be on its way.
func (s *Service) refund(ctx context.Context, a *attempt, account gateway.Account, out gateway.Outcome, payment string) error {
	if out.Amount.Nothing() {
		return nil
	}
	made, err := s.Gateway.Refund(ctx, account, out.Intent, LateKey+payment, out.Amount)
	if errors.Is(err, gateway.ErrRejected) {
		made, err = s.returned(ctx, account, out, err)
	}
	if err == nil && made.State == gateway.RefundFailed {
		err = fmt.Errorf("%w: %s", errOwing, made.Problem)
	}
	if err != nil {
		return fmt.Errorf("give back capture %s: %w", payment, err)
	}
	slog.ErrorContext(ctx, "unexpected capture given back", "scope", a.scope.String(), "payment", payment)
	return nil
}

// returned looks whether a capture that the gateway will not give back went
// back already, before it forgot our key. Otherwise the refusal stands: a
// merchant's empty balance, for example, is no refund.
func (s *Service) returned(ctx context.Context, account gateway.Account, out gateway.Outcome, refusal error) (gateway.Refund, error) {
	made, err := s.Gateway.Refunds(ctx, account, out.Intent)
	if err != nil {
		return gateway.Refund{}, err
	}
	left := out.Amount.Minor
	for _, r := range made {
		if r.State != gateway.RefundFailed && r.Amount.Currency == out.Amount.Currency {
			left -= r.Amount.Minor
		}
	}
	if left > 0 {
		return gateway.Refund{}, fmt.Errorf("%w: %w", errOwing, refusal)
	}
	return gateway.Refund{State: gateway.RefundSucceeded}, nil
}

// LateKey begins the key under which a gateway gives a late capture back; the
// payment's id follows.
const LateKey = "late#"

// refundID names the refund of a payment that is given back whole.
func refundID(payment string) string {
	return ids.Refund + strings.TrimPrefix(payment, ids.Payment)
}
