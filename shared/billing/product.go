package billing

import (
	"perennial/shared/calendar"
	"perennial/shared/fault"
	"perennial/shared/money"
)

// Price is what a recurring product costs per interval.
type Price struct {
	Amount       money.Amount // per unit and interval
	Every        calendar.Interval
	Term         calendar.Interval // after which the subscription expires
	TrialDays    int
	TaxInclusive bool
}

// Product is something a merchant sells by subscription.
type Product struct {
	ID          string
	Version     int64
	Name        string
	Description string
	TaxCategory string
	Price       Price
	Metadata    map[string]any
	Archived    bool
	CreatedAt   calendar.Instant
	UpdatedAt   calendar.Instant
}

// Faults of products.
var (
	ErrProductArchived = fault.New(fault.Gone, "PRODUCT_IS_DELETED", "This product is no longer sold.")
)

// taxCategories are Dodo's categories.
var taxCategories = map[string]bool{
	"digital_products": true, "saas": true, "e_book": true, "edtech": true, "live_tutoring": true,
}

// Check names everything that is wrong with the product.
func (p Product) Check() error {
	var check fault.Check
	check.That(p.Name != "" && len(p.Name) <= 100, "name", "must have 1 to 100 characters")
	check.That(len(p.Description) <= 1000, "description", "must be at most 1000 characters")
	check.That(taxCategories[p.TaxCategory], "tax_category", "must be one of digital_products, saas, e_book, edtech, live_tutoring")
	_, err := money.ParseCurrency(string(p.Price.Amount.Currency))
	check.That(err == nil, "price.currency", "must be an upper-case ISO 4217 code")
	check.That(p.Price.Amount.Minor > 0, "price.price", "must be positive")
	check.That(p.Price.Every.Valid(), "price.payment_frequency_interval", "must be a positive number of Day, Week, Month or Year")
	check.That(p.Price.Term.Valid(), "price.subscription_period_interval", "must be a positive number of Day, Week, Month or Year")
	check.That(p.Price.TrialDays >= 0 && p.Price.TrialDays <= 10000, "price.trial_period_days", "must be between 0 and 10000")
	return check.Fault("INVALID_REQUEST_PARAMETERS", "The product is not valid.")
}
