package wire

import (
	"strings"

	"perennial/shared/billing"
	"perennial/shared/dunning"
	"perennial/shared/invoices"
	"perennial/shared/merchant"
	"perennial/shared/tax"
)

// provider is who takes a payment in Dodo's enum, which knows stripe, adyen
// and dodo; the last stands for the sandbox gateway.
func provider(gateway string) string {
	if gateway == "stripe" {
		return gateway
	}
	return "dodo"
}

// PaymentBase are the fields that a payment has alone and in a list.
type PaymentBase struct {
	PaymentID                string          `json:"payment_id"`
	BrandID                  string          `json:"brand_id"`
	Status                   *string         `json:"status"`
	SubscriptionID           *string         `json:"subscription_id"`
	SubscriptionIDs          []string        `json:"subscription_ids"`
	IsMultiSubscription      bool            `json:"is_multi_subscription"`
	Customer                 CustomerLimited `json:"customer"`
	Currency                 string          `json:"currency"`
	TotalAmount              int64           `json:"total_amount"` // minor units, with tax
	CreatedAt                string          `json:"created_at"`
	Metadata                 map[string]any  `json:"metadata"`
	DigitalProductsDelivered bool            `json:"digital_products_delivered"`
	PaymentProvider          string          `json:"payment_provider"`
	PaymentMethod            *string         `json:"payment_method"`
	PaymentMethodType        *string         `json:"payment_method_type"`
	CardLastFour             *string         `json:"card_last_four"`
	CardNetwork              *string         `json:"card_network"`
	InvoiceID                *string         `json:"invoice_id"`
	InvoiceURL               *string         `json:"invoice_url"`
	RefundStatus             *string         `json:"refund_status"`
}

// Payment is the object of GET /payments/{id}.
type Payment struct {
	PaymentBase
	BusinessID            string           `json:"business_id"`
	Billing               Address          `json:"billing"`
	SettlementAmount      int64            `json:"settlement_amount"`
	SettlementCurrency    string           `json:"settlement_currency"`
	SettlementTax         *int64           `json:"settlement_tax"`
	Tax                   *int64           `json:"tax"`
	UpdatedAt             *string          `json:"updated_at"`
	Disputes              []Dispute        `json:"disputes"`
	Refunds               []RefundItem     `json:"refunds"`
	RetryAttempt          int              `json:"retry_attempt"`
	IsUpdatePaymentMethod bool             `json:"is_update_payment_method"`
	CheckoutSessionID     *string          `json:"checkout_session_id"`
	ProductCart           []ProductUnit    `json:"product_cart" nullable:"true"`
	PaymentLink           *string          `json:"payment_link"`
	PaymentMethodID       *string          `json:"payment_method_id"`
	CardType              *string          `json:"card_type"`
	CardIssuingCountry    *string          `json:"card_issuing_country"`
	CardHolderName        *string          `json:"card_holder_name"`
	Discounts             []DiscountDetail `json:"discounts" nullable:"true"`
	DiscountID            *string          `json:"discount_id"`
	ErrorCode             *string          `json:"error_code"` // Dodo's SCREAMING_SNAKE decline code
	ErrorMessage          *string          `json:"error_message"`
	CustomFieldResponses  []Answer         `json:"custom_field_responses" nullable:"true"`
	LocationEvidence      *Location        `json:"location_evidence"`
}

// Location is what a payment tells of where its customer is: the proofs that
// the EU asks sellers to keep.
type Location struct {
	BillingCountry *string `json:"billing_country" doc:"It decides the tax."`
	CardCountry    *string `json:"card_country"`
	IPCountry      *string `json:"ip_country"`
	Agreeing       int     `json:"agreeing" doc:"Items that name the billing country; two are enough."`
	Conflict       bool    `json:"conflict" doc:"An item names a place that another state taxes; for you to look at."`
}

// location is null for a payment that was not tried yet.
func location(e tax.Evidence) *Location {
	if e == (tax.Evidence{}) {
		return nil
	}
	f := e.Judge()
	return &Location{text(e.Address), text(e.Card), text(e.IP), f.Agreeing, f.Conflict}
}

// ProductUnit is one position of a product cart.
type ProductUnit struct {
	ProductID string `json:"product_id"`
	Quantity  int64  `json:"quantity"`
}

// Answer is what a customer answered to one of the merchant's questions.
type Answer struct {
	Key   string `json:"key"`
	Value string `json:"value"`
}

func answers(given []billing.Answer) []Answer {
	out := make([]Answer, len(given))
	for i, a := range given {
		out[i] = Answer(a)
	}
	return out
}

// Cart is what a payment is for; nil when it names no product.
func Cart(p billing.Payment) []ProductUnit {
	if len(p.Items) == 0 && p.Product != "" {
		return []ProductUnit{{p.Product, p.Quantity}}
	}
	var cart []ProductUnit
	for _, item := range p.Items {
		cart = append(cart, ProductUnit{item.Product, item.Quantity})
	}
	return cart
}

// PaymentItem is one item of GET /payments.
type PaymentItem struct {
	PaymentBase
	HasLicenseKey bool    `json:"has_license_key"`
	DisputeStatus *string `json:"dispute_status"`
}

// ToPayment converts a payment of a scope with its customer. payment_link is
// null: only the one who serves the checkout page knows its address.
func ToPayment(scope merchant.Scope, p billing.Payment, c billing.Customer) Payment {
	var message *string
	if p.Decline.Code != "" {
		message = text(dunning.Explain(p.Decline))
	}
	first, _ := firstDiscount(p.Discounts)
	return Payment{
		DiscountID:  first,
		PaymentBase: paymentBase(scope, p, c), BusinessID: scope.Business, Billing: ToAddress(p.Billing),
		SettlementAmount: p.Amount.Minor, SettlementCurrency: string(p.Amount.Currency),
		SettlementTax: &p.Tax.Minor, Tax: &p.Tax.Minor, UpdatedAt: instant(p.UpdatedAt),
		Disputes: []Dispute{}, Refunds: []RefundItem{}, RetryAttempt: p.Retry, IsUpdatePaymentMethod: p.UpdatesMethod,
		CheckoutSessionID: text(p.Checkout), ProductCart: Cart(p), PaymentMethodID: text(p.Method.ID),
		CardIssuingCountry: text(p.Method.Country), Discounts: ToDiscounts(scope, p.Discounts), CustomFieldResponses: answers(p.Answers), LocationEvidence: location(p.Evidence),
		ErrorCode: text(strings.ToUpper(p.Decline.Code)), ErrorMessage: message,
	}
}

// ToPaymentItem converts a payment for a list.
func ToPaymentItem(scope merchant.Scope, p billing.Payment, c billing.Customer) PaymentItem {
	return PaymentItem{PaymentBase: paymentBase(scope, p, c), DisputeStatus: text(p.DisputeStatus)}
}

func paymentBase(scope merchant.Scope, p billing.Payment, c billing.Customer) PaymentBase {
	base := PaymentBase{
		PaymentID: p.ID, BrandID: BrandID(scope, p.Brand), Status: text(p.Status), SubscriptionID: text(p.Subscription),
		SubscriptionIDs: []string{}, Customer: ToCustomerLimited(c), Currency: string(p.Amount.Currency),
		TotalAmount: p.Amount.Minor, CreatedAt: p.CreatedAt.String(), Metadata: metadata(p.Metadata),
		PaymentProvider: provider(p.Method.Gateway), CardLastFour: text(p.Method.Last4), CardNetwork: text(p.Method.Brand),
		InvoiceID: text(p.InvoiceNumber), RefundStatus: text(RefundStatus(p)),
	}
	if p.Subscription != "" {
		base.SubscriptionIDs = []string{p.Subscription}
	}
	if !p.Method.IsZero() {
		base.PaymentMethod, base.PaymentMethodType = text(kindOf(p.Method)), subtype(p.Method)
	}
	return base
}

// WithInvoice adds the signed address of a payment's documents, once they
// have a number.
func (b PaymentBase) WithInvoice(scope merchant.Scope, links invoices.Links) PaymentBase {
	if b.InvoiceID != nil && b.Status != nil && *b.Status == string(billing.PaymentSucceeded) {
		b.InvoiceURL = text(links.To(scope, invoices.Payments, b.PaymentID))
	}
	return b
}

// RefundStatus tells how much of a payment went back: nothing, partial or full.
func RefundStatus(p billing.Payment) string {
	switch {
	case p.Refunded.Nothing():
		return ""
	case p.Refunded.Minor < p.Amount.Minor:
		return "partial"
	}
	return "full"
}
