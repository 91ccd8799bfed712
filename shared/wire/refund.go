package wire

import (
	"perennial/shared/billing"
	"perennial/shared/merchant"
)

// RefundItem is one item of GET /refunds, and of a payment's refunds.
type RefundItem struct {
	RefundID   string  `json:"refund_id"`
	PaymentID  string  `json:"payment_id"`
	BusinessID string  `json:"business_id"`
	CreatedAt  string  `json:"created_at"`
	IsPartial  bool    `json:"is_partial"`
	Status     string  `json:"status"`
	Amount     *int64  `json:"amount"` // minor units, with tax
	Currency   *string `json:"currency"`
	Reason     *string `json:"reason"`
}

// Refund is the object of GET /refunds/{id}.
type Refund struct {
	RefundItem
	BrandID  string          `json:"brand_id"`
	Customer CustomerLimited `json:"customer"`
	Metadata map[string]any  `json:"metadata"`
}

// ToRefund converts a refund of a scope with its customer.
func ToRefund(scope merchant.Scope, r billing.Refund, c billing.Customer) Refund {
	return Refund{
		RefundItem: ToRefundItem(scope, r), BrandID: BrandID(scope, r.Brand), Customer: ToCustomerLimited(c), Metadata: metadata(r.Metadata),
	}
}

// ToRefundItem converts a refund for a list.
func ToRefundItem(scope merchant.Scope, r billing.Refund) RefundItem {
	reason := r.Reason
	if reason == "" {
		reason = r.Cause
	}
	return RefundItem{
		RefundID: r.ID, PaymentID: r.Payment, BusinessID: scope.Business, CreatedAt: r.CreatedAt.String(), IsPartial: r.Partial,
		Status: string(r.Status), Amount: &r.Amount.Minor, Currency: text(r.Amount.Currency), Reason: text(reason),
	}
}
