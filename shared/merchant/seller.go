package merchant

import (
	"strings"
	"unicode/utf8"

	"perennial/shared/fault"
	"perennial/shared/tax"
)

// Seller is the merchant as a party to its invoices: Perennial is not a
// merchant of record (rules 15). The zero value collects no tax, names the
// business alone, and numbers invoices per customer.
type Seller struct {
	Name      string // legal name; empty: the business's
	Street    string
	City      string
	State     string
	Zip       string
	Register  string // entry in a company register
	Tax       tax.Seller
	Numbering Numbering
}

// Check names everything that is wrong with the seller.
func (s Seller) Check() error {
	var check fault.Check
	check.That(utf8.RuneCountInString(s.Name) <= 200, "seller.name", "must be at most 200 characters")
	for _, line := range []struct{ name, text string }{
		{"street", s.Street}, {"city", s.City}, {"state", s.State}, {"zipcode", s.Zip}, {"register", s.Register},
	} {
		check.That(utf8.RuneCountInString(line.text) <= 200, "seller."+line.name, "must be at most 200 characters")
	}
	s.Numbering.check(&check)
	if err := check.Fault("INVALID_REQUEST_PARAMETERS", "The seller's details are not valid."); err != nil {
		return err
	}
	return s.Tax.Check()
}

// maxNumber is how long an invoice number may be (rules 17), less the two
// characters that mark a correction.
const maxNumber = 14

// Numbering is how legal numbers are given. The zero value numbers invoices
// and credit notes per customer, which needs no common counter; a series of
// the business is gapless over all customers and numbers what is paid within
// moments after the payment (rules 17).
type Numbering struct {
	PerBusiness bool
	Invoices    Template
	CreditNotes Template
	FiscalMonth int // month in which the fiscal year begins, 1 to 12; 0: January
}

// Template is how the numbers of a series look: prefix, fiscal year, counter.
type Template struct {
	Prefix string // letters, digits, dashes and slashes, such as "INV-"
	Year   bool   // the fiscal year follows, and the counter begins anew with it
	Digits int    // the counter is padded to so many digits; 0: 6
}

func (n Numbering) check(check *fault.Check) {
	check.That(n.FiscalMonth >= 0 && n.FiscalMonth <= 12, "numbering.fiscal_month", "must be a month from 1 to 12")
	if !n.PerBusiness {
		return
	}
	n.Invoices.check(check, "numbering.invoices")
	n.CreditNotes.check(check, "numbering.credit_notes")
	check.That(n.Invoices.Prefix != n.CreditNotes.Prefix, "numbering.credit_notes.prefix", "must differ from that of invoices")
}

func (t Template) check(check *fault.Check, field string) {
	plain := strings.Trim(t.Prefix, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-/") == ""
	check.That(t.Prefix != "" && plain, field+".prefix", "must be letters, digits, dashes and slashes")
	check.That(t.Digits >= 0 && t.Digits <= 12, field+".digits", "must be between 1 and 12")
	check.That(t.fits(), field+".prefix", "makes numbers longer than 14 characters")
}
