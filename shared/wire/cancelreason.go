package wire

import "perennial/shared/billing"

// CancelReason is one item of GET /subscriptions/cancellation-reasons; ours
// and not Dodo's.
type CancelReason struct {
	SubscriptionID string  `json:"subscription_id"`
	CustomerID     string  `json:"customer_id"`
	ProductID      string  `json:"product_id"`
	Trial          bool    `json:"is_trial" doc:"Said in a free trial."`
	By             *string `json:"cancel_reason"`
	Feedback       *string `json:"cancellation_feedback"`
	Comment        *string `json:"cancellation_comment"`
	CreatedAt      string  `json:"created_at"`
	ErasedAt       string  `json:"erased_at" doc:"When it is erased."`
}

// ToCancelReason converts what was said about a cancellation.
func ToCancelReason(r billing.CancelReason) CancelReason {
	return CancelReason{
		SubscriptionID: r.Subscription, CustomerID: r.Customer, ProductID: r.Product, Trial: r.Trial, By: text(r.By),
		Feedback: text(r.Feedback), Comment: text(r.Comment), CreatedAt: r.At.String(), ErasedAt: r.Until.String(),
	}
}
