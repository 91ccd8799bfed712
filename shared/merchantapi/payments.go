package merchantapi

import (
	"context"

	"perennial/shared/billing"
	"perennial/shared/httpapi"
	"perennial/shared/identity"
	"perennial/shared/merchant"
	"perennial/shared/record"
	"perennial/shared/register"
	"perennial/shared/wire"
)

type listPayments struct {
	httpapi.Paging
	Created
	CustomerID     string `query:"customer_id"`
	SubscriptionID string `query:"subscription_id"`
	ProductID      string `query:"product_id"`
	BrandID        string `query:"brand_id"`
	Currency       string `query:"currency"`
	Status         string `query:"status" enum:"succeeded,failed,cancelled,processing,requires_customer_action,requires_merchant_action,requires_payment_method,requires_confirmation,requires_capture,partially_captured,partially_captured_and_capturable"`
}

func (s *server) listPayments(ctx context.Context, c httpapi.Caller, in listPayments) (httpapi.Page[wire.PaymentItem], error) {
	if otherBrand(c, in.BrandID) {
		return httpapi.Items[wire.PaymentItem](nil), nil
	}
	q := filters(in.query(record.KindPayment, in.Paging), map[string]string{
		"status": in.Status, "customer_id": in.CustomerID, "subscription_id": in.SubscriptionID,
	})
	found, err := s.Register.Payments(ctx, scopeOf(c), q, in.keep())
	return page(found, err, func(r register.Row[billing.Payment]) wire.PaymentItem {
		return wire.ToPaymentItem(scopeOf(c), r.Object, r.Customer)
	})
}

// keep tells what the store's filters do not; nil when there is nothing.
func (in listPayments) keep() func(billing.Payment) bool {
	if in.Currency == "" && in.ProductID == "" {
		return nil
	}
	return func(p billing.Payment) bool {
		return (in.Currency == "" || string(p.Amount.Currency) == in.Currency) &&
			(in.ProductID == "" || p.Product == in.ProductID)
	}
}

// PaymentPath names a payment.
type PaymentPath struct {
	PaymentID string `path:"payment_id"`
}

func (s *server) getPayment(ctx context.Context, c httpapi.Caller, in PaymentPath) (wire.Payment, error) {
	found, err := s.Register.Payment(ctx, scopeOf(c), in.PaymentID)
	return s.toPayment(scopeOf(c), found), err
}

// toPayment adds the page on which a payment waits to be made.
func (s *server) toPayment(scope merchant.Scope, r register.Row[billing.Payment]) wire.Payment {
	p := wire.ToPayment(scope, r.Object, r.Customer)
	if r.Object.Checkout != "" && r.Object.Status == billing.PaymentRequiresMethod {
		link := identity.CheckoutURL(s.CheckoutURL, scope, r.Object.Checkout)
		p.PaymentLink = &link
	}
	return p
}

// LineItem is one position of a payment; the amounts add up to its total.
type LineItem struct {
	ItemsID          string  `json:"items_id"`
	Amount           int64   `json:"amount" doc:"Minor units, with tax."`
	RefundableAmount int64   `json:"refundable_amount"`
	Tax              int64   `json:"tax"`
	Name             *string `json:"name"`
	Description      *string `json:"description"`
}

// LineItems are the positions of a payment.
type LineItems struct {
	Currency string     `json:"currency"`
	Items    []LineItem `json:"items"`
}

func (s *server) listLines(ctx context.Context, c httpapi.Caller, in PaymentPath) (LineItems, error) {
	payment, invoices, err := s.Register.Invoices(ctx, scopeOf(c), in.PaymentID)
	return ToAPILines(payment, invoices), err
}

// ToAPILines converts the lines of the invoices that a payment is for.
func ToAPILines(p billing.Payment, invoices []billing.Invoice) LineItems {
	out := LineItems{Currency: string(p.Amount.Currency), Items: []LineItem{}}
	refundable := p.Status == billing.PaymentSucceeded && p.Refunded.Nothing()
	for _, v := range invoices {
		for _, line := range v.Lines {
			item := LineItem{ItemsID: line.Product, Amount: line.Gross().Minor, Tax: line.Tax.Minor, Name: &line.Description}
			if refundable {
				item.RefundableAmount = item.Amount
			}
			out.Items = append(out.Items, item)
		}
	}
	return out
}
