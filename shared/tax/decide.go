package tax

import (
	"fmt"

	"perennial/shared/taxid"
)

// Decision is how one line is taxed. An invoice line keeps it whole: what was
// charged is never looked up again.
type Decision struct {
	Treatment    Treatment
	Rate         Rate // 0 unless standard or reduced
	Reason       Reason
	Jurisdiction string // "DE", "PT-30", "IC", "US-NY"
	Category     Category
	Date         Date   // the tax date
	Registration string // the seller's number that the invoice shows; empty when not collecting
	Scheme       Scheme
	TaxID        string // the buyer's, for reverse charge
}

// Wording is the key of the sentence that the invoice must carry, empty when
// it needs none.
func (d Decision) Wording() string {
	switch d.Treatment {
	case ReverseCharge, Exempt, NotCollecting, OutOfScope:
		return "tax." + string(d.Treatment)
	default:
		return ""
	}
}

// Decide tells how a sale of the category from seller to buyer is taxed. It
// fails when the buyer's country, the category, the date or the rate is not
// known, if the seller collects tax at all.
func Decide(s Seller, b Buyer, c Category, w When) (Decision, error) {
	return s.decide(b, c, func(a Area) (Date, error) { return s.date(a, w) })
}

// DecideOn is Decide on a tax date that is already known, such as that of an
// earlier decision.
func DecideOn(s Seller, b Buyer, c Category, on Date) (Decision, error) {
	return s.decide(b, c, func(Area) (Date, error) { return ParseDate(string(on)) })
}

func (s Seller) decide(b Buyer, c Category, date func(Area) (Date, error)) (Decision, error) {
	if len(s.Registrations) == 0 {
		return Decision{Treatment: NotCollecting, Reason: ReasonNoRegistration, Jurisdiction: canonical(b.Country), Category: c}, nil
	}
	if !c.Known() {
		return Decision{}, fmt.Errorf("%w: %q", ErrCategory, c)
	}
	area, err := Place(b, c)
	if err != nil {
		return Decision{}, err
	}
	on, err := date(area)
	if err != nil {
		return Decision{}, err
	}
	d := Decision{Jurisdiction: area.Code(), Category: c, Date: on}
	if d, done := s.untaxed(d, b, area); done {
		return d, nil
	}
	return s.taxed(d, b, area)
}

// untaxed decides what needs no rate: what the buyer accounts for, and what
// the seller does not collect.
func (s Seller) untaxed(d Decision, b Buyer, a Area) (Decision, bool) {
	if r, ok := s.reverseCharge(b, a, d.Date); ok {
		d.Treatment, d.Reason, d.TaxID = ReverseCharge, ReasonBusiness, b.TaxID
		d.Registration, d.Scheme = r.Number, r.Scheme
		return d, true
	}
	_, own := s.override(a, d.Category, d.Date)
	if a.Outside && !own {
		d.Treatment, d.Reason = OutOfScope, ReasonOutside
		return d, true
	}
	if _, ok := s.collects(a, d.Date); ok {
		return d, false
	}
	if _, ok := s.belowThreshold(a, d.Date); ok {
		return d, false
	}
	d.Treatment, d.Reason = NotCollecting, ReasonNoRegistration
	return d, true
}

// taxed completes a decision where the seller collects.
func (s Seller) taxed(d Decision, b Buyer, a Area) (Decision, error) {
	r, there := s.collects(a, d.Date)
	if !there {
		r, _ = s.belowThreshold(a, d.Date)
		home := canonical(s.Country)
		a = Area{Codes: []string{home}, State: home, OSS: true}
		d.Jurisdiction, d.Reason = home, ReasonThreshold
	}
	d.Registration, d.Scheme = r.Number, r.Scheme
	if b.Exempt {
		d.Treatment, d.Reason = Exempt, ReasonCustomer
		return d, nil
	}
	if o, ok := s.override(a, d.Category, d.Date); ok {
		d.Treatment, d.Rate, d.Reason = o.treatment(), o.Rate, ReasonOverride
		return d, nil
	}
	var err error
	if d.Treatment, d.Rate, err = Lookup(a, d.Category, d.Date); err != nil {
		return Decision{}, err
	}
	if d.Reason == "" {
		d.Reason = s.doubt(b, a)
	}
	return d, nil
}

// reverseCharge finds the seller's number under which a business abroad
// accounts for the tax itself: in another member state (Article 196 of
// Directive 2006/112/EC), in the United Kingdom and in Norway. A registered
// foreign seller taxes Swiss businesses too.
func (s Seller) reverseCharge(b Buyer, a Area, on Date) (Registration, bool) {
	if b.TaxIDStatus != taxid.Valid || a.Outside || !s.abroad(a) || !belongs(b.TaxID, a) {
		return Registration{}, false
	}
	if inEU(a.State) {
		return s.inUnion(on)
	}
	return s.find(Local, on, func(country string) bool { return country == a.State })
}

// abroad reports whether the area is a foreign country to the seller, one of
// those where businesses account for the tax themselves.
func (s Seller) abroad(a Area) bool {
	return canonical(s.Country) != a.State && (inEU(a.State) || a.State == "GB" || a.State == "NO")
}

// belongs reports whether the tax id is of the area's country.
func belongs(id string, a Area) bool {
	parsed, err := taxid.Parse(id, a.State)
	return err == nil && canonical(parsed.Country) == a.State
}

// doubt says why a buyer who gave a tax id was taxed as a consumer.
func (s Seller) doubt(b Buyer, a Area) Reason {
	switch {
	case b.TaxID == "" || !s.abroad(a):
		return ""
	case b.TaxIDStatus == taxid.Pending:
		return ReasonPending
	case b.TaxIDStatus == taxid.Valid && !belongs(b.TaxID, a):
		return ReasonMismatch
	}
	return ""
}

func (o Override) treatment() Treatment {
	switch {
	case o.Exempt:
		return Exempt
	case o.Rate == 0:
		return ZeroRated
	}
	return Standard
}
