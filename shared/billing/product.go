package billing

import (
	"unicode/utf8"

	"perennial/shared/calendar"
	"perennial/shared/fault"
)

// Product is something a merchant sells, once or by subscription.
type Product struct {
	ID          string
	Version     int64
	Name        string
	Description string
	Brand       string // empty is the primary brand
	Image       string // id of the uploaded image
	TaxCategory string
	Price       Price
	Meters      []Meter // of a usage-based price
	Mode        PricingMode
	Local       []LocalPrice
	Addons      []string // offered with a subscription
	License     License
	Delivery    Delivery
	Files       []File           // uploaded for the product, delivered or not
	Collection  string           // the one it belongs to, if any
	Collect     CollectionMethod // of new subscriptions; empty is automatic
	Metadata    map[string]any
	Archived    bool
	CreatedAt   calendar.Instant
	UpdatedAt   calendar.Instant
}

// Meter is what a usage-based price charges for. It is kept and answered;
// usage is not measured yet.
type Meter struct {
	ID             string
	UnitPrice      string // decimal, minor units of the price's currency
	FreeThreshold  int64
	Credit         string // credit entitlement it is linked to
	UnitsPerCredit string // decimal
}

// License says which licence key a buyer gets, if any.
type License struct {
	Enabled  bool
	Limit    *int64 // activations; nil is without limit
	Message  string // shown on activation
	Duration calendar.Interval
}

// Delivery is what a buyer of a digital product is given.
type Delivery struct {
	URL          string
	Instructions string
	Files        []string // ids among the product's Files
}

// Set reports whether anything is delivered.
func (d Delivery) Set() bool { return d.URL != "" || d.Instructions != "" || len(d.Files) > 0 }

// File is an uploaded file.
type File struct {
	ID   string
	Name string
}

// Faults of products.
var (
	ErrProductArchived = fault.New(fault.Gone, "PRODUCT_IS_DELETED", "This product is no longer sold.")
	ErrNotRecurring    = fault.New(fault.Invalid, "INVALID_REQUEST_PARAMETERS", "This product is not sold by subscription.")
	ErrUsageUnmetered  = fault.New(fault.Unsupported, "UNSUPPORTED_ACTION", "Usage is not measured yet, so this product cannot be sold.")
)

// subscribable refuses a product that no subscription is sold of.
func (p Product) subscribable() error {
	switch {
	case p.Archived:
		return ErrProductArchived
	case !p.Price.Recurs():
		return ErrNotRecurring
	case p.Price.Kind == PriceUsage:
		return ErrUsageUnmetered
	}
	return nil
}

// taxCategories are Dodo's categories.
var taxCategories = map[string]bool{
	"digital_products": true, "saas": true, "e_book": true, "edtech": true, "live_tutoring": true,
}

// Limits of a product, as Dodo documents them.
const (
	maxName        = 100
	maxDescription = 1000
	maxAddons      = 10
	maxMeters      = 10
	maxFiles       = 50
)

// Check names everything that is wrong with the product.
func (p Product) Check() error {
	var check fault.Check
	named(&check, p.Name, p.Description)
	checkTaxCategory(&check, p.TaxCategory)
	p.Price.check(&check)
	check.That(len(p.Meters) == 0 || p.Price.Kind == PriceUsage, "price.meters", "need a usage_based_price")
	check.That(len(p.Meters) <= maxMeters && distinct(p.Meters, func(m Meter) string { return m.ID }), "price.meters", "must be at most 10, each once")
	check.That(len(p.Addons) == 0 || p.Price.Kind == PriceRecurring, "addons", "need a recurring_price")
	check.That(len(p.Addons) <= maxAddons && distinct(p.Addons, func(id string) string { return id }), "addons", "must be at most 10, each once")
	check.That(p.License.Limit == nil || *p.License.Limit >= 0, "license_key_activations_limit", "must not be negative")
	check.That(p.License.Duration == calendar.Interval{} || p.License.Duration.Valid(), "license_key_duration", "must be a positive number of Day, Week, Month or Year")
	check.That(utf8.RuneCountInString(p.License.Message) <= maxDescription, "license_key_activation_message", "must be at most 1000 characters")
	check.That(len(p.Files) <= maxFiles, "files", "must be at most 50")
	check.That(p.hasFiles(p.Delivery.Files), "digital_product_delivery.files", "must be files uploaded for this product, each once")
	check.That(p.Mode == "" || p.Mode == ByCurrency || p.Mode == ByCountry, "pricing_mode", "must be by_currency or by_country")
	check.That(p.Collect != CollectManual || p.Price.Recurs(), "collection_method", "needs a recurring_price")
	return check.Fault("INVALID_REQUEST_PARAMETERS", "The product is not valid.")
}

func (p Product) hasFiles(ids []string) bool {
	for _, id := range ids {
		if p.FileName(id) == "" {
			return false
		}
	}
	return distinct(ids, func(id string) string { return id })
}

// FileName is the name of an uploaded file, empty when there is none.
func (p Product) FileName(id string) string {
	for _, f := range p.Files {
		if f.ID == id {
			return f.Name
		}
	}
	return ""
}

func named(check *fault.Check, name, description string) {
	check.That(name != "" && utf8.RuneCountInString(name) <= maxName, "name", "must have 1 to 100 characters")
	check.That(utf8.RuneCountInString(description) <= maxDescription, "description", "must be at most 1000 characters")
}

func checkTaxCategory(check *fault.Check, category string) {
	check.That(taxCategories[category], "tax_category", "must be one of digital_products, saas, e_book, edtech, live_tutoring")
}

// distinct reports whether no key occurs twice.
func distinct[T any](all []T, key func(T) string) bool {
	seen := make(map[string]bool, len(all))
	for _, one := range all {
		if seen[key(one)] {
			return false
		}
		seen[key(one)] = true
	}
	return true
}
