package merchantapi

import (
	"context"

	"perennial/shared/billing"
	"perennial/shared/calendar"
	"perennial/shared/httpapi"
	"perennial/shared/wire"
)

const aboutExtend = "Perennial's own: gives the customer more time, so that the next billing date, of a trial the first payment, is later. " +
	"A date is never moved earlier. Later dates are counted from the new one, and `expires_at` is later by as much."

// ExtendRequest says until when, or by how many days.
type ExtendRequest struct {
	NextBilling httpapi.Time `json:"next_billing_date,omitzero" doc:"Later than it is."`
	Days        int          `json:"days,omitempty" minimum:"1" maximum:"3650" doc:"Instead of a date."`
}

type extendSubscription struct {
	SubscriptionPath
	Body ExtendRequest
}

func (s *server) extendSubscription(ctx context.Context, c httpapi.Caller, in extendSubscription) (wire.Subscription, error) {
	by := billing.Extension{Days: in.Body.Days}
	if !in.Body.NextBilling.IsZero() {
		by.Until = calendar.At(in.Body.NextBilling.Time())
	}
	row, err := s.Subscriptions.Extend(ctx, scopeOf(c), actorOf(c), in.SubscriptionID, by)
	return wire.ToSubscription(scopeOf(c), row.Object, row.Customer), err
}
