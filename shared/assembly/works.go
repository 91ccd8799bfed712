package assembly

import (
	"context"

	"perennial/shared/charging"
	"perennial/shared/record"
)

// Perform does one due item, whoever's work its kind is.
func (t *Till) Perform(ctx context.Context, item record.DueItem) error {
	switch item.Ref.Kind {
	case record.KindRefund:
		return t.Refunds.Perform(ctx, item)
	case record.KindDispute:
		return t.Disputes.Perform(ctx, item)
	default:
		return t.Life.Perform(ctx, item)
	}
}

// Hear acts on a gateway's notice.
func (t *Till) Hear(ctx context.Context, n charging.Notice) error {
	if n.Dispute != nil {
		return t.Disputes.Hear(ctx, n)
	}
	return t.Charging.Hear(ctx, n)
}
