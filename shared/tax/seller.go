package tax

import (
	"slices"

	"perennial/shared/fault"
)

// Seller is the tax side of a merchant's settings. The zero value collects no
// tax anywhere.
type Seller struct {
	Country       string         // where the seller is established, ISO 3166-1
	Registrations []Registration // dated; a country may appear again with later dates
	Overrides     []Override     // rates of the merchant's own
	AtPeriodEnd   []string       // countries where the end of the period, not the payment, sets the tax date
}

// Scheme is the kind of a registration.
type Scheme string

// The schemes: in the country itself, or the EU's One Stop Shop (Union or
// non-Union), which covers consumers in all member states but the seller's own.
const (
	Local Scheme = "local"
	OSS   Scheme = "oss"
)

// Threshold says who taxes consumers in other member states (Article 59c of
// Directive 2006/112/EC, EUR 10,000 a year).
type Threshold string

// The modes of the threshold. AboveThreshold is the zero value.
const (
	AboveThreshold Threshold = ""      // the consumer's country taxes
	BelowThreshold Threshold = "below" // the seller's own country taxes
)

// Registration is a tax number that the seller holds from one day until
// another, the last day excluded.
type Registration struct {
	Country   string // ISO 3166-1, a subdivision such as "US-NY", or a special area such as "IC"; for OSS where the seller is identified
	Scheme    Scheme
	Number    string
	Threshold Threshold // of the local registration in the seller's own country
	From      Date
	Until     Date // empty while it lasts
}

// Override is the merchant's own rate for a place from one day until another.
// It wins over the built-in rates; one for a category wins over one for all,
// one for a subdivision over one for its country, and a later one over an
// earlier one.
type Override struct {
	Country  string   // as in Registration
	Category Category // empty means all
	Rate     Rate
	Exempt   bool // the law exempts it there; Rate is 0 then
	From     Date
	Until    Date
}

// Check names everything that is wrong with the settings.
func (s Seller) Check() error {
	var check fault.Check
	check.That(s.Country == "" && len(s.Registrations) == 0 || known(s.Country), "country", "must be an ISO 3166-1 country")
	for _, r := range s.Registrations {
		check.That(knownPlace(r.Country), "registrations.country", "must be a country, subdivision or special area")
		check.That(r.Scheme == Local || r.Scheme == OSS, "registrations.scheme", "must be local or oss")
		check.That(r.Scheme != OSS || inEU(r.Country), "registrations.country", "must be an EU member state for the One Stop Shop")
		check.That(r.Number != "", "registrations.number", "must not be empty")
		check.That(r.Threshold == AboveThreshold || r.Threshold == BelowThreshold && r.Scheme == Local && canonical(r.Country) == canonical(s.Country),
			"registrations.threshold", "belongs to the registration in the seller's own country")
		check.That(spans(r.From, r.Until), "registrations.from", "must be a date before until")
	}
	for _, o := range s.Overrides {
		check.That(knownPlace(o.Country), "overrides.country", "must be a country, subdivision or special area")
		check.That(o.Category.Known(), "overrides.category", "must be a tax category or empty")
		check.That(o.Rate >= 0 && o.Rate <= whole && (!o.Exempt || o.Rate == 0), "overrides.rate", "must be between 0 and 100 percent, and 0 when exempt")
		check.That(spans(o.From, o.Until), "overrides.from", "must be a date before until")
	}
	for _, c := range s.AtPeriodEnd {
		check.That(known(c), "at_period_end", "must be ISO 3166-1 countries")
	}
	return check.Fault("INVALID_REQUEST_PARAMETERS", "The tax settings are not valid.")
}

// spans reports whether from is a day, and until open or a later day.
func spans(from, until Date) bool {
	if _, err := ParseDate(string(from)); err != nil {
		return false
	}
	if until == "" {
		return true
	}
	_, err := ParseDate(string(until))
	return err == nil && from < until
}

// collects finds the registration under which the seller taxes consumers in
// the area, and whether there is one: a local one there first, then OSS.
func (s Seller) collects(a Area, on Date) (Registration, bool) {
	for _, code := range append(slices.Clone(a.Codes), a.State) {
		if r, ok := s.find(Local, on, func(country string) bool { return country == code }); ok {
			return r, true
		}
	}
	if !a.OSS || inEU(s.Country) && a.State == canonical(s.Country) {
		return Registration{}, false
	}
	return s.find(OSS, on, inEU)
}

// belowThreshold finds the home registration that taxes small sales to
// consumers in other member states.
func (s Seller) belowThreshold(a Area, on Date) (Registration, bool) {
	home := canonical(s.Country)
	r, ok := s.find(Local, on, func(country string) bool { return country == home })
	return r, ok && r.Threshold == BelowThreshold && inEU(home) && a.OSS && a.State != home
}

// inUnion finds a registration in the EU, the one at home first.
func (s Seller) inUnion(on Date) (Registration, bool) {
	home := canonical(s.Country)
	if r, ok := s.find(Local, on, func(country string) bool { return country == home && inEU(home) }); ok {
		return r, true
	}
	if r, ok := s.find(Local, on, inEU); ok {
		return r, true
	}
	return s.find(OSS, on, inEU)
}

// find is the newest registration of the scheme that is valid on the day.
func (s Seller) find(scheme Scheme, on Date, where func(country string) bool) (Registration, bool) {
	var best Registration
	for _, r := range s.Registrations {
		if r.Scheme == scheme && on.within(r.From, r.Until) && where(canonical(r.Country)) && r.From >= best.From {
			best = r
		}
	}
	return best, best.Scheme != ""
}

// override finds the merchant's own rate for the area, category and day.
func (s Seller) override(a Area, c Category, on Date) (Override, bool) {
	for _, code := range a.Codes {
		for _, category := range []Category{c, ""} {
			var best Override
			for _, o := range s.Overrides {
				if canonical(o.Country) == code && o.Category == category && on.within(o.From, o.Until) && o.From >= best.From {
					best = o
				}
			}
			if best.Country != "" {
				return best, true
			}
		}
	}
	return Override{}, false
}

// atPeriodEnd reports whether the end of the period sets the tax date there.
func (s Seller) atPeriodEnd(a Area) bool {
	return slices.ContainsFunc(s.AtPeriodEnd, func(c string) bool { return canonical(c) == a.State })
}
