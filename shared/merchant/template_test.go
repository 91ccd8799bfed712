package merchant_test

import (
	"testing"
	"time"

	"perennial/shared/merchant"
)

func TestRule17NumbersOfASeries(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		look merchant.Template
		n    int64
		want string
	}{
		{"prefix and six digits", merchant.Template{Prefix: "INV-"}, 42, "INV-000042"},
		{"with the fiscal year", merchant.Template{Prefix: "R-", Year: true}, 7, "R-2026-000007"},
		{"more than its digits", merchant.Template{Prefix: "R-", Digits: 2}, 123, "R-123"},
		{"too long", merchant.Template{Prefix: "INVOICES-"}, 1, ""},
		{"full", merchant.Template{Prefix: "INV-", Year: true, Digits: 5}, 123_456, ""},
	} {
		got, err := c.look.Number(2026, c.n)
		if got != c.want || (err == nil) != (c.want != "") {
			t.Errorf("%s: %q, %v", c.name, got, err)
		}
	}
}

func TestTheFiscalYearBeginsInItsMonth(t *testing.T) {
	t.Parallel()
	n := merchant.Numbering{FiscalMonth: 4, Invoices: merchant.Template{Prefix: "R-", Year: true}}
	if got := n.Series(merchant.DocInvoice, time.Date(2027, 3, 31, 23, 0, 0, 0, time.UTC)); got != "invoice:R-:2026" {
		t.Errorf("the last of March belongs to %s", got)
	}
	if got := n.Series(merchant.DocInvoice, time.Date(2027, 4, 1, 0, 0, 0, 0, time.UTC)); got != "invoice:R-:2027" {
		t.Errorf("the first of April belongs to %s", got)
	}
}

func TestSellersThatAreRefused(t *testing.T) {
	t.Parallel()
	good := merchant.Numbering{
		PerBusiness: true, Invoices: merchant.Template{Prefix: "R-"}, CreditNotes: merchant.Template{Prefix: "G-"},
	}
	if err := (merchant.Seller{Numbering: good}).Check(); err != nil {
		t.Errorf("a plain seller: %v", err)
	}
	if err := (merchant.Seller{}).Check(); err != nil {
		t.Errorf("no seller at all: %v", err)
	}
	for name, change := range map[string]func(*merchant.Numbering){
		"no prefix":          func(n *merchant.Numbering) { n.Invoices.Prefix = "" },
		"one for both":       func(n *merchant.Numbering) { n.CreditNotes.Prefix = "R-" },
		"spaces":             func(n *merchant.Numbering) { n.Invoices.Prefix = "R " },
		"longer than 14":     func(n *merchant.Numbering) { n.Invoices.Digits = 12; n.Invoices.Prefix = "INV-" },
		"a thirteenth month": func(n *merchant.Numbering) { n.FiscalMonth = 13 },
	} {
		n := good
		change(&n)
		if err := (merchant.Seller{Numbering: n}).Check(); err == nil {
			t.Errorf("%s was accepted", name)
		}
	}
}
