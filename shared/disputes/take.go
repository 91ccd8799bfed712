package disputes

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"perennial/shared/billing"
	"perennial/shared/calendar"
	"perennial/shared/charging"
	"perennial/shared/gateway"
	"perennial/shared/lifecycle"
	"perennial/shared/merchant"
	"perennial/shared/record"
)

// matter is a dispute with everything that news of it touch.
type matter struct {
	scope   merchant.Scope
	actor   record.Actor
	cause   string
	account gateway.Account
	ref     string
	payment string

	state    merchant.State
	now      calendar.Instant
	dispute  billing.Dispute
	paid     billing.Payment
	customer billing.Customer
	bar      billing.Bar
}

// lostReason is Dodo's cancel_reason of a subscription that a lost dispute ends.
const lostReason = "cancelled_by_merchant"

// most is how many subscriptions one dispute withholds.
const most = 60

// The gateway's words in ours.
var (
	stages = map[gateway.DisputeStage]billing.DisputeStage{
		gateway.StageInquiry: billing.StagePreDispute, gateway.StageDispute: billing.StageDispute,
		gateway.StageArbitration: billing.StagePreArbitration,
	}
	statuses = map[gateway.DisputeState]billing.DisputeStatus{
		gateway.DisputeOpened: billing.DisputeOpened, gateway.DisputeChallenged: billing.DisputeChallenged,
		gateway.DisputeExpired: billing.DisputeExpired, gateway.DisputeAccepted: billing.DisputeAccepted,
		gateway.DisputeCancelled: billing.DisputeCancelled, gateway.DisputeWon: billing.DisputeWon,
		gateway.DisputeLost: billing.DisputeLost,
	}
)

// take decides and commits. News that are old only move the next look.
func (s *Service) take(ctx context.Context, m *matter, told gateway.Dispute) error {
	news := billing.DisputeNews{
		Amount: told.Amount, Stage: stages[told.Stage], Status: statuses[told.State], Reason: told.Reason, ByRule: told.ByRule,
		Next: s.Wall().Add(every), At: m.now,
	}
	if news.Stage == "" || news.Status == "" || told.Amount.Currency != m.paid.Amount.Currency || told.Amount.Minor < 0 {
		return fmt.Errorf("the gateway says %s, %s over %v", told.Stage, told.State, told.Amount)
	}
	if m.dispute.Version == 0 {
		m.dispute.OpenedAt = told.OpenedAt
	}
	ch, changed := m.dispute.Hear(news, m.paid)
	if !changed {
		return s.later(ctx, m)
	}
	if over := ch.Dispute.Claimed; over != m.dispute.Claimed && !over.Nothing() {
		slog.ErrorContext(ctx, "a dispute is over more than was paid", "scope", m.scope.String(), "dispute", m.dispute.ID, "payment", m.payment)
	}
	was := m.dispute.Open()
	m.dispute, m.paid = ch.Dispute, ch.Payment
	commit := record.Commit{
		Scope: m.scope, Actor: m.actor, Cause: m.cause, At: m.now, Events: ch.Events,
	}
	if m.customer.ID != "" {
		commit.Attach = []any{m.customer}
	}
	if err := s.effects(ctx, m, was, &commit); err != nil {
		return err
	}
	commit.Put = record.WithAll(append(commit.Put, m.dispute, m.paid), ch.Entries)
	return s.Store.Commit(ctx, commit)
}

// later moves the next look at a dispute of which nothing is new.
func (s *Service) later(ctx context.Context, m *matter) error {
	if m.dispute.Next.IsZero() || s.Wall().Before(m.dispute.Next) {
		return nil
	}
	m.dispute.Next = s.Wall().Add(every)
	return s.Store.Commit(ctx, record.Commit{Scope: m.scope, Actor: m.actor, Cause: m.cause, At: m.now, Put: []any{m.dispute}})
}

// load reads everything that the dispute touches, apart from subscriptions.
func (s *Service) load(ctx context.Context, m *matter) error {
	var err error
	if m.state, err = s.Store.State(ctx, m.scope); err != nil {
		return fmt.Errorf("state of %s: %w", m.scope, err)
	}
	m.now = m.state.Clock.Now(s.Wall())
	if m.paid, err = record.Get[billing.Payment](ctx, s.Store, m.scope, m.payment); err != nil {
		return fmt.Errorf("payment %s: %w", m.payment, err)
	}
	p := m.paid
	if p.Method.Gateway != m.account.Gateway || p.Method.Account != m.account.ID {
		return fmt.Errorf("payment %s was made at another account", p.ID)
	}
	id, bar := ID(m.account, m.ref), billing.BarID(m.account.Gateway, m.account.ID, p.Method.Fingerprint)
	found, err := s.Store.Load(ctx, m.scope,
		record.RefOf[billing.Dispute](id), record.RefOf[billing.Customer](p.Customer), record.RefOf[billing.Bar](bar))
	if err != nil {
		return err
	}
	m.customer, _ = found[1].(billing.Customer) // erased since
	var known bool
	if m.dispute, known = found[0].(billing.Dispute); !known {
		m.dispute = billing.Dispute{
			ID: id, Customer: p.Customer, Subscription: p.Subscription, Payment: p.ID, Brand: p.Brand, Gateway: m.account.Gateway,
			Account: m.account.ID, Reference: m.ref, Card: p.Method.Fingerprint, CreatedAt: m.now,
		}
	}
	if m.bar, known = found[2].(billing.Bar); !known {
		m.bar = billing.Bar{Card: bar}
	}
	return nil
}

// effects adds what the dispute does to the card and to subscriptions: an open
// one withholds, an end releases, a loss ends the disputed one (rules 11).
func (s *Service) effects(ctx context.Context, m *matter, was bool, commit *record.Commit) error {
	open := m.dispute.Open()
	if open && !was {
		return s.withhold(ctx, m, commit)
	}
	if was && !open {
		if m.dispute.Card != "" {
			commit.Put = append(commit.Put, m.bar.Without(m.dispute.ID))
		}
		return s.release(ctx, m, commit)
	}
	if m.dispute.Lost() && !was {
		return s.release(ctx, m, commit)
	}
	return nil
}

// withhold bars the card and stops renewals of the disputed subscription, and
// of all others of the customer that this card pays.
func (s *Service) withhold(ctx context.Context, m *matter, commit *record.Commit) error {
	if m.dispute.Card != "" {
		commit.Put = append(commit.Put, m.bar.With(m.dispute.ID))
	}
	owned, err := s.Store.Owned(ctx, m.scope, m.dispute.Customer, record.KindSubscription)
	if err != nil {
		return err
	}
	wanted := []string{}
	for _, obj := range owned {
		sub, ok := obj.(billing.Subscription)
		paysWithIt := ok && m.dispute.Card != "" && sub.Method.Fingerprint == m.dispute.Card && sub.Method.Gateway == m.dispute.Gateway
		if ok && sub.ID != m.dispute.Subscription && paysWithIt && !sub.Status.Ended() && len(wanted) < most {
			wanted = append(wanted, sub.ID)
		}
	}
	if m.dispute.Subscription != "" {
		wanted = append(wanted, m.dispute.Subscription)
	}
	subs, err := record.Several[billing.Subscription](ctx, s.Store, m.scope, wanted...)
	if err != nil {
		return err
	}
	for _, sub := range subs {
		if sub.Status.Ended() {
			continue
		}
		m.dispute.Withholds = append(m.dispute.Withholds, sub.ID)
		if sub, err = s.discard(ctx, m, sub, commit); err != nil {
			return err
		}
		commit.Put = append(commit.Put, sub.Withhold(m.dispute.ID))
	}
	return nil
}

// discard gives up a plan change that waits for its payment: it was priced
// with money that the bank has taken back (rules 2, 11). One that is being paid
// is left to its attempt.
func (s *Service) discard(ctx context.Context, m *matter, sub billing.Subscription, commit *record.Commit) (billing.Subscription, error) {
	if sub.Change == nil || sub.Change.Former != nil || sub.Lock.Set() {
		return sub, nil
	}
	open, _, err := charging.Unsettled(ctx, s.Store, m.scope, sub)
	if err != nil {
		return sub, err
	}
	change, err := sub.Discard(open, m.now)
	if err == nil {
		change, err = charging.Dropped(ctx, s.Store, m.scope, sub, change)
	}
	if err != nil {
		return sub, err
	}
	commit.Put = record.With(record.WithAll(commit.Put, change.Invoices), change.Payment)
	uncount(commit, change.Counts)
	commit.Events = append(commit.Events, change.Events...)
	return change.Subscription, nil
}

// uncount gives redemptions back, beside what the same commit gives back of
// the same codes for another subscription.
func uncount(commit *record.Commit, uses []billing.DiscountUse) {
	for _, use := range uses {
		i := slices.IndexFunc(commit.Put, func(o any) bool { u, ok := o.(billing.DiscountUse); return ok && u.ID == use.ID })
		if i < 0 {
			commit.Put = append(commit.Put, use)
			continue
		}
		use = commit.Put[i].(billing.DiscountUse)
		use.Used = max(0, use.Used-1)
		commit.Put[i] = use
	}
}

// release lets subscriptions go on, or ends the disputed one.
func (s *Service) release(ctx context.Context, m *matter, commit *record.Commit) error {
	lost := m.dispute.Lost()
	wanted := m.dispute.Withholds
	if lost && len(wanted) == 0 && m.dispute.Subscription != "" {
		wanted = []string{m.dispute.Subscription}
	}
	m.dispute.Withholds = nil // it may be taken up again
	subs, err := record.Several[billing.Subscription](ctx, s.Store, m.scope, wanted...)
	if err != nil {
		return err
	}
	for _, sub := range subs {
		zone, err := time.LoadLocation(sub.Zone)
		if err != nil {
			return err
		}
		disputed := lost && sub.ID == m.dispute.Subscription
		sub = sub.Release(m.dispute.ID, m.now, zone)
		if !disputed || sub.Status.Ended() {
			commit.Put = append(commit.Put, sub)
			continue
		}
		if err := s.end(ctx, m, sub, commit); err != nil {
			return err
		}
	}
	return nil
}

// end cancels the subscription of a lost dispute, whatever it owes.
func (s *Service) end(ctx context.Context, m *matter, sub billing.Subscription, commit *record.Commit) error {
	open, hold, err := charging.Unsettled(ctx, s.Store, m.scope, sub)
	if err != nil {
		return err
	}
	change, err := sub.CancelNow(open, hold, m.now, billing.Cancellation{Reason: lostReason})
	if err == nil && m.customer.ID != "" { // not erased: its papers can be made
		change, err = lifecycle.Withdrawn(m.state, sub, m.customer, change, s.Wall())
	}
	if err == nil {
		change, err = charging.Dropped(ctx, s.Store, m.scope, sub, change)
	}
	if err != nil {
		return err
	}
	if change.Customer != nil {
		m.customer, commit.Attach = *change.Customer, nil
	}
	commit.Put = append(commit.Put, charging.Objects(change)...)
	commit.Events = append(commit.Events, change.Events...)
	return nil
}
