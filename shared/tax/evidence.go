package tax

import "slices"

// Evidence is what a payment tells of where its customer is: the billing
// address, the address it was sent from and the country of the card. The EU
// asks for two items that do not contradict each other (Articles 24b and 24f
// of Regulation 282/2011; one is enough for sellers below EUR 100,000 a year).
type Evidence struct {
	Address string // ISO 3166-1 of the billing address, which decides the tax
	IP      string // of the network address; empty when unknown
	Card    string // of the card's issuer; empty when unknown
}

// Finding is what the evidence comes to.
type Finding struct {
	Country  string // the address's
	Agreeing int    // items that name the country, the address among them
	Conflict bool   // an item names a place that another state taxes
}

// Sufficient reports whether two items agree.
func (f Finding) Sufficient() bool { return f.Agreeing >= 2 }

// Judge compares the items. Places that one state taxes, such as Monaco and
// France, agree. The tax follows the address all the same; a conflict is for
// the merchant to look at.
func (e Evidence) Judge() Finding {
	f := Finding{Country: canonical(e.Address)}
	for _, item := range []string{e.Address, e.IP, e.Card} {
		switch {
		case !known(item):
		case slices.Equal(taxedBy(item), taxedBy(e.Address)):
			f.Agreeing++
		default:
			f.Conflict = true
		}
	}
	return f
}

// taxedBy names who taxes a whole country.
func taxedBy(country string) []string {
	a, err := Place(Buyer{Country: country}, DigitalProducts)
	if err != nil {
		return []string{canonical(country)}
	}
	if a.State != "" {
		return []string{a.State}
	}
	return a.Codes
}
