package merchantapi

import (
	"context"
	"slices"

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
	DisputeStatus  string `query:"dispute_status" enum:"dispute_opened,dispute_expired,dispute_accepted,dispute_cancelled,dispute_challenged,dispute_won,dispute_lost" doc:"Payments whose latest dispute is in this state."`
	RefundStatus   string `query:"refund_status" enum:"partial,full"`
	Status         string `query:"status" enum:"succeeded,failed,cancelled,processing,requires_customer_action,requires_merchant_action,requires_payment_method,requires_confirmation,requires_capture,partially_captured,partially_captured_and_capturable"`
}

func (s *server) listPayments(ctx context.Context, c httpapi.Caller, in listPayments) (httpapi.Page[wire.PaymentItem], error) {
	q := filters(in.query(record.KindPayment, in.Paging), map[string]string{
		"status": in.Status, "customer_id": in.CustomerID, "subscription_id": in.SubscriptionID,
	})
	found, err := s.Register.Payments(ctx, scopeOf(c), q, in.keep(c))
	return page(found, err, func(r register.Row[billing.Payment]) wire.PaymentItem {
		item := wire.ToPaymentItem(scopeOf(c), r.Object, r.Customer)
		item.PaymentBase = item.WithInvoice(scopeOf(c), s.Documents)
		return item
	})
}

// keep tells what the store's filters do not; nil when there is nothing.
func (in listPayments) keep(c httpapi.Caller) func(billing.Payment) bool {
	if in.Currency == "" && in.ProductID == "" && in.BrandID == "" && in.DisputeStatus == "" && in.RefundStatus == "" {
		return nil
	}
	return func(p billing.Payment) bool {
		return ofBrand(c, in.BrandID, p.Brand) && (in.Currency == "" || string(p.Amount.Currency) == in.Currency) &&
			(in.ProductID == "" || slices.ContainsFunc(wire.Cart(p), func(u wire.ProductUnit) bool { return u.ProductID == in.ProductID })) &&
			(in.DisputeStatus == "" || string(p.DisputeStatus) == in.DisputeStatus) &&
			(in.RefundStatus == "" || wire.RefundStatus(p) == in.RefundStatus)
	}
}

// PaymentPath names a payment.
type PaymentPath struct {
	PaymentID string `path:"payment_id"`
}

func (s *server) getPayment(ctx context.Context, c httpapi.Caller, in PaymentPath) (wire.Payment, error) {
	found, err := s.Register.Payment(ctx, scopeOf(c), in.PaymentID)
	if err != nil {
		return wire.Payment{}, err
	}
	refunds, disputes, err := s.Register.Backs(ctx, scopeOf(c), found.Object)
	return s.toPayment(scopeOf(c), found).With(scopeOf(c), refunds, disputes), err
}

// toPayment adds the page on which a payment waits to be made, and the address
// of its invoice.
func (s *server) toPayment(scope merchant.Scope, r register.Row[billing.Payment]) wire.Payment {
	p := wire.ToPayment(scope, r.Object, r.Customer)
	p.PaymentBase = p.WithInvoice(scope, s.Documents)
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
	if err != nil {
		return LineItems{}, err
	}
	return ToAPILines(payment, invoices)
}

// ToAPILines converts the lines of the invoices that a payment is for. What
// credits took off is a line of its own, so that the lines add up to the total.
func ToAPILines(p billing.Payment, invoices []billing.Invoice) (LineItems, error) {
	out := LineItems{Currency: string(p.Amount.Currency), Items: []LineItem{}}
	left, err := p.Refundables(invoices)
	if err != nil {
		return out, err
	}
	rest := p.Amount.Minor
	for _, v := range invoices {
		for i, line := range v.Lines {
			item := LineItem{ItemsID: line.Item(), Amount: line.Gross().Minor, Tax: line.Tax.Minor, Name: &line.Description}
			for _, r := range left {
				if r.Invoice == v.ID && r.Line == i {
					item.RefundableAmount = r.Left
				}
			}
			rest -= item.Amount
			out.Items = append(out.Items, item)
		}
	}
	if rest != 0 && len(out.Items) > 0 {
		name := "Credit"
		out.Items = append(out.Items, LineItem{ItemsID: "credit", Amount: rest, Name: &name})
	}
	return out, nil
}
