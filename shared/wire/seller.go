package wire

import (
	"perennial/shared/merchant"
	"perennial/shared/tax"
)

// Seller is the merchant as a party to its invoices. The arrays are replaced
// whole by a PATCH.
type Seller struct {
	Name          string         `json:"legal_name" required:"false" nullable:"true"`
	Street        string         `json:"street" required:"false" nullable:"true"`
	City          string         `json:"city" required:"false" nullable:"true"`
	State         string         `json:"state" required:"false" nullable:"true"`
	Zip           string         `json:"zipcode" required:"false" nullable:"true"`
	Register      string         `json:"register" required:"false" nullable:"true" doc:"Entry in a company register."`
	Country       string         `json:"country" required:"false" nullable:"true" doc:"Where the seller is established."`
	Registrations []Registration `json:"registrations" required:"false" doc:"Tax is charged only under a registration that is valid on the tax date."`
	AtPeriodEnd   []string       `json:"at_period_end" required:"false" doc:"Countries where the end of the period sets the tax date, not the payment."`
	Numbering     Numbering      `json:"numbering" required:"false"`
}

// Registration is a tax number and when it is valid, the last day excluded.
type Registration struct {
	Country   string `json:"country"`
	Scheme    string `json:"scheme" enum:"local,oss"`
	Number    string `json:"number"`
	Threshold string `json:"threshold" required:"false" doc:"below: consumers in other member states are taxed as at home."`
	From      string `json:"from" doc:"A date such as 2027-01-01."`
	Until     string `json:"until" required:"false"`
}

// Numbering is how invoices are numbered: per customer, or in series of the
// business.
type Numbering struct {
	PerBusiness bool   `json:"per_business" required:"false" nullable:"true"`
	Invoices    Series `json:"invoices" required:"false"`
	CreditNotes Series `json:"credit_notes" required:"false"`
	FiscalMonth int    `json:"fiscal_month" required:"false" nullable:"true" doc:"In which the fiscal year begins; 0 is January."`
}

// Series is how the numbers of one kind of document look.
type Series struct {
	Prefix string `json:"prefix" required:"false" nullable:"true"`
	Year   bool   `json:"fiscal_year" required:"false" nullable:"true"`
	Digits int    `json:"digits" required:"false" nullable:"true"`
}

func toSeller(s merchant.Seller) Seller {
	out := Seller{
		Name: s.Name, Street: s.Street, City: s.City, State: s.State, Zip: s.Zip, Register: s.Register, Country: s.Tax.Country,
		Registrations: []Registration{}, AtPeriodEnd: append([]string{}, s.Tax.AtPeriodEnd...),
		Numbering: Numbering{s.Numbering.PerBusiness, Series(s.Numbering.Invoices), Series(s.Numbering.CreditNotes), s.Numbering.FiscalMonth},
	}
	for _, r := range s.Tax.Registrations {
		out.Registrations = append(out.Registrations, Registration{
			r.Country, string(r.Scheme), r.Number, string(r.Threshold), string(r.From), string(r.Until),
		})
	}
	return out
}

// fromSeller keeps what the wire does not show: rates of the merchant's own.
func fromSeller(w Seller, s merchant.Seller) merchant.Seller {
	out := merchant.Seller{
		Name: w.Name, Street: w.Street, City: w.City, State: w.State, Zip: w.Zip, Register: w.Register, Tax: s.Tax,
		Numbering: merchant.Numbering{
			PerBusiness: w.Numbering.PerBusiness, FiscalMonth: w.Numbering.FiscalMonth,
			Invoices: merchant.Template(w.Numbering.Invoices), CreditNotes: merchant.Template(w.Numbering.CreditNotes),
		},
	}
	out.Tax.Country, out.Tax.AtPeriodEnd, out.Tax.Registrations = w.Country, nil, nil
	out.Tax.AtPeriodEnd = append(out.Tax.AtPeriodEnd, w.AtPeriodEnd...)
	for _, r := range w.Registrations {
		out.Tax.Registrations = append(out.Tax.Registrations, tax.Registration{
			Country: r.Country, Scheme: tax.Scheme(r.Scheme), Number: r.Number, Threshold: tax.Threshold(r.Threshold),
			From: tax.Date(r.From), Until: tax.Date(r.Until),
		})
	}
	return out
}
