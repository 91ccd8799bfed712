package billing

import (
	"fmt"

	"perennial/shared/calendar"
	"perennial/shared/fault"
	"perennial/shared/money"
	"perennial/shared/tax"
	"perennial/shared/taxid"
)

// Cart is what somebody wants to buy and what is known of the buyer. A
// checkout session keeps it until it is placed.
type Cart struct {
	Items        []CartItem
	Customer     string // an existing customer, or
	Email        string // one by address
	Name         string
	Phone        string
	Language     string // that the buyer reads, for a customer who is new
	AlwaysCreate bool   // even when the address is known
	Billing      Address
	TaxID        string
	BusinessName string
	Codes        []string // discount codes, in the order in which they are applied
	Currency     string   // to be billed in; when given, every product must have a price in it
	TrialDays    int      // of the subscription; -1 takes the product's
	OnDemand     *OnDemand
	Collect      CollectionMethod // of the subscription; empty takes the product's
	Metadata     map[string]any
	Answers      []Answer
	Chosen       bool // the buyer chose Items of a collection
}

// CartItem is one position of a cart.
type CartItem struct {
	Product  string
	Quantity int64
	Amount   *int64 // minor units per unit, where the customer pays what they want
	Addons   []CartAddon
}

// CartAddon is an addon that a subscription product is bought with.
type CartAddon struct {
	Addon    string
	Quantity int64
}

// OnDemand are the terms of a subscription that is charged when the merchant
// asks for it.
type OnDemand struct {
	MandateOnly bool // nothing is charged when it begins
	First       *int64
	Currency    string
	Description string
}

// Sale is a cart with everything that pricing it takes.
type Sale struct {
	ID        string // of the purchase
	InvoiceID string
	Cart      Cart
	Products  []Product // of the cart's items, in their order, priced for the buyer
	Addons    []AddonItem
	Customer  Customer
	Discounts []Discount
	Seller    tax.Seller // the zero value collects no tax

	TaxIDStatus taxid.Status
	Unproven    bool // the buyer only typed the address of a customer who is known

	Subscribes bool // the cart must begin a subscription
	Buys       bool // the cart must be of one-time products
	At         calendar.Instant
}

// Faults of carts.
var (
	ErrAmountMissing  = fault.New(fault.Invalid, "PAY_AS_YOU_WANT_AMOUNT_REQUIRED", "Say the amount of a product whose buyers pay what they want.")
	ErrAmountTooLow   = fault.New(fault.Invalid, "REQUEST_AMOUNT_BELOW_MINIMUM", "The amount is below the product's price.")
	ErrOneAtATime     = fault.New(fault.Invalid, "UNSUPPORTED_ACTION", "A cart holds at most one subscription product.")
	ErrNotOneTime     = fault.New(fault.Invalid, "INVALID_REQUEST_PARAMETERS", "A subscription product is sold by subscription or checkout session.")
	ErrOtherCurrency  = fault.New(fault.Invalid, "UNSUPPORTED_BILLING_CURRENCY", "A product has no price in this currency.")
	ErrOnDemandOnly   = fault.New(fault.Invalid, "ONE_TIME_PRODUCTS_NOT_ALLOWED_FOR_ON_DEMAND", "One-time products cannot be bought with an on-demand subscription.")
	ErrCodeOnDemand   = fault.New(fault.Invalid, "DISCOUNT_NOT_AVAILABLE_FOR_ON_DEMAND", "Discount codes cannot be used with an on-demand subscription.")
	ErrAddonsOnDemand = fault.New(fault.Invalid, "ADDONS_NOT_ALLOWED_FOR_ON_DEMAND", "Addons cannot be bought with an on-demand subscription.")
	ErrAddonsNoPlan   = fault.New(fault.Invalid, "INVALID_REQUEST_PARAMETERS", "Addons are bought with a subscription product.")
	ErrBrands         = fault.New(fault.Invalid, "BRAND_MISMATCH", "All products of a cart must be of one brand.")
	ErrNotRecurringOD = fault.New(fault.Invalid, "INVALID_REQUEST_PARAMETERS", "Only a subscription product can be on demand.")
)

// Check names everything that is wrong with a cart by itself.
func (c Cart) Check() error {
	switch {
	case len(c.Items) == 0:
		return ErrCartEmpty
	case c.OnDemand != nil && len(c.Codes) > 0:
		return ErrCodeOnDemand
	}
	var check fault.Check
	check.That(len(c.Items) <= 100, "product_cart", "must hold at most 100 products")
	for i, item := range c.Items {
		field := fmt.Sprintf("product_cart[%d]", i)
		check.That(item.Quantity >= 1 && item.Quantity <= 1_000_000, field+".quantity", "must be between 1 and 1000000")
		check.That(item.Amount == nil || *item.Amount >= 0 && *item.Amount <= 1_000_000_000_000, field+".amount", "must be a sum in minor units")
	}
	check.That(len(c.Codes) <= MaxDiscounts, "discount_codes", "must be at most 20")
	check.That(c.TrialDays >= -1 && c.TrialDays <= 10000, "trial_period_days", "must be between 0 and 10000")
	check.That(len(c.BusinessName) <= 250, "customer_business_name", "must be at most 250 characters")
	check.That(c.OnDemand == nil || c.OnDemand.First == nil || *c.OnDemand.First >= 0, "on_demand.product_price", "must not be negative")
	return check.Fault("INVALID_REQUEST_PARAMETERS", "The cart is not valid.")
}

// Check refuses what cannot be sold together.
func (s Sale) Check() error {
	if err := s.Cart.Check(); err != nil {
		return err
	}
	switch _, _, recurs := s.Plan(); {
	case recurs && s.Buys:
		return ErrNotOneTime
	case !recurs && s.Subscribes:
		return ErrNotRecurring
	}
	plans := 0
	for i, p := range s.Products {
		switch {
		case p.Archived:
			return ErrProductArchived
		case string(p.Price.Amount.Currency) != s.Cart.Currency && s.Cart.Currency != "":
			return ErrOtherCurrency
		case p.Price.Amount.Currency != s.Products[0].Price.Amount.Currency:
			return ErrMixedPrices
		case p.Brand != s.Products[0].Brand:
			return ErrBrands
		}
		addons := len(s.Cart.Items[i].Addons) > 0
		switch {
		case addons && !p.Price.Recurs():
			return ErrAddonsNoPlan
		case addons && s.Cart.OnDemand != nil:
			return ErrAddonsOnDemand
		case p.Price.Recurs():
			plans++
			continue
		}
		if _, err := s.line(i); err != nil {
			return err
		}
	}
	switch {
	case plans > 1:
		return ErrOneAtATime
	case s.Cart.OnDemand == nil:
	case plans == 0:
		return ErrNotRecurringOD
	case len(s.Products) > 1:
		return ErrOnDemandOnly
	case s.Cart.OnDemand.Currency != "" && s.Cart.OnDemand.Currency != string(s.Products[0].Price.Amount.Currency):
		return ErrOtherCurrency
	}
	return nil
}

// Plan is the subscription product of the cart, with its quantity.
func (s Sale) Plan() (p Product, quantity int64, ok bool) {
	for i, p := range s.Products {
		if p.Price.Recurs() {
			return p, s.Cart.Items[i].Quantity, true
		}
	}
	return Product{}, 0, false
}

// Lines are the one-time products of the cart as lines of an invoice.
func (s Sale) Lines() ([]Line, error) {
	var lines []Line
	for i, p := range s.Products {
		if p.Price.Recurs() {
			continue
		}
		line, err := s.line(i)
		if err != nil {
			return nil, err
		}
		lines = append(lines, line)
	}
	return lines, nil
}

// Listed are all lines of the cart at their list prices, as discounts are
// measured by.
func (s Sale) Listed() ([]Line, error) {
	lines, err := s.Lines()
	if p, quantity, ok := s.Plan(); ok {
		plan := Plan{Product: p.ID, Price: p.Price, Quantity: quantity, Addons: s.Addons}
		lines = append(lines, plan.Lines()...)
	}
	return lines, err
}

func (s Sale) line(i int) (Line, error) {
	p, item := s.Products[i], s.Cart.Items[i]
	price, err := p.Price.Net()
	if err != nil {
		return Line{}, err
	}
	unit := price.Amount
	switch {
	case !p.Price.FreeAmount:
	case item.Amount == nil:
		return Line{}, ErrAmountMissing
	case *item.Amount < unit.Minor:
		return Line{}, ErrAmountTooLow
	default:
		unit = money.Of(*item.Amount, unit.Currency)
	}
	return Line{
		Kind: LineOneTime, Product: p.ID, Description: p.Name, Category: p.TaxCategory,
		Quantity: item.Quantity, Unit: unit, Inclusive: p.Price.TaxInclusive,
	}, nil
}

// Buy makes an open purchase of a cart without subscription, and its invoice.
func (s Sale) Buy() (Purchase, Invoice, error) {
	if err := s.Check(); err != nil {
		return Purchase{}, Invoice{}, err
	}
	if _, _, recurs := s.Plan(); recurs {
		return Purchase{}, Invoice{}, ErrNotOneTime
	}
	lines, err := s.Lines()
	if err != nil {
		return Purchase{}, Invoice{}, err
	}
	c := s.Cart
	buyer := Buyer{Name: s.Customer.Name, Email: s.Customer.Email, Address: c.Billing, TaxID: c.TaxID}
	if c.TaxID != "" {
		buyer.Business = c.BusinessName
	}
	exempt := Customer{TaxExempt: s.Customer.TaxExempt && !s.Unproven}
	invoice, err := Draft{
		ID: s.InvoiceID, Customer: s.Customer.ID, Purchase: s.ID, Cause: CausePurchase,
		Currency: s.Products[0].Price.Amount.Currency, Lines: lines, Discounts: s.Discounts,
		Seller: s.Seller, Taxed: TaxBuyer(c.Billing, c.TaxID, s.TaxIDStatus, exempt), At: s.At,
		Period: calendar.Period{Start: s.At, End: s.At}, DueAt: s.At, Buyer: buyer,
	}.Invoice()
	if err != nil {
		return Purchase{}, Invoice{}, err
	}
	return Purchase{
		ID: s.ID, Customer: s.Customer.ID, Brand: s.Products[0].Brand, Status: PurchaseOpen, Items: itemsOf([]Invoice{invoice}), Invoice: invoice.ID,
		Billing: c.Billing, TaxID: c.TaxID, BusinessName: c.BusinessName, Metadata: c.Metadata, Answers: c.Answers,
		Discounts: ApplyDiscounts(s.Discounts), CreatedAt: s.At,
	}, invoice, nil
}

// Dues is what the purchase owes.
func (p Purchase) Dues(v Invoice) Dues {
	return Dues{Invoices: []Invoice{v}, Total: v.Due()}
}

// Planned is the payment that is to be made for the purchase.
func (p Purchase) Planned(id, checkout string, v Invoice, at calendar.Instant) Payment {
	pay := Payment{
		ID: id, Invoices: []string{v.ID}, Items: p.Items, Discounts: p.Discounts, Checkout: checkout, Status: PaymentRequiresMethod,
		Amount: v.Due(), By: ByCustomer, Cause: CausePurchase, Refunded: money.Of(0, v.Total.Currency),
		CreatedAt: at, UpdatedAt: at,
	}
	pay.Tax, pay.Discount, pay.Credit = reckoned([]Invoice{v}, v.Total.Currency)
	return p.fill(pay)
}
