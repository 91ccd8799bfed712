package tax

import (
	"fmt"
	"slices"
	"strings"

	"github.com/bojanz/currency"

	"perennial/shared/taxid"
)

// Buyer is what tax needs to know of a customer. Whether it is a business is
// told by a checked tax id alone; without one it is taxed as a consumer.
type Buyer struct {
	Country     string // ISO 3166-1, from the billing address
	Region      string // subdivision such as "NY"; may be empty
	PostalCode  string // decides special areas
	TaxID       string // as printed on the invoice, with its country prefix
	TaxIDStatus taxid.Status
	Exempt      bool // the merchant holds a certificate of exemption
}

// Area is a place with a tax regime of its own.
type Area struct {
	Codes   []string // most specific first, the country last: "PT-30", "PT"
	State   string   // whose tax applies, such as "FR" for Monaco
	OSS     bool     // reached by the One Stop Shop
	Outside bool     // bears no VAT unless the merchant says so
}

// Code names the jurisdiction.
func (a Area) Code() string { return a.Codes[0] }

// members are the EU's states by ISO code. Croatia joined on 2013-07-01; the
// United Kingdom, which left, is no longer asked for.
var members = []string{
	"AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU",
	"IE", "IT", "LT", "LU", "LV", "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK",
}

// inEU reports whether the country, or Northern Ireland for goods, is in the EU's VAT area.
func inEU(country string) bool {
	c := canonical(country)
	return c == "XI" || slices.Contains(members, c)
}

// canonical is the ISO code of a country; tax offices say EL and UK.
func canonical(country string) string {
	switch c := strings.ToUpper(strings.TrimSpace(country)); c {
	case "EL":
		return "GR"
	case "UK":
		return "GB"
	default:
		return c
	}
}

// known reports whether ISO 3166-1, or its reserved list, has the country.
// Antarctica is one that has no currency.
func known(country string) bool {
	_, ok := currency.ForCountryCode(canonical(country))
	return ok || canonical(country) == "AQ"
}

// knownPlace also accepts a subdivision of a known country.
func knownPlace(code string) bool {
	country, subdivision, divided := strings.Cut(canonical(code), "-")
	return country == "XI" || known(country) && (!divided || subdivision != "")
}

// Place finds the area whose tax a sale of the category to the buyer bears.
func Place(b Buyer, c Category) (Area, error) {
	country := canonical(b.Country)
	if country == "XI" {
		country, b.PostalCode = "GB", "BT1"
	}
	if !known(country) {
		return Area{}, fmt.Errorf("%w: %q", ErrCountry, b.Country)
	}
	post := strings.ToUpper(strings.NewReplacer(" ", "", "-", "").Replace(b.PostalCode))
	if country == "GB" && c == Goods && strings.HasPrefix(post, "BT") {
		return Area{Codes: []string{"XI"}, State: "XI", OSS: true}, nil
	}
	if a, ok := special(country, post); ok {
		return a, nil
	}
	a := Area{Codes: []string{country}, State: country, OSS: inEU(country)}
	if region := strings.ToUpper(b.Region); region != "" && len(region) <= 3 && standard[country] == nil {
		a.Codes = []string{country + "-" + region, country}
	}
	return a, nil
}
