// Package disputes follows what customers complain about to their banks. A
// gateway's webhook is only a hint: the gateway is asked for the dispute
// itself, so that order, repetition and losses do not matter; and open
// disputes are asked for daily.
//
// One commit writes the dispute, its payment, the journal, the bar of the card
// and the subscriptions that are withheld, released or ended.
package disputes

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"perennial/shared/billing"
	"perennial/shared/charging"
	"perennial/shared/clock"
	"perennial/shared/gateway"
	"perennial/shared/ids"
	"perennial/shared/merchant"
	"perennial/shared/record"
)

// Store is what disputes need of storage.
type Store interface {
	record.Loader
	record.Committer
	record.Owned
	State(ctx context.Context, scope merchant.Scope) (merchant.State, error)
}

// Service follows disputes.
type Service struct {
	Store   Store
	Gateway gateway.Disputer
	Wall    clock.Wall

	Rehearser gateway.Rehearser
}

// every is how often an open dispute is asked for, besides its webhooks.
const every = 24 * time.Hour

// tries is how often a decision is made anew when somebody was faster.
const tries = 8

// Hear acts on a gateway's notice about a dispute.
func (s *Service) Hear(ctx context.Context, n charging.Notice) error {
	if n.Dispute == nil {
		return nil
	}
	scope, _, payment, ok := charging.ParseTag(n.Dispute.Payment)
	if !ok {
		slog.WarnContext(ctx, "dispute of a payment that is not ours", "event", n.Event, "dispute", n.Dispute.Ref)
		return nil
	}
	actor := record.Actor{Kind: record.ByGateway, ID: n.Account.Gateway}
	c := &matter{scope: scope, actor: actor, cause: "gateway event", account: n.Account, ref: n.Dispute.Ref, payment: payment}
	return s.follow(ctx, c)
}

// Perform asks the gateway about an open dispute.
func (s *Service) Perform(ctx context.Context, item record.DueItem) error {
	d, err := record.Get[billing.Dispute](ctx, s.Store, item.Scope, item.Ref.ID)
	if err != nil {
		return fmt.Errorf("dispute %s: %w", item.Ref.ID, err)
	}
	if d.Next.IsZero() || s.Wall().Before(d.Next) {
		return nil
	}
	return s.follow(ctx, &matter{
		scope: item.Scope, actor: record.System, cause: "look at dispute", payment: d.Payment, ref: d.Reference,
		account: gateway.Account{Gateway: d.Gateway, ID: d.Account},
	})
}

// follow asks for the dispute and takes what the gateway says. It asks after
// it has loaded, and anew when somebody was faster: an answer that is older
// than what is known is never written, so that it does not matter in which
// order notices come.
func (s *Service) follow(ctx context.Context, m *matter) error {
	var err error
	for range tries {
		if err = s.look(ctx, m); !errors.Is(err, record.ErrStale) {
			break
		}
	}
	if err != nil {
		return fmt.Errorf("dispute %s: %w", m.ref, err)
	}
	return nil
}

// look loads, asks and takes once.
func (s *Service) look(ctx context.Context, m *matter) error {
	if err := s.load(ctx, m); err != nil {
		return err
	}
	told, err := s.Gateway.Dispute(ctx, m.account, m.ref)
	if err != nil {
		return err
	}
	if _, _, payment, ok := charging.ParseTag(told.Payment); !ok || payment != m.payment {
		return fmt.Errorf("it is about %q, not about payment %s", told.Payment, m.payment)
	}
	return s.take(ctx, m, told)
}

// ID names a dispute by what the gateway calls it, so that two webhooks that
// come at once make one.
func ID(account gateway.Account, ref string) string {
	sum := sha256.Sum256([]byte(account.Gateway + "|" + account.ID + "|" + ref))
	return ids.Dispute + hex.EncodeToString(sum[:])[:21]
}
