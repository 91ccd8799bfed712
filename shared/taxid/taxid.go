// Package taxid reads VAT identification numbers: it normalises them, knows
// their form and check digits by country, and says what is known of one.
//
// A right check digit makes a number possible, not valid: whether it is given
// out is known to the tax office alone, which adapters ask.
package taxid

// Status is what is known of a tax id.
type Status string

// The statuses. An office that cannot be reached leaves an id pending, never
// invalid.
const (
	Unknown Status = ""        // none given, or never checked
	Pending Status = "pending" // to be checked again
	Valid   Status = "valid"
	Invalid Status = "invalid"
)
