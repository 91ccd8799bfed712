package merchantapi

import (
	"slices"
	"strings"

	"perennial/shared/billing"
	"perennial/shared/fault"
	"perennial/shared/httpapi"
	"perennial/shared/identity"
	"perennial/shared/lifecycle"
	"perennial/shared/merchant"
	"perennial/shared/record"
	"perennial/shared/subscriptions"
	"perennial/shared/wire"
)

// Buyer is Dodo's union of an existing customer and a new one.
type Buyer struct {
	CustomerID string `json:"customer_id,omitempty"`
	Email      string `json:"email,omitempty" format:"email" maxLength:"254"`
	Name       string `json:"name,omitempty" maxLength:"200"`
	Phone      string `json:"phone_number,omitempty" maxLength:"50"`
	CreateNew  bool   `json:"create_new_customer,omitempty"`
}

// OrderRequest makes a subscription.
type OrderRequest struct {
	ProductID    string           `json:"product_id"`
	Quantity     int64            `json:"quantity" minimum:"1" maximum:"1000000"`
	Customer     Buyer            `json:"customer"`
	Billing      AddressRequest   `json:"billing"`
	PaymentLink  bool             `json:"payment_link,omitempty"`
	ReturnURL    string           `json:"return_url,omitempty" maxLength:"2000"`
	TrialDays    *int             `json:"trial_period_days,omitempty" minimum:"0" maximum:"10000"`
	Metadata     httpapi.Metadata `json:"metadata,omitzero"`
	TaxID        string           `json:"tax_id,omitempty" maxLength:"50"`
	BusinessName string           `json:"customer_business_name,omitempty" maxLength:"250"`
	Currency     string           `json:"billing_currency,omitempty" doc:"Must be the product's."`

	Addons        []any    `json:"addons,omitempty"`
	DiscountCode  string   `json:"discount_code,omitempty"`
	DiscountCodes []string `json:"discount_codes,omitempty"`
	OnDemand      any      `json:"on_demand,omitempty"`
	OneTimeCart   []any    `json:"one_time_product_cart,omitempty"`
	MethodID      string   `json:"payment_method_id,omitempty"`
	Force3DS      bool     `json:"force_3ds,omitempty"`
	MethodTypes   []string `json:"allowed_payment_method_types,omitempty" doc:"Must leave credit or debit cards."`
}

func (r OrderRequest) check() error {
	var check fault.Check
	r.Billing.check(&check, "billing")
	checkReturnURL(&check, r.ReturnURL)
	check.That(r.Customer.CustomerID != "" || r.Customer.Email != "", "customer", "needs a customer_id or an email")
	_, host, _ := strings.Cut(r.Customer.Email, "@")
	check.That(r.Customer.Email == "" || strings.Contains(host, "."), "customer.email", "must be an e-mail address")
	check.That(r.BusinessName == "" || r.TaxID != "", "customer_business_name", "needs a tax_id")
	check.That(r.DiscountCode == "" || len(r.DiscountCodes) == 0, "discount_code", "excludes discount_codes")
	check.That(len(r.DiscountCodes) <= billing.MaxDiscounts, "discount_codes", "must be at most 20")
	return invalid(&check)
}

// codes are the discount codes, the deprecated single one included.
func (r OrderRequest) codes() []string {
	if r.DiscountCode != "" {
		return []string{r.DiscountCode}
	}
	return r.DiscountCodes
}

func (r OrderRequest) unsupported() error {
	var u unsupported
	u.without(len(r.Addons) > 0, "addons")
	u.without(r.OnDemand != nil, "on_demand")
	u.without(len(r.OneTimeCart) > 0, "one_time_product_cart")
	u.without(r.MethodID != "", "payment_method_id")
	u.without(r.Force3DS, "force_3ds")
	u.without(!cards(r.MethodTypes), "allowed_payment_method_types without cards")
	return u.fault()
}

// cards reports that a choice of payment method types leaves cards; none
// leaves everything.
func cards(types []string) bool {
	return len(types) == 0 || slices.Contains(types, "credit") || slices.Contains(types, "debit")
}

// FromAPIOrder converts an order. A customer without a name is called by the
// first part of the address.
func FromAPIOrder(scope merchant.Scope, actor record.Actor, r OrderRequest) subscriptions.Order {
	o := subscriptions.Order{
		Subscribe: lifecycle.Subscribe{
			Scope: scope, Actor: actor, Product: r.ProductID, Customer: r.Customer.CustomerID, Quantity: r.Quantity,
			TrialDays: -1, Billing: FromAPIAddress(r.Billing), TaxID: r.TaxID,
			BusinessName: strings.TrimSpace(r.BusinessName), Metadata: r.Metadata.Values, ReturnURL: r.ReturnURL,
			Codes: r.codes(),
		},
		Currency: r.Currency,
	}
	if r.TrialDays != nil {
		o.TrialDays = *r.TrialDays
	}
	if b := r.Customer; b.CustomerID == "" {
		o.Email, o.Name, o.Phone, o.AlwaysCreate = b.Email, b.Name, b.Phone, b.CreateNew
		if strings.TrimSpace(o.Name) == "" {
			o.Name, _, _ = strings.Cut(b.Email, "@")
		}
	}
	return o
}

// SubscriptionCreated is the answer of POST /subscriptions.
type SubscriptionCreated struct {
	SubscriptionID        string               `json:"subscription_id"`
	PaymentID             string               `json:"payment_id"`
	Customer              wire.CustomerLimited `json:"customer"`
	Metadata              map[string]any       `json:"metadata"`
	Addons                []any                `json:"addons"`
	RecurringPreTaxAmount int64                `json:"recurring_pre_tax_amount"`
	PaymentMethodRequired bool                 `json:"payment_method_required"`
	ClientSecret          *string              `json:"client_secret"`
	PaymentLink           *string              `json:"payment_link"`
	ExpiresOn             *string              `json:"expires_on"`
	DiscountID            *string              `json:"discount_id"`
	DiscountIDs           []string             `json:"discount_ids" nullable:"true"`
	OneTimeProductCart    []any                `json:"one_time_product_cart" nullable:"true"`
	TrialAmount           *int64               `json:"trial_amount"`
}

// ToAPICreated converts a placed order; the page's address is only given to
// those who asked for it.
func ToAPICreated(p lifecycle.Subscribed, url string, link bool) SubscriptionCreated {
	out := SubscriptionCreated{
		SubscriptionID: p.Subscription.ID, PaymentID: p.Payment.ID, Customer: wire.ToCustomerLimited(p.Customer),
		Metadata: p.Subscription.Metadata, Addons: []any{}, RecurringPreTaxAmount: recurring(p.Subscription),
		PaymentMethodRequired: true, ClientSecret: &p.Checkout.ID,
	}
	if out.Metadata == nil {
		out.Metadata = map[string]any{}
	}
	for _, a := range p.Subscription.Discounts {
		out.DiscountIDs = append(out.DiscountIDs, a.ID)
	}
	if len(out.DiscountIDs) > 0 {
		out.DiscountID = &out.DiscountIDs[0]
	}
	if link {
		expires := wire.Wall(p.Checkout.ExpiresAt)
		out.PaymentLink, out.ExpiresOn = &url, &expires
	}
	return out
}

// pageURL is the address of a hosted page.
func (s *server) pageURL(scope merchant.Scope, page record.Checkout) string {
	return identity.CheckoutURL(s.CheckoutURL, scope, page.ID)
}

// recurring is what all units cost per interval, in minor units.
func recurring(s billing.Subscription) int64 {
	total, _ := s.Plan().Recurring() // invoiced before, so it fits
	return total.Minor
}
