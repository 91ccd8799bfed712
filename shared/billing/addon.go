package billing

import (
	"perennial/shared/calendar"
	"perennial/shared/fault"
	"perennial/shared/money"
)

// Addon is what a subscriber may add to a subscription, at a price per unit
// and the subscription's interval.
type Addon struct {
	ID          string
	Version     int64
	Name        string
	Description string
	Image       string // id of the uploaded image
	TaxCategory string
	Price       money.Amount
	CreatedAt   calendar.Instant
	UpdatedAt   calendar.Instant
}

// Check names everything that is wrong with the addon.
func (a Addon) Check() error {
	var check fault.Check
	named(&check, a.Name, a.Description)
	checkTaxCategory(&check, a.TaxCategory)
	_, err := money.ParseCurrency(string(a.Price.Currency))
	check.That(err == nil, "currency", "must be an upper-case ISO 4217 code")
	check.That(a.Price.Minor >= 0, "price", "must not be negative")
	return check.Fault("INVALID_REQUEST_PARAMETERS", "The addon is not valid.")
}
