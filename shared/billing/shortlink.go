package billing

import "perennial/shared/calendar"

// ShortLink is a short public address of a product's purchase page.
type ShortLink struct {
	Slug      string // lower-case letters, digits and hyphens
	Version   int64
	Product   string
	Params    map[string]string // of the purchase page's query
	CreatedAt calendar.Instant
}

// Offer tells whose a product is: the address of a purchase page names the
// product alone.
type Offer struct {
	Product string
	Version int64
}
