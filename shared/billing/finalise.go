package billing

import (
	"time"

	"perennial/shared/calendar"
	"perennial/shared/merchant"
)

// DocumentTemplate is the version of the layout that invoices are issued
// with. Issued ones keep theirs (rules 18).
const DocumentTemplate = 1

// Party is the seller as an invoice names it, unchanged for ever.
type Party struct {
	Name     string
	Street   string
	City     string
	State    string
	Zip      string
	Country  string
	Register string
	Email    string
}

// Issuer makes invoices final: it gives the seller's snapshot and the number.
// The zero value numbers per customer and names nobody.
type Issuer struct {
	Seller    Party
	Numbering merchant.Numbering
	Zone      *time.Location  // whose calendar decides the fiscal year
	Leads     merchant.Leads  // when customers are told of charges to come
	Manual    merchant.Manual // when those who renew by themselves are asked to pay
}

// IssuerOf is the issuer that a scope's settings make.
func IssuerOf(state merchant.State, zone *time.Location) Issuer {
	b, s := state.Business, state.Seller
	p := Party{
		Name: s.Name, Street: s.Street, City: s.City, State: s.State, Zip: s.Zip,
		Country: s.Tax.Country, Register: s.Register, Email: b.SupportEmail,
	}
	if p.Name == "" {
		p.Name = b.Name
	}
	if p.Country == "" {
		p.Country = b.Country
	}
	return Issuer{Seller: p, Numbering: s.Numbering, Zone: zone, Leads: state.Settings.Reminders, Manual: state.Settings.Manual}
}

// Ticket is a final document's place in the queue of a series of the
// business: the number follows within moments, in the order of the tickets
// (rules 17).
type Ticket struct {
	Invoice string // id of the document; the ticket's own identity
	Version int64
	Series  string
	Year    int               // fiscal year
	Look    merchant.Template // of the series when the document became final
	At      calendar.Instant
}

// Series is the counter of one series of the business. Only the finaliser of
// the series moves it, so that numbers have no gap.
type Series struct {
	ID      string // as merchant.Numbering names it
	Version int64
	Last    int64 // the last number given
}

// Take gives the document of a ticket the next number of its series.
func (s Series) Take(v Invoice, t Ticket) (Series, Invoice, error) {
	number, err := t.Look.Number(t.Year, s.Last+1)
	if err != nil {
		return s, v, err
	}
	s.Last++
	v.Number = number
	return s, v, nil
}

// document is what the invoice is to a series.
func (v Invoice) document() merchant.Document {
	if v.Kind == KindCreditNote {
		return merchant.DocCreditNote
	}
	return merchant.DocInvoice
}

// finalise makes a document final: the snapshot of its seller, and its number
// from the customer's series, or a ticket for the business's.
func (i Issuer) finalise(v Invoice, c Customer, at calendar.Instant) (Invoice, Customer, *Ticket) {
	v.Seller, v.Template, v.FinalAt = i.Seller, DocumentTemplate, at
	if !i.Numbering.PerBusiness {
		if v.Kind == KindCreditNote {
			c, v.Number = c.TakeCreditNumber()
		} else {
			c, v.Number = c.TakeNumber()
		}
		return v, c, nil
	}
	local := at.Time()
	if i.Zone != nil {
		local = local.In(i.Zone)
	}
	doc := v.document()
	v.Series = i.Numbering.Series(doc, local)
	return v, c, &Ticket{Invoice: v.ID, Series: v.Series, Year: i.Numbering.FiscalYear(local), Look: i.Numbering.Of(doc), At: at}
}
