package merchantapi

import (
	"fmt"
	"slices"

	"perennial/shared/billing"
	"perennial/shared/fault"
	"perennial/shared/httpapi"
	"perennial/shared/identity"
	"perennial/shared/merchant"
	"perennial/shared/purchases"
	"perennial/shared/record"
)

// CheckoutRequest makes or previews a checkout session.
type CheckoutRequest struct {
	Cart          []CartItem       `json:"product_cart" nullable:"true" maxItems:"20"`
	Customer      *Buyer           `json:"customer,omitempty"`
	Billing       *AddressRequest  `json:"billing_address,omitempty"`
	Currency      string           `json:"billing_currency,omitempty" doc:"The products' own currency, or one that they have localized prices in."`
	ReturnURL     string           `json:"return_url,omitempty" maxLength:"2000"`
	CancelURL     string           `json:"cancel_url,omitempty" maxLength:"2000" doc:"Shown as the way back."`
	Confirm       bool             `json:"confirm,omitempty" doc:"Place the order now; everything must be given."`
	MethodID      string           `json:"payment_method_id,omitempty" doc:"A saved method to charge at once; needs confirm and an attached customer."`
	DiscountCode  string           `json:"discount_code,omitempty" doc:"Deprecated; use discount_codes."`
	DiscountCodes []string         `json:"discount_codes,omitempty" nullable:"true"`
	Metadata      httpapi.Metadata `json:"metadata,omitzero"`
	TaxID         string           `json:"tax_id,omitempty" maxLength:"50"`
	BusinessName  string           `json:"customer_business_name,omitempty" maxLength:"250"`
	Minimal       bool             `json:"minimal_address,omitempty" doc:"Ask for the country and postal code only."`
	Force3DS      bool             `json:"force_3ds,omitempty" doc:"Asks the bank to make sure of the customer."`
	MethodTypes   []string         `json:"allowed_payment_method_types,omitempty" nullable:"true" doc:"Must leave credit or debit cards."`
	CustomFields  []CustomField    `json:"custom_fields,omitempty" nullable:"true" maxItems:"5"`
	Flags         map[string]any   `json:"feature_flags,omitempty" doc:"Those without an effect here are refused when on."`
	Customization map[string]any   `json:"customization,omitempty" doc:"theme, show_order_details, show_on_demand_tag, force_language, and of theme_config four colours in light and dark, radius and pay_button_text."`
	Subscription  *CheckoutPlan    `json:"subscription_data,omitempty"`
	Collection    string           `json:"product_collection_id,omitempty" doc:"The customer chooses one of its products; product_cart is empty then."`
	ShortLink     bool             `json:"short_link,omitempty"`
	ShowSaved     bool             `json:"show_saved_payment_methods,omitempty" doc:"Offers the saved methods of the customer_id."`
	MinMandate    *int64           `json:"mandate_min_amount_inr_paise,omitempty" doc:"Refused."`
}

// CheckoutPlan is what a session says of its subscription.
type CheckoutPlan struct {
	TrialDays  *int             `json:"trial_period_days,omitempty" minimum:"0" maximum:"10000"`
	OnDemand   *OnDemandRequest `json:"on_demand,omitempty"`
	Collection string           `json:"collection_method,omitempty" enum:"automatic,manual" doc:"How renewals are paid; else as the product says."`
}

// CustomField is one question of the merchant's own.
type CustomField struct {
	Key         string   `json:"key" minLength:"1" maxLength:"100"`
	Label       string   `json:"label" minLength:"1" maxLength:"200"`
	Type        string   `json:"field_type" enum:"text,number,email,url,date,dropdown,boolean"`
	Required    bool     `json:"required,omitempty"`
	Placeholder string   `json:"placeholder,omitempty" maxLength:"200"`
	Options     []string `json:"options,omitempty" nullable:"true" maxItems:"100"`
}

func (r CheckoutRequest) check() error {
	var check fault.Check
	if r.Billing != nil {
		r.Billing.check(&check, "billing_address")
	}
	buyer := Buyer{}
	if r.Customer != nil {
		buyer = *r.Customer
	}
	buyer.check(&check)
	attached := buyer.CustomerID != ""
	check.That(!r.Confirm || attached || buyer.Email != "", "customer", "must be given to confirm")
	check.That(!r.Confirm || r.Billing != nil, "billing_address", "must be given to confirm")
	check.That(r.MethodID == "" || r.Confirm, "payment_method_id", "needs confirm")
	check.That(r.MethodID == "" || attached, "payment_method_id", "needs a customer_id")
	checkReturnURL(&check, r.ReturnURL)
	check.That(r.CancelURL == "" || identity.ReturnURL(r.CancelURL, nil) != "", "cancel_url", "must be an https address")
	checkCodes(&check, r.DiscountCode, r.DiscountCodes)
	check.That(r.BusinessName == "" || r.TaxID != "", "customer_business_name", "needs a tax_id")
	r.checkFlags(&check)
	var w wishes
	w.read(r.Customization)
	check.Add(w.check.Fault("INVALID_REQUEST_PARAMETERS", ""))
	check.That(!r.ShowSaved || attached, "show_saved_payment_methods", "needs a customer_id")
	r.checkCollection(&check)
	for i, f := range r.CustomFields {
		twice := slices.ContainsFunc(r.CustomFields[:i], func(o CustomField) bool { return o.Key == f.Key })
		check.That(!twice, fmt.Sprintf("custom_fields[%d].key", i), "must be there once")
		check.That((f.Type == "dropdown") == (len(f.Options) > 0), fmt.Sprintf("custom_fields[%d].options", i), "belong to a dropdown")
	}
	return invalid(&check)
}

func (r CheckoutRequest) unsupported() error {
	var u unsupported
	u.without(!cards(r.MethodTypes), "allowed_payment_method_types without cards")
	if err := u.fault(); err != nil {
		return err
	}
	return r.unusable()
}

// checkCollection refuses what does not go with a choice of products.
func (r CheckoutRequest) checkCollection(check *fault.Check) {
	chosen := r.Collection != ""
	check.That(!chosen || len(r.Cart) == 0, "product_cart", "must be empty with a product_collection_id")
	check.That(!chosen || !r.Confirm, "confirm", "cannot be used with a product_collection_id: the customer chooses")
	check.That(!chosen || len(codes(r.DiscountCode, r.DiscountCodes)) == 0, "discount_codes", "cannot be used with a product_collection_id")
}

// flag is a feature flag, by default what Dodo's is.
func (r CheckoutRequest) flag(name string, otherwise bool) bool {
	if v, ok := r.Flags[name].(bool); ok {
		return v
	}
	return otherwise
}

// cart converts what is bought and by whom.
func (r CheckoutRequest) cart() billing.Cart {
	c := billing.Cart{
		Items: fromAPICart(r.Cart), TaxID: r.TaxID, BusinessName: r.BusinessName, Codes: codes(r.DiscountCode, r.DiscountCodes),
		Currency: r.Currency, TrialDays: -1, Metadata: r.Metadata.Values,
	}
	if r.Customer != nil {
		c = r.Customer.into(c)
	}
	if r.Billing != nil {
		c.Billing = FromAPIAddress(*r.Billing)
	}
	c.AlwaysCreate = c.AlwaysCreate || r.flag("always_create_new_customer", false)
	if plan := r.Subscription; plan != nil {
		c.OnDemand, c.Collect = fromAPIOnDemand(plan.OnDemand), billing.CollectionMethod(plan.Collection)
		if plan.TrialDays != nil {
			c.TrialDays = *plan.TrialDays
		}
	}
	return c
}

// FromAPICheckout converts a checkout session.
func FromAPICheckout(scope merchant.Scope, actor record.Actor, r CheckoutRequest) purchases.Session {
	var w wishes
	w.read(r.Customization)
	page := w.page
	page.CancelURL, page.Minimal, page.Force3DS, page.Saved = r.CancelURL, r.Minimal, r.Force3DS, r.ShowSaved
	page.NoCodes, page.NoPhone = !r.flag("allow_discount_code", true), !r.flag("allow_phone_number_collection", true)
	page.NeedPhone, page.Leave = r.flag("require_phone_number", false), r.flag("redirect_immediately", false)
	page.NoTaxID, page.NeedTaxID = !r.flag("allow_tax_id", true), r.flag("require_tax_id", false)
	page.Locked, page.Choices = r.locked(), r.Collection
	for _, f := range r.CustomFields {
		page.Fields = append(page.Fields, record.CheckoutField{
			Key: f.Key, Label: f.Label, Type: f.Type, Placeholder: f.Placeholder, Required: f.Required, Options: f.Options,
		})
	}
	return purchases.Session{
		Scope: scope, Actor: actor, Cart: r.cart(), Page: page, ReturnURL: r.ReturnURL, Confirm: r.Confirm, Method: r.MethodID,
	}
}

// CheckoutCreated is the answer of POST /checkouts.
type CheckoutCreated struct {
	SessionID      string  `json:"session_id"`
	CheckoutURL    *string `json:"checkout_url" doc:"Null when a saved method was charged."`
	PaymentID      *string `json:"payment_id"`
	ClientSecret   *string `json:"client_secret"`
	PublishableKey *string `json:"publishable_key"`
}

// ToAPICheckoutCreated converts a session; a saved method that was charged
// needs no page.
func ToAPICheckoutCreated(p purchases.Placed, url string, charged bool) CheckoutCreated {
	out := CheckoutCreated{SessionID: p.Checkout.ID}
	if !charged {
		out.CheckoutURL = &url
	}
	if p.Payment.ID != "" {
		out.PaymentID, out.ClientSecret = &p.Payment.ID, &p.Checkout.ID
	}
	return out
}

// CheckoutStatus is the object of GET /checkouts/{id}.
type CheckoutStatus struct {
	ID            string  `json:"id"`
	CreatedAt     string  `json:"created_at"`
	CustomerEmail *string `json:"customer_email"`
	CustomerName  *string `json:"customer_name"`
	PaymentID     *string `json:"payment_id"`
	PaymentStatus *string `json:"payment_status"`
}
