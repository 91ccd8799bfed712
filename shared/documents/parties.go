package documents

import (
	"slices"
	"strings"

	"golang.org/x/text/language"
	"golang.org/x/text/language/display"

	"perennial/shared/billing"
)

// seller is the seller's name, address and tax numbers, as they were when the
// document became final.
func (t teller) seller() []string {
	s := t.Invoice.Seller
	all := []string{s.Name}
	all = append(all, t.address(billing.Address{Country: s.Country, City: s.City, State: s.State, Street: s.Street, Zip: s.Zip})...)
	var numbers []string
	for _, levy := range t.Invoice.Levies {
		if levy.Registration != "" && !slices.Contains(numbers, levy.Registration) {
			numbers = append(numbers, levy.Registration)
		}
	}
	if len(numbers) > 0 {
		all = append(all, t.w.TaxID+": "+strings.Join(numbers, ", "))
	}
	return filled(all)
}

// buyer is the buyer as the invoice names it. A business is named only beside
// its tax id.
func (t teller) buyer() []string {
	b := t.Invoice.Buyer
	all := []string{b.Name}
	if b.TaxID != "" && b.Business != "" {
		all = []string{b.Business, b.Name}
	}
	all = append(all, t.address(b.Address)...)
	all = append(all, b.Email)
	if b.TaxID != "" {
		all = append(all, t.w.TaxID+": "+b.TaxID)
	}
	return filled(all)
}

// address is written as the country writes it, its name in the language of
// the document.
func (t teller) address(a billing.Address) []string {
	country := t.country(a.Country)
	switch a.Country {
	case "US", "CA", "AU":
		return []string{a.Street, join(", ", a.City, join(" ", a.State, a.Zip)), country}
	case "GB", "IE", "IN":
		return []string{a.Street, a.City, join(" ", a.State, a.Zip), country}
	case "JP":
		if a.Zip != "" {
			a.Zip = "〒" + strings.TrimPrefix(a.Zip, "〒")
		}
		return []string{a.Zip, join(" ", a.State, a.City, a.Street), country}
	}
	return []string{a.Street, join(" ", a.Zip, a.City), a.State, country}
}

func (t teller) country(code string) string {
	region, err := language.ParseRegion(code)
	if err != nil {
		return code
	}
	if name := display.Regions(language.Make(t.language())).Name(region); name != "" {
		return name
	}
	return code
}

func join(by string, parts ...string) string { return strings.Join(filled(parts), by) }

func filled(lines []string) []string {
	return slices.DeleteFunc(slices.Clone(lines), func(s string) bool { return strings.TrimSpace(s) == "" })
}
