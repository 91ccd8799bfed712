package merchantapi

import (
	"context"

	"perennial/shared/httpapi"
	"perennial/shared/record"
	"perennial/shared/wire"
)

const aboutReasons = "What was said about cancellations, newest first, also about those that were taken back. " +
	"It is erased here and in the subscription after `retention.cancellation_reason_days` of the settings."

type listReasons struct {
	httpapi.Paging
	Created
	CustomerID     string `query:"customer_id"`
	SubscriptionID string `query:"subscription_id"`
	Feedback       string `query:"cancellation_feedback" enum:"too_expensive,missing_features,switched_service,unused,customer_service,low_quality,too_complex,other"`
}

func (s *server) listReasons(ctx context.Context, c httpapi.Caller, in listReasons) (httpapi.Page[wire.CancelReason], error) {
	q := filters(in.query(record.KindCancelReason, in.Paging), map[string]string{
		"feedback": in.Feedback, "customer_id": in.CustomerID, "subscription_id": in.SubscriptionID,
	})
	found, err := s.Register.CancelReasons(ctx, scopeOf(c), q)
	return page(found, err, wire.ToCancelReason)
}
