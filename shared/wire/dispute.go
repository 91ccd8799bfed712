package wire

import (
	"strconv"

	"perennial/shared/billing"
	"perennial/shared/merchant"
)

// DisputeBase are the fields that a dispute has everywhere.
type DisputeBase struct {
	DisputeID     string `json:"dispute_id"`
	PaymentID     string `json:"payment_id"`
	BusinessID    string `json:"business_id"`
	Amount        string `json:"amount"` // minor units, as text
	Currency      string `json:"currency"`
	CreatedAt     string `json:"created_at"`
	DisputeStage  string `json:"dispute_stage"`
	DisputeStatus string `json:"dispute_status"`
	IsResolvedRdr *bool  `json:"is_resolved_by_rdr"`
}

// Dispute is a dispute in a payment.
type Dispute struct {
	DisputeBase
	Remarks *string `json:"remarks"`
}

// DisputeItem is one item of GET /disputes.
type DisputeItem struct {
	DisputeBase
	PaymentProvider string `json:"payment_provider"`
}

// DisputeDetail is the object of GET /disputes/{id}.
type DisputeDetail struct {
	DisputeBase
	BrandID         string          `json:"brand_id"`
	Customer        CustomerLimited `json:"customer"`
	PaymentProvider string          `json:"payment_provider"`
	Reason          *string         `json:"reason"`
	Remarks         *string         `json:"remarks"`
}

// ToDispute converts a dispute for the payment that it is about.
func ToDispute(scope merchant.Scope, d billing.Dispute) Dispute {
	return Dispute{DisputeBase: disputeBase(scope, d)}
}

// ToDisputeItem converts a dispute for a list.
func ToDisputeItem(scope merchant.Scope, d billing.Dispute) DisputeItem {
	return DisputeItem{DisputeBase: disputeBase(scope, d), PaymentProvider: provider(d.Gateway)}
}

// ToDisputeDetail converts a dispute with its customer.
func ToDisputeDetail(scope merchant.Scope, d billing.Dispute, c billing.Customer) DisputeDetail {
	return DisputeDetail{
		DisputeBase: disputeBase(scope, d), BrandID: BrandID(scope, d.Brand), Customer: ToCustomerLimited(c),
		PaymentProvider: provider(d.Gateway), Reason: text(d.Reason),
	}
}

func disputeBase(scope merchant.Scope, d billing.Dispute) DisputeBase {
	return DisputeBase{
		DisputeID: d.ID, PaymentID: d.Payment, BusinessID: scope.Business, Amount: strconv.FormatInt(d.Amount.Minor, 10),
		Currency: string(d.Amount.Currency), CreatedAt: d.CreatedAt.String(), DisputeStage: string(d.Stage),
		DisputeStatus: string(d.Status), IsResolvedRdr: &d.ByRule,
	}
}

// With adds the refunds and disputes of a payment, oldest first.
func (p Payment) With(scope merchant.Scope, refunds []billing.Refund, disputes []billing.Dispute) Payment {
	for _, r := range refunds {
		p.Refunds = append(p.Refunds, ToRefundItem(scope, r))
	}
	for _, d := range disputes {
		p.Disputes = append(p.Disputes, ToDispute(scope, d))
	}
	return p
}
