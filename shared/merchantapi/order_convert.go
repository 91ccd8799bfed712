package merchantapi

import (
	"slices"
	"strings"

	"perennial/shared/billing"
	"perennial/shared/fault"
	"perennial/shared/httpapi"
	"perennial/shared/identity"
	"perennial/shared/merchant"
	"perennial/shared/purchases"
	"perennial/shared/record"
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

// PurchaseRequest is what every order says, of whatever kind.
type PurchaseRequest struct {
	Customer      Buyer            `json:"customer"`
	Billing       AddressRequest   `json:"billing"`
	PaymentLink   bool             `json:"payment_link,omitempty"`
	ReturnURL     string           `json:"return_url,omitempty" maxLength:"2000"`
	Metadata      httpapi.Metadata `json:"metadata,omitzero"`
	TaxID         string           `json:"tax_id,omitempty" maxLength:"50"`
	BusinessName  string           `json:"customer_business_name,omitempty" maxLength:"250"`
	Currency      string           `json:"billing_currency,omitempty" doc:"The product's own currency, or one that it has a localized price in."`
	DiscountCode  string           `json:"discount_code,omitempty" doc:"Deprecated; use discount_codes."`
	DiscountCodes []string         `json:"discount_codes,omitempty" nullable:"true"`
	MethodID      string           `json:"payment_method_id,omitempty" doc:"A saved method of an attached customer, charged at once."`
	MethodTypes   []string         `json:"allowed_payment_method_types,omitempty" doc:"Must leave credit or debit cards."`
	Force3DS      bool             `json:"force_3ds,omitempty" doc:"Asks the bank to make sure of the customer."`
	Redirect      bool             `json:"redirect_immediately,omitempty" doc:"The page of a paid order leads on to the return_url by itself."`
	NeedPhone     bool             `json:"require_phone_number,omitempty" doc:"Needs the phone number of a new customer."`
	ShowSaved     bool             `json:"show_saved_payment_methods,omitempty" doc:"Offers the saved methods of the customer_id."`
	ShortLink     bool             `json:"short_link,omitempty"`
	MinMandate    *int64           `json:"mandate_min_amount_inr_paise,omitempty" doc:"Refused."`
}

// OrderRequest makes a subscription.
type OrderRequest struct {
	PurchaseRequest
	ProductID   string           `json:"product_id"`
	Quantity    int64            `json:"quantity" minimum:"1" maximum:"1000000"`
	TrialDays   *int             `json:"trial_period_days,omitempty" minimum:"0" maximum:"10000"`
	OnDemand    *OnDemandRequest `json:"on_demand,omitempty"`
	Collection  string           `json:"collection_method,omitempty" enum:"automatic,manual" doc:"How renewals are paid; else as the product says. manual: the customer pays an invoice for every period, and nothing is charged by itself."`
	OneTimeCart []CartItem       `json:"one_time_product_cart,omitempty" nullable:"true" maxItems:"100" doc:"Charged with the first payment."`
	Addons      []AttachAddon    `json:"addons,omitempty" nullable:"true" doc:"Of those that the product offers."`
}

// PaymentRequest makes a one-time payment.
type PaymentRequest struct {
	PurchaseRequest
	Cart []CartItem `json:"product_cart" maxItems:"100"`
}

// CartItem is one product of a cart.
type CartItem struct {
	ProductID string        `json:"product_id"`
	Quantity  int64         `json:"quantity" minimum:"1" maximum:"1000000"`
	Amount    *int64        `json:"amount,omitempty" doc:"Minor units per unit, where the customer pays what they want."`
	Addons    []AttachAddon `json:"addons,omitempty" nullable:"true" doc:"Of a subscription product, those that it offers."`
	Credits   any           `json:"credit_entitlements,omitempty" doc:"Refused."`
}

// OnDemandRequest are the terms of a subscription that is charged on demand.
type OnDemandRequest struct {
	MandateOnly bool   `json:"mandate_only" doc:"Authorise the card now and charge nothing."`
	Price       *int64 `json:"product_price,omitempty" minimum:"0" doc:"The first charge, in minor units; else the product's price."`
	Currency    string `json:"product_currency,omitempty"`
	Description string `json:"product_description,omitempty" maxLength:"1000"`
}

func (r PurchaseRequest) check() error {
	var check fault.Check
	r.Billing.check(&check, "billing")
	check.That(r.Customer.CustomerID != "" || r.Customer.Email != "", "customer", "needs a customer_id or an email")
	check.That(r.MethodID == "" || r.Customer.CustomerID != "", "payment_method_id", "needs a customer_id")
	r.Customer.check(&check)
	checkReturnURL(&check, r.ReturnURL)
	checkCodes(&check, r.DiscountCode, r.DiscountCodes)
	check.That(r.BusinessName == "" || r.TaxID != "", "customer_business_name", "needs a tax_id")
	attached := r.Customer.CustomerID != ""
	check.That(!r.NeedPhone || attached || r.Customer.Phone != "", "customer.phone_number", "must not be empty")
	check.That(!r.ShowSaved || attached, "show_saved_payment_methods", "needs a customer_id")
	return invalid(&check)
}

func (b Buyer) check(check *fault.Check) {
	_, host, _ := strings.Cut(b.Email, "@")
	check.That(b.Email == "" || strings.Contains(host, "."), "customer.email", "must be an e-mail address")
}

func checkCodes(check *fault.Check, code string, codes []string) {
	check.That(code == "" || len(codes) == 0, "discount_code", "and discount_codes cannot be used together")
	check.That(len(codes) <= billing.MaxDiscounts, "discount_codes", "must be at most 20")
}

func (r PurchaseRequest) unsupported() error {
	var u unsupported
	u.without(!cards(r.MethodTypes), "allowed_payment_method_types without cards")
	if err := u.fault(); err != nil {
		return err
	}
	var refused fault.Check
	refused.That(r.MinMandate == nil, "mandate_min_amount_inr_paise", "is not supported")
	refused.That(!r.Force3DS || r.MethodID == "", "force_3ds", "needs the customer, who is not there when a saved method is charged")
	return refused.Fault("UNSUPPORTED_ACTION", "This is not supported.")
}

// cards reports that a choice of payment method types leaves cards; none
// leaves everything.
func cards(types []string) bool {
	return len(types) == 0 || slices.Contains(types, "credit") || slices.Contains(types, "debit")
}

// cart converts what every order says.
func (r PurchaseRequest) cart(items []CartItem) billing.Cart {
	c := billing.Cart{
		Items: fromAPICart(items), Billing: FromAPIAddress(r.Billing), TaxID: r.TaxID,
		BusinessName: strings.TrimSpace(r.BusinessName), Codes: codes(r.DiscountCode, r.DiscountCodes),
		Currency: r.Currency, TrialDays: -1, Metadata: r.Metadata.Values,
	}
	return r.Customer.into(c)
}

// into names the buyer of a cart.
func (b Buyer) into(c billing.Cart) billing.Cart {
	if c.Customer = b.CustomerID; c.Customer == "" {
		c.Email, c.Name, c.Phone, c.AlwaysCreate = b.Email, b.Name, b.Phone, b.CreateNew
	}
	return c
}

func codes(one string, many []string) []string {
	if one != "" {
		return []string{one}
	}
	return many
}

func fromAPICart(items []CartItem) []billing.CartItem {
	out := make([]billing.CartItem, len(items))
	for i, item := range items {
		out[i] = billing.CartItem{Product: item.ProductID, Quantity: item.Quantity, Amount: item.Amount}
		for _, a := range item.Addons {
			out[i].Addons = append(out[i].Addons, billing.CartAddon{Addon: a.AddonID, Quantity: a.Quantity})
		}
	}
	return out
}

func fromAPIOnDemand(r *OnDemandRequest) *billing.OnDemand {
	if r == nil {
		return nil
	}
	return &billing.OnDemand{MandateOnly: r.MandateOnly, First: r.Price, Currency: r.Currency, Description: r.Description}
}

// page is how the hosted page of an order is.
func (r PurchaseRequest) page() record.CheckoutPage {
	return record.CheckoutPage{Force3DS: r.Force3DS, Leave: r.Redirect, Saved: r.ShowSaved}
}

// FromAPIOrder converts the order of a subscription.
func FromAPIOrder(scope merchant.Scope, actor record.Actor, r OrderRequest) purchases.Order {
	items := append([]CartItem{{ProductID: r.ProductID, Quantity: r.Quantity, Addons: r.Addons}}, r.OneTimeCart...)
	cart := r.cart(items)
	cart.OnDemand, cart.Collect = fromAPIOnDemand(r.OnDemand), billing.CollectionMethod(r.Collection)
	if r.TrialDays != nil {
		cart.TrialDays = *r.TrialDays
	}
	return purchases.Order{Scope: scope, Actor: actor, Cart: cart, Page: r.page(), ReturnURL: r.ReturnURL, Subscribes: true, Start: !r.PaymentLink}
}

// FromAPIPayment converts the order of one-time products.
func FromAPIPayment(scope merchant.Scope, actor record.Actor, r PaymentRequest) purchases.Order {
	return purchases.Order{Scope: scope, Actor: actor, Cart: r.cart(r.Cart), Page: r.page(), ReturnURL: r.ReturnURL, Buys: true}
}

// SubscriptionCreated is the answer of POST /subscriptions.
type SubscriptionCreated struct {
	SubscriptionID        string               `json:"subscription_id"`
	PaymentID             string               `json:"payment_id"`
	Customer              wire.CustomerLimited `json:"customer"`
	Metadata              map[string]any       `json:"metadata"`
	Addons                []wire.AddonCart     `json:"addons"`
	RecurringPreTaxAmount int64                `json:"recurring_pre_tax_amount"`
	PaymentMethodRequired bool                 `json:"payment_method_required"`
	ClientSecret          *string              `json:"client_secret"`
	PaymentLink           *string              `json:"payment_link"`
	ExpiresOn             *string              `json:"expires_on"`
	DiscountID            *string              `json:"discount_id"`
	DiscountIDs           []string             `json:"discount_ids" nullable:"true"`
	OneTimeProductCart    []OneTimeItem        `json:"one_time_product_cart" nullable:"true"`
	TrialAmount           *int64               `json:"trial_amount"`
}

// ToAPICreated converts a placed order; the page's address is only given to
// those who asked for it.
func ToAPICreated(p purchases.Placed, url string, link bool) SubscriptionCreated {
	out := SubscriptionCreated{
		SubscriptionID: p.Subscription.ID, PaymentID: p.Payment.ID, Customer: wire.ToCustomerLimited(p.Customer),
		Metadata: p.Subscription.Metadata, Addons: wire.ToAddons(p.Subscription), RecurringPreTaxAmount: recurring(p.Subscription),
		PaymentMethodRequired: p.NeedsMethod(), ClientSecret: &p.Checkout.ID, TrialAmount: wire.TrialAmount(p.Subscription),
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
	out.OneTimeProductCart = toOneTime(p.Invoice)
	out.DiscountID, out.DiscountIDs = discountIDs(p.Invoice)
	return out
}

// OneTimeItem is a one-time product of an order.
type OneTimeItem struct {
	ProductID string `json:"product_id"`
	Quantity  int64  `json:"quantity"`
	Amount    *int64 `json:"amount" doc:"What one costs, in minor units."`
}

// toOneTime are the one-time products on an invoice; nil when there are none.
func toOneTime(v billing.Invoice) []OneTimeItem {
	var out []OneTimeItem
	for _, l := range v.Lines {
		if l.Kind == billing.LineOneTime {
			out = append(out, OneTimeItem{ProductID: l.Product, Quantity: l.Quantity, Amount: &l.Unit.Minor})
		}
	}
	return out
}

// PaymentCreated is the answer of POST /payments.
type PaymentCreated struct {
	PaymentID    string               `json:"payment_id"`
	ClientSecret string               `json:"client_secret"`
	TotalAmount  int64                `json:"total_amount" doc:"Minor units, with tax."`
	Customer     wire.CustomerLimited `json:"customer"`
	Metadata     map[string]any       `json:"metadata"`
	PaymentLink  *string              `json:"payment_link"`
	ExpiresOn    *string              `json:"expires_on"`
	ProductCart  []OneTimeItem        `json:"product_cart" nullable:"true"`
	DiscountID   *string              `json:"discount_id"`
	DiscountIDs  []string             `json:"discount_ids" nullable:"true"`
}

// ToAPIPaymentCreated converts a placed order of one-time products.
func ToAPIPaymentCreated(p purchases.Placed, url string, link bool) PaymentCreated {
	out := PaymentCreated{
		PaymentID: p.Payment.ID, ClientSecret: p.Checkout.ID, TotalAmount: p.Payment.Amount.Minor,
		Customer: wire.ToCustomerLimited(p.Customer), Metadata: p.Payment.Metadata, ProductCart: toOneTime(p.Invoice),
	}
	if out.Metadata == nil {
		out.Metadata = map[string]any{}
	}
	if link {
		expires := wire.Wall(p.Checkout.ExpiresAt)
		out.PaymentLink, out.ExpiresOn = &url, &expires
	}
	out.DiscountID, out.DiscountIDs = discountIDs(p.Invoice)
	return out
}

// discountIDs are the discounts that reduced an invoice; both are null when
// none did.
func discountIDs(v billing.Invoice) (first *string, all []string) {
	for _, r := range v.Reductions {
		all = append(all, r.Discount)
	}
	if len(all) > 0 {
		first = &all[0]
	}
	return first, all
}

// pageURL is the address of a hosted page.
func (s *server) pageURL(scope merchant.Scope, page record.Checkout, short bool) string {
	if short {
		return s.CheckoutURL + "/c/" + page.ID
	}
	return identity.CheckoutURL(s.CheckoutURL, scope, page.ID)
}

// recurring is what all units cost per interval, in minor units.
func recurring(s billing.Subscription) int64 {
	total, _ := s.Plan().Recurring() // invoiced before, so it fits
	return total.Minor
}
