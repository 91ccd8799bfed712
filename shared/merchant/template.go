package merchant

import (
	"errors"
	"fmt"
	"strconv"
	"time"
)

// ErrNumberTooLong: a series has run out of its at most 14 characters; it
// needs another template.
var ErrNumberTooLong = errors.New("merchant: the invoice series is full")

// Document is what a series numbers. Each has a series of its own.
type Document string

// The documents.
const (
	DocInvoice    Document = "invoice"
	DocCreditNote Document = "credit_note"
)

// Of is the template of a document.
func (n Numbering) Of(d Document) Template {
	if d == DocCreditNote {
		return n.CreditNotes
	}
	return n.Invoices
}

// Series names the series that a document belongs to when it becomes final:
// kind, prefix and fiscal year. A changed prefix begins another series, so
// that no number is given twice.
func (n Numbering) Series(d Document, at time.Time) string {
	t := n.Of(d)
	name := string(d) + ":" + t.Prefix
	if t.Year {
		name += ":" + strconv.Itoa(n.FiscalYear(at))
	}
	return name
}

// FiscalYear is the year in which the fiscal year of a local time began.
func (n Numbering) FiscalYear(at time.Time) int {
	year := at.Year()
	if n.FiscalMonth > 1 && int(at.Month()) < n.FiscalMonth {
		year--
	}
	return year
}

// Number writes the n-th number of the series: "INV-2026-000042".
func (t Template) Number(year int, n int64) (string, error) {
	text := t.Prefix
	if t.Year {
		text += strconv.Itoa(year) + "-"
	}
	text += fmt.Sprintf("%0*d", t.digits(), n)
	if len(text) > maxNumber {
		return "", fmt.Errorf("%w: %s", ErrNumberTooLong, text)
	}
	return text, nil
}

func (t Template) digits() int {
	if t.Digits == 0 {
		return 6
	}
	return t.Digits
}

// fits reports whether the series can begin.
func (t Template) fits() bool {
	_, err := t.Number(2000, 1)
	return err == nil
}
