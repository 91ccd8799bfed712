package charging

import (
	"context"
	"fmt"

	"perennial/shared/billing"
	"perennial/shared/calendar"
	"perennial/shared/merchant"
	"perennial/shared/record"
)

// Forgone adds to the end of a subscription that never began what it gives up:
// the payment that was promised when it was made, and its redemptions. Whoever
// ends one that may be pending asks here; any other change is left as it is.
func Forgone(ctx context.Context, l record.Loader, scope merchant.Scope, before billing.Subscription, ch billing.Change, at calendar.Instant) (billing.Change, error) {
	if before.Status != billing.StatusPending || !ch.Subscription.Status.Ended() {
		return ch, nil
	}
	counts, err := Counted(ctx, l, scope, before.Discounts, before.Customer)
	if err != nil {
		return ch, err
	}
	ch = ch.GiveBack(counts)
	if before.FirstPayment == "" {
		return ch, nil
	}
	p, err := record.Get[billing.Payment](ctx, l, scope, before.FirstPayment)
	if err != nil {
		return ch, fmt.Errorf("first payment of %s: %w", before.ID, err)
	}
	return ch.Forgo(p, at), nil
}
