package endpoints

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"time"

	"perennial/shared/calendar"
	"perennial/shared/fault"
	"perennial/shared/hooks"
	"perennial/shared/merchant"
	"perennial/shared/record"
	"perennial/shared/register"
)

// ErrDisabled refuses to send to an endpoint that is switched off.
var ErrDisabled = fault.New(fault.Conflict, "WEBHOOK_DISABLED", "This webhook is disabled. Enable it first.")

// deliveryPrefix starts the public ids of deliveries.
const deliveryPrefix = "dlv_"

// PublicID is a delivery's id for merchants: what it tells of, without scope
// and endpoint, which are known where it is used.
func PublicID(d record.Delivery) string {
	_, subject, _ := strings.Cut(d.Outbox, "/")
	return deliveryPrefix + base64.RawURLEncoding.EncodeToString([]byte(subject))
}

// storedID reads what PublicID wrote.
func storedID(scope merchant.Scope, endpoint, public string) (string, error) {
	subject, err := base64.RawURLEncoding.DecodeString(strings.TrimPrefix(public, deliveryPrefix))
	if err != nil || !strings.HasPrefix(public, deliveryPrefix) {
		return "", record.ErrNotFound
	}
	key := scope.String() + "/" + string(subject)
	if _, err := record.ParseAddress(key); err != nil {
		return "", record.ErrNotFound
	}
	return hooks.DeliveryID(key, endpoint), nil
}

// Deliveries reads a page of an endpoint's log, newest first; with a state
// only those in it.
func (s *Service) Deliveries(ctx context.Context, scope merchant.Scope, endpoint string, state record.DeliveryState, q record.Query) ([]record.Delivery, error) {
	if _, err := s.Get(ctx, scope, endpoint); err != nil {
		return nil, err
	}
	q.Kind, q.Filters = record.KindDelivery, map[string]string{"webhook_id": endpoint}
	if state != "" {
		q.Filters["status"] = string(state)
	}
	return register.List[record.Delivery](ctx, s.Store, scope, q, nil)
}

// Delivery reads one delivery with what was or would be sent.
func (s *Service) Delivery(ctx context.Context, scope merchant.Scope, endpoint, id string) (record.Delivery, record.Outbox, error) {
	var o record.Outbox
	d, err := s.delivery(ctx, scope, endpoint, id)
	if err == nil {
		o, err = s.Store.OutboxByKey(ctx, d.Outbox)
	}
	if err != nil {
		return d, o, fmt.Errorf("delivery %s of %s: %w", id, endpoint, err)
	}
	return d, o, nil
}

func (s *Service) delivery(ctx context.Context, scope merchant.Scope, endpoint, id string) (record.Delivery, error) {
	stored, err := storedID(scope, endpoint, id)
	if err != nil {
		return record.Delivery{}, err
	}
	return record.Get[record.Delivery](ctx, s.Store, scope, stored)
}

// Resend has a delivery sent again at once, under the same webhook ids. One
// that is still being tried is tried now.
func (s *Service) Resend(ctx context.Context, scope merchant.Scope, actor record.Actor, endpoint, id string) (record.Delivery, error) {
	e, err := s.Get(ctx, scope, endpoint)
	if err != nil {
		return record.Delivery{}, err
	}
	if e.Disabled {
		return record.Delivery{}, ErrDisabled
	}
	for range tries {
		var d record.Delivery
		if d, err = s.delivery(ctx, scope, endpoint, id); err != nil {
			return d, fmt.Errorf("resend %s: %w", id, err)
		}
		d = d.Again(s.Wall())
		err = s.Store.Commit(ctx, record.Commit{Scope: scope, Actor: actor, Cause: "resend webhook", Put: []any{d}})
		if err == nil {
			return record.Next(d), s.queue(ctx, scope, record.RefOf[record.Delivery](d.ID))
		}
		if !errors.Is(err, record.ErrStale) {
			break
		}
	}
	return record.Delivery{}, fmt.Errorf("resend %s: %w", id, err)
}

// queue hands work over now; were the message lost, the sweeper would.
func (s *Service) queue(ctx context.Context, scope merchant.Scope, ref record.Ref) error {
	body, err := record.EncodeDue(record.DueItem{Scope: scope, Ref: ref, Due: calendar.At(s.Wall())})
	if err != nil {
		return err
	}
	return s.Queue.Send(ctx, string(body))
}

// Faults of replays.
var (
	ErrReplaying = fault.New(fault.Conflict, "REPLAY_IN_PROGRESS", "A replay of this webhook is under way.")
	errWindow    = fault.New(fault.Invalid, "INVALID_REQUEST_PARAMETERS", "since: must lie within the last 90 days and before until.")
)

// Wish is what a merchant wants to have replayed.
type Wish struct {
	Since      time.Time
	Until      time.Time // zero is now
	FailedOnly bool
}

// Replay begins to send an endpoint again what happened in a time.
func (s *Service) Replay(ctx context.Context, scope merchant.Scope, actor record.Actor, endpoint string, w Wish) (record.Replay, error) {
	var none record.Replay
	now := s.Wall()
	if w.Until.IsZero() || w.Until.After(now) {
		w.Until = now
	}
	e, err := s.Get(ctx, scope, endpoint)
	if err != nil {
		return none, err
	}
	if w.Since.Before(now.Add(-record.OutboxLife)) || !w.Since.Before(w.Until) {
		return none, errWindow
	}
	if e.Disabled {
		return none, ErrDisabled
	}
	old, err := s.LastReplay(ctx, scope, endpoint)
	if err != nil {
		return none, err
	}
	if !old.Next.IsZero() {
		return none, ErrReplaying
	}
	r := record.Replay{
		ID: endpoint, Version: old.Version, From: w.Since, Until: w.Until, FailedOnly: w.FailedOnly,
		Cursor: w.Since, Next: now, StartedAt: now,
	}
	err = s.Store.Commit(ctx, record.Commit{Scope: scope, Actor: actor, Cause: "replay webhook", Put: []any{r}})
	if errors.Is(err, record.ErrStale) {
		return none, ErrReplaying
	}
	if err != nil {
		return none, fmt.Errorf("replay %s: %w", endpoint, err)
	}
	return record.Next(r), s.queue(ctx, scope, record.RefOf[record.Replay](r.ID))
}

// LastReplay reads an endpoint's latest replay; zero when there was none.
func (s *Service) LastReplay(ctx context.Context, scope merchant.Scope, endpoint string) (record.Replay, error) {
	found, err := s.Store.Load(ctx, scope, record.RefOf[record.Replay](endpoint))
	if err != nil {
		return record.Replay{}, fmt.Errorf("replay of %s: %w", endpoint, err)
	}
	r, _ := found[0].(record.Replay) // absent: there was none
	return r, nil
}
