package assembly

import (
	"context"
	"log/slog"

	"perennial/shared/charging"
	"perennial/shared/merchant"
	"perennial/shared/record"
)

// Perform does one due item, whoever's work its kind is.
func (t *Till) Perform(ctx context.Context, item record.DueItem) error {
	switch item.Ref.Kind {
	case record.KindRefund:
		return t.Refunds.Perform(ctx, item)
	case record.KindDispute:
		return t.Disputes.Perform(ctx, item)
	case record.KindConnection:
		return t.Notices.Perform(ctx, item)
	default:
		return t.Life.Perform(ctx, item)
	}
}

// Hear acts on a gateway's notice. What an account tells of another mode or
// business is not believed: metadata is written by whoever owns the account.
func (t *Till) Hear(ctx context.Context, n charging.Notice) error {
	scope, ok := merchant.GatewayScope(n.Account.ID)
	if tag := tagOf(n); !ok || tag != "" && !within(scope, tag) {
		slog.WarnContext(ctx, "gateway event about somebody else's payment", "account", n.Account.ID, "event", n.Event)
		return nil
	}
	switch {
	case n.Updated != nil:
		return t.Updates.Update(ctx, n.Account, *n.Updated)
	case n.Dispute != nil:
		return t.Disputes.Hear(ctx, n)
	case n.Refund != "":
		return t.Refunds.Hear(ctx, scope, n.Refund)
	}
	return t.Charging.Hear(ctx, n)
}

// tagOf is whose payment a notice is about, empty when it names none.
func tagOf(n charging.Notice) string {
	if n.Dispute != nil {
		return n.Dispute.Payment
	}
	return n.Outcome.Payment
}

func within(scope merchant.Scope, tag string) bool {
	whose, _, _, ok := charging.ParseTag(tag)
	return !ok || whose == scope // what is no tag of ours is passed over by who hears it
}
