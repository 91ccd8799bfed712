package wire

import (
	"perennial/shared/billing"
	"perennial/shared/merchant"
)

// Customer is the object of GET /customers/{id}.
type Customer struct {
	CustomerID       string         `json:"customer_id"`
	BusinessID       string         `json:"business_id"`
	Email            string         `json:"email"`
	Name             string         `json:"name"`
	PhoneNumber      *string        `json:"phone_number"`
	Metadata         map[string]any `json:"metadata"`
	CreatedAt        string         `json:"created_at"`
	Language         *string        `json:"language" doc:"Language that mails and pages are written in; ours, not Dodo's."`
	BlockedAt        *string        `json:"blocked_at"`
	BlocklistEntryID *string        `json:"blocklist_entry_id"`
}

// CustomerLimited is the customer inside other objects (Dodo's
// CustomerLimitedDetails).
type CustomerLimited struct {
	CustomerID  string         `json:"customer_id"`
	Email       string         `json:"email"`
	Name        string         `json:"name"`
	PhoneNumber *string        `json:"phone_number"`
	Metadata    map[string]any `json:"metadata"`
}

// Address is Dodo's BillingAddress; only the country is always known.
type Address struct {
	Country string  `json:"country"` // ISO 3166 alpha-2
	City    *string `json:"city"`
	State   *string `json:"state"`
	Street  *string `json:"street"`
	Zipcode *string `json:"zipcode"`
}

// Card is what may be shown of a saved card; every field may be null.
type Card struct {
	CardHolderName     *string `json:"card_holder_name"`
	CardIssuingCountry *string `json:"card_issuing_country"`
	CardNetwork        *string `json:"card_network"`
	CardType           *string `json:"card_type"`
	ExpiryMonth        *string `json:"expiry_month"` // two digits
	ExpiryYear         *string `json:"expiry_year"`  // four digits
	Last4Digits        *string `json:"last4_digits"`
}

// PaymentMethod is one item of GET /customers/{id}/payment-methods.
type PaymentMethod struct {
	PaymentMethodID   string  `json:"payment_method_id"`
	PaymentMethod     string  `json:"payment_method"`
	PaymentMethodType *string `json:"payment_method_type"`
	Card              *Card   `json:"card"`
	LastUsedAt        *string `json:"last_used_at"`
	RecurringEnabled  *bool   `json:"recurring_enabled"`
}

// ToCustomer converts a customer of a scope.
func ToCustomer(scope merchant.Scope, c billing.Customer) Customer {
	return Customer{
		CustomerID: c.ID, BusinessID: scope.Business, Email: c.Email, Name: c.Name,
		PhoneNumber: text(c.Phone), Language: text(c.Language), Metadata: metadata(c.Metadata), CreatedAt: c.CreatedAt.String(),
	}
}

// ToCustomerLimited converts the customer that another object embeds.
func ToCustomerLimited(c billing.Customer) CustomerLimited {
	return CustomerLimited{
		CustomerID: c.ID, Email: c.Email, Name: c.Name,
		PhoneNumber: text(c.Phone), Metadata: metadata(c.Metadata),
	}
}

// ToAddress converts a billing address.
func ToAddress(a billing.Address) Address {
	return Address{Country: a.Country, City: text(a.City), State: text(a.State), Street: text(a.Street), Zipcode: text(a.Zip)}
}

// ToPaymentMethod converts a saved card. Renewals may always charge it, so
// recurring_enabled is true.
func ToPaymentMethod(m billing.Method) PaymentMethod {
	recurring := true
	return PaymentMethod{
		PaymentMethodID: m.ID, PaymentMethod: kindOf(m), PaymentMethodType: subtype(m), LastUsedAt: instant(m.UsedAt), RecurringEnabled: &recurring,
		Card: &Card{
			CardIssuingCountry: text(m.Country), CardNetwork: text(m.Brand), Last4Digits: text(m.Last4),
			ExpiryMonth: digits("%02d", m.ExpMonth), ExpiryYear: digits("%04d", m.ExpYear),
		},
	}
}
