// Package notices reads what connected accounts told and nobody took: webhooks
// are lost when an endpoint is switched off, signed with another secret, or
// fails for longer than the gateway tries. Each account's archive is read at a
// steady, small rate from where it was left, and every entry goes the way of
// its webhook, which takes it once however often it comes. It decides nothing
// about what was told.
//
// Where a reading stands is part of the account's connection, and waits in the
// due index like other work: nothing is looked for that is not due. The mark
// moves after what is before it was taken, so that a crash repeats and never
// skips.
package notices

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"perennial/shared/billing"
	"perennial/shared/charging"
	"perennial/shared/clock"
	"perennial/shared/gateway"
	"perennial/shared/merchant"
	"perennial/shared/record"
)

const (
	// settling is how young the youngest entry is that is read: younger ones
	// are on their way as webhooks, and the archive's order may still change.
	settling = 10 * time.Minute
	// pages of an archive and asked entries are the most of one run, which
	// shares its function with others.
	pages = 10
	asked = 50
	// longest is when a run leaves the rest to the next.
	longest = 10 * time.Second
	// tries is how often a result is written anew when the connection was
	// just changed.
	tries = 5
)

// Store is what reading needs of storage.
type Store interface {
	record.Loader
	record.Committer
}

// Listener acts on a gateway's word, as on a webhook.
type Listener interface {
	Hear(ctx context.Context, n charging.Notice) error
}

// Service reads archives.
type Service struct {
	Store    Store
	Archives map[string]gateway.Archive // by gateway; one without has nothing to be read
	Listener Listener
	Wall     clock.Wall
}

// Perform reads the archive of an account that is due. A gateway that does not
// answer, or refuses the key, is asked again later and is no error here.
func (s *Service) Perform(ctx context.Context, item record.DueItem) error {
	r := &run{Service: s, scope: item.Scope, started: s.Wall()}
	c, ok, err := r.open(ctx, item.Ref.ID)
	if err != nil || c.Reading.Next.IsZero() || r.started.Before(c.Reading.Next) {
		return err
	}
	if !ok {
		return r.write(ctx, c.Unwatch())
	}
	due := c.Reading.Next
	reading, more, failed := r.read(ctx, c.Reading.Begun(r.started))
	if failed != nil {
		slog.WarnContext(ctx, "archive not read", "account", item.Ref.ID, "error", failed.Error())
	}
	for range tries {
		if failed != nil {
			c = c.Unread(reading, r.started)
		} else {
			c = c.Read(reading, more, r.started)
		}
		err = r.write(ctx, c)
		if !errors.Is(err, record.ErrStale) {
			break
		}
		if c, ok, err = r.open(ctx, item.Ref.ID); err != nil || !ok || !c.Reading.Next.Equal(due) {
			return err // forgotten, or read by somebody else meanwhile
		}
	}
	return err
}

// run is one reading of one account.
type run struct {
	*Service
	scope   merchant.Scope
	account gateway.Account
	archive gateway.Archive
	started time.Time
	asked   int
}

// write keeps where a reading stands.
func (r *run) write(ctx context.Context, c merchant.Connection) error {
	err := r.Store.Commit(ctx, record.Commit{Scope: r.scope, Actor: record.System, Cause: "archive read", Put: []any{c}})
	if err != nil {
		return fmt.Errorf("reading of %s: %w", c.ID, err)
	}
	return nil
}

// open loads a connection and finds its archive.
func (r *run) open(ctx context.Context, id string) (merchant.Connection, bool, error) {
	found, err := r.Store.Load(ctx, r.scope, record.RefOf[merchant.State](r.scope.String()), record.RefOf[merchant.Connection](id))
	if err != nil {
		return merchant.Connection{}, false, fmt.Errorf("connection %s: %w", id, err)
	}
	state, _ := found[0].(merchant.State)
	c, ok := found[1].(merchant.Connection)
	g, known := state.GatewayOf(id)
	r.account = gateway.Account{Gateway: g.Name, ID: id}
	r.archive = r.Archives[g.Name]
	return c, ok && known && r.archive != nil && g.Status != merchant.GatewayForgotten, nil
}

// read goes on from a mark until nothing is left or it was at it for long
// enough. What could not be taken before is tried once the archive answers.
// Its error is that of the archive.
func (r *run) read(ctx context.Context, at merchant.Reading) (merchant.Reading, bool, error) {
	until := r.started.Add(-settling)
	for page := range pages {
		told, next, more, err := r.archive.Told(ctx, r.account, gateway.Mark{At: at.From, Event: at.After}, until)
		if err != nil {
			return at, false, err
		}
		if page == 0 {
			at = r.again(ctx, at)
		}
		var all bool
		if at, all, err = r.page(ctx, at, told); err != nil || !all {
			return at, true, err
		}
		at.From, at.After = next.At, next.Event
		if !more {
			return at, false, nil
		}
	}
	return at, true, nil
}

// page takes what an archive told; all is false when it left some of it.
func (r *run) page(ctx context.Context, at merchant.Reading, told []gateway.Told) (after merchant.Reading, all bool, err error) {
	settled, err := r.settled(ctx, told)
	if err != nil {
		return at, false, err
	}
	for _, t := range told {
		if r.asked >= asked || r.Wall().Sub(r.started) > longest {
			return at, false, nil
		}
		if !settled[t.Paid] {
			if at, err = r.take(ctx, at, t); err != nil {
				return at, false, err
			}
		}
		at.From, at.After = t.At, t.ID
	}
	return at, true, nil
}

// again tries what could not be taken before. What was tried for days is
// given up, as the gateway gives up a webhook.
func (r *run) again(ctx context.Context, at merchant.Reading) merchant.Reading {
	for _, u := range at.Undone {
		t, err := r.archive.Again(ctx, r.account, u.Event)
		if err == nil {
			err = r.hear(ctx, t)
		}
		if err == nil {
			at = at.Done(u.Event)
			continue
		}
		if u.Over(r.started) {
			slog.ErrorContext(ctx, "gateway event given up", "account", r.account.ID, "event", u.Event, "error", err.Error())
			at = at.Done(u.Event)
		}
	}
	return at
}

// take hears one entry. One that cannot be taken is tried again in later runs
// and holds up nobody, until there are too many of them.
func (r *run) take(ctx context.Context, at merchant.Reading, t gateway.Told) (merchant.Reading, error) {
	err := r.hear(ctx, t)
	if err == nil {
		return at, nil
	}
	slog.WarnContext(ctx, "gateway event of the archive not applied", "account", r.account.ID, "event", t.ID, "error", err.Error())
	at, passed := at.Fail(t.ID, r.started)
	if !passed {
		return at, fmt.Errorf("too many events cannot be applied: %w", err)
	}
	return at, nil
}

// hear gives an entry to whom its webhook would have gone.
func (r *run) hear(ctx context.Context, t gateway.Told) error {
	r.asked++
	event, ours, err := r.archive.Recall(ctx, r.account, t)
	if err != nil || !ours {
		return err
	}
	return r.Listener.Hear(ctx, charging.NoticeOf(r.account, event))
}

// settled are the tags of captures that need no asking: those that we know,
// and the many of a busy account that are not of this mode and business.
func (r *run) settled(ctx context.Context, told []gateway.Told) (map[string]bool, error) {
	tags := map[string]string{} // by payment
	done := map[string]bool{}
	var refs []record.Ref
	for _, t := range told {
		scope, _, payment, ok := charging.ParseTag(t.Paid)
		switch {
		case t.Paid == "":
		case !ok || scope != r.scope:
			done[t.Paid] = true
		case tags[payment] == "":
			tags[payment] = t.Paid
			refs = append(refs, record.RefOf[billing.Payment](payment))
		}
	}
	if len(refs) == 0 {
		return done, nil
	}
	found, err := r.Store.Load(ctx, r.scope, refs...)
	if err != nil {
		return nil, fmt.Errorf("payments of %s: %w", r.account.ID, err)
	}
	for _, obj := range found {
		if p, ok := obj.(billing.Payment); ok && p.Status == billing.PaymentSucceeded {
			done[tags[p.ID]] = true
		}
	}
	return done, nil
}
