package charging

import (
	"context"
	"fmt"

	"perennial/shared/billing"
	"perennial/shared/fault"
	"perennial/shared/merchant"
	"perennial/shared/record"
)

// ErrBarred refuses to charge a card about which a dispute is open (rules 11).
var ErrBarred = fault.New(fault.Conflict, "CARD_DISPUTED", "This card cannot be used while its bank decides about a dispute. Please use another payment method.")

// Barred refuses a method whose card may not be charged. A renewal's first
// charge need not ask: the dispute withholds it at its subscription.
func Barred(ctx context.Context, l record.Loader, scope merchant.Scope, m billing.Method) error {
	if m.Fingerprint == "" {
		return nil
	}
	found, err := l.Load(ctx, scope, record.RefOf[billing.Bar](billing.BarID(m.Gateway, m.Account, m.Fingerprint)))
	if err != nil {
		return fmt.Errorf("bar of %s: %w", m.ID, err)
	}
	if bar, ok := found[0].(billing.Bar); ok && len(bar.Disputes) > 0 {
		return ErrBarred
	}
	return nil
}
