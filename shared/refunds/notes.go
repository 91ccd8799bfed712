package refunds

import (
	"context"
	"log/slog"
	"time"

	"perennial/shared/billing"
	"perennial/shared/record"
)

// noted adds the credit notes of a refund that succeeded. The money has moved
// already: where a note cannot be made, the refund is settled without, and
// the operators are told.
func (s *Service) noted(ctx context.Context, f file, ch billing.RefundChange) billing.RefundChange {
	if ch.Refund.Status != billing.RefundSucceeded || ch.Refund.Late() || f.customer.ID == "" {
		return ch
	}
	invoices, customer, err := s.particulars(ctx, f.scope, f.payment)
	zone, zoneErr := time.LoadLocation(f.state.Business.Zone)
	if err == nil {
		err = zoneErr
	}
	if err == nil {
		var with billing.RefundChange
		if with, err = ch.Noted(invoices, s.names(len(invoices)), billing.IssuerOf(f.state, zone), customer); err == nil {
			return with
		}
	}
	slog.ErrorContext(ctx, "a refund has no credit note", "scope", f.scope.String(), "refund", ch.Refund.ID, "error", err)
	return ch
}

// objects lists what settling a refund writes.
func objects(ch billing.RefundChange) []any {
	put := record.With([]any{ch.Payment, ch.Refund}, ch.Entry)
	put = record.WithAll(put, ch.Invoices)
	put = record.With(put, ch.Customer)
	put = record.With(put, ch.Subscription)
	return record.WithAll(put, ch.Tickets)
}
