package billing_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"perennial/shared/billing"
	"perennial/shared/merchant"
	"perennial/shared/money"
	"perennial/shared/tax"
)

// paidInvoice is an invoice as a payment has left it.
func paidInvoice(t interface{ Fatal(...any) }, d billing.Draft) billing.Invoice {
	v, err := d.Invoice()
	if err != nil {
		t.Fatal(err)
	}
	v.ID, v.Status, v.Number = "inv_1", billing.InvoicePaid, "ADA1-0001"
	return v
}

// Rules 17: a numbered invoice is cancelled only by credit notes, which
// together take back exactly what it charged, tax included.
func TestCreditNotesTakeBackExactlyTheInvoice(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		v := paidInvoice(t, drafts.Draw(t, "draft"))
		var gross, taxes int64
		for round := 0; len(v.Whole()) > 0; round++ {
			parts := v.Whole()
			if round < 4 {
				parts = parts[:1]
				left := parts[0].Gross.Minor
				parts[0].Gross.Minor = rapid.Int64Range(min(left, sign(left)), max(left, sign(left))).Draw(t, "part")
			}
			made, err := v.CreditNote(billing.Note{ID: "inv_cn", Parts: parts, At: start}, billing.Issuer{}, billing.Customer{InvoicePrefix: "ADA1"})
			if err != nil {
				t.Fatal(err)
			}
			var lines int64
			for _, l := range made.Note.Lines {
				lines += l.Gross().Minor
			}
			if lines != made.Note.Total.Minor || made.Note.Corrects != v.ID || made.Note.Number != "ADA1-CN0001" {
				t.Fatalf("the note says %+v, its lines add up to %d", made.Note, lines)
			}
			gross, taxes = gross+lines, taxes+made.Note.Tax.Minor
			v = made.Invoice
		}
		if gross != -v.Total.Minor || taxes != -v.Tax.Minor {
			t.Errorf("notes took back %d with tax %d of an invoice over %d with tax %d", gross, taxes, v.Total.Minor, v.Tax.Minor)
		}
	})
}

func sign(n int64) int64 {
	if n < 0 {
		return -1
	}
	return 1
}

func TestACreditNoteTakesBackNoMoreThanIsLeft(t *testing.T) {
	t.Parallel()
	d := billing.Draft{Currency: "EUR", Lines: []billing.Line{{Quantity: 1, Unit: money.Of(1000, "EUR")}}}
	v := paidInvoice(t, d)
	part := func(minor int64, c money.Currency) billing.Note {
		return billing.Note{ID: "inv_cn", Parts: []billing.NotePart{{Gross: money.Of(minor, c)}}}
	}
	made, err := v.CreditNote(part(700, "EUR"), billing.Issuer{}, billing.Customer{})
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range []billing.Note{part(301, "EUR"), part(0, "EUR"), part(-1, "EUR"), part(1, "USD"), {Parts: []billing.NotePart{{Line: 1}}}} {
		if _, err := made.Invoice.CreditNote(n, billing.Issuer{}, billing.Customer{}); err == nil {
			t.Errorf("took back %+v after 7.00 of 10.00", n.Parts)
		}
	}
	open := v
	open.Status = billing.InvoiceOpen
	if _, err := open.CreditNote(part(1, "EUR"), billing.Issuer{}, billing.Customer{}); err == nil {
		t.Error("a due notice was credited")
	}
}

// R273: only the VAT that was too much is given back.
func TestR273ACreditNoteOverTaxAlone(t *testing.T) {
	t.Parallel()
	v := paidInvoice(t, billing.Draft{
		Currency: "EUR", At: start, Seller: flatRate(190_000), Taxed: taxedInGermany,
		Lines: []billing.Line{{Quantity: 1, Unit: money.Of(10_000, "EUR")}},
	})
	n := billing.Note{ID: "inv_cn", Parts: []billing.NotePart{{Gross: money.Of(300, "EUR"), Tax: true}}}
	made, err := v.CreditNote(n, billing.Issuer{}, billing.Customer{})
	if err != nil {
		t.Fatal(err)
	}
	if made.Note.Tax.Minor != -300 || made.Note.Total.Minor != -300 || made.Note.Subtotal.Minor != 0 {
		t.Errorf("the note is over %+v", made.Note)
	}
	rest, err := made.Invoice.CreditNote(billing.Note{ID: "inv_cn2", Parts: made.Invoice.Whole()}, billing.Issuer{}, billing.Customer{})
	if err != nil || rest.Note.Tax.Minor != -1600 || rest.Note.Total.Minor != -11_600 {
		t.Errorf("the rest is %+v, %v", rest.Note, err)
	}
}

// Rules 18: what the seller was called when the invoice became final stays.
func TestFinalisingKeepsTheSeller(t *testing.T) {
	t.Parallel()
	state := merchant.State{
		Business: merchant.Business{Name: "Northwind", Country: "DE"},
		Seller: merchant.Seller{
			Name: "Northwind GmbH", City: "Berlin",
			Numbering: merchant.Numbering{PerBusiness: true, Invoices: merchant.Template{Prefix: "R-", Year: true}, FiscalMonth: 4},
		},
	}
	v, err := billing.Draft{Currency: "EUR", Lines: []billing.Line{{Quantity: 1, Unit: money.Of(1000, "EUR")}}}.Invoice()
	if err != nil {
		t.Fatal(err)
	}
	issued, _, ticket, err := v.Issue(billing.IssuerOf(state, time.UTC), billing.Customer{}, start)
	if err != nil {
		t.Fatal(err)
	}
	if issued.Seller.Name != "Northwind GmbH" || issued.Seller.Country != "DE" || issued.Template != billing.DocumentTemplate {
		t.Errorf("the snapshot is %+v", issued.Seller)
	}
	if ticket == nil || ticket.Series != "invoice:R-:2026" || ticket.Year != 2026 || issued.Number != "" {
		t.Errorf("it got %+v, number %q", ticket, issued.Number)
	}
	if _, err := issued.Void(); err == nil {
		t.Error("an issued invoice was voided")
	}
	if _, err := v.Void(); err != nil {
		t.Errorf("a due notice could not be voided: %v", err)
	}
}

var taxedInGermany = tax.Buyer{Country: "DE"}

// The tax in the parts of a line follows what was given back so far, also
// after tax that went back alone: a part never holds more than its share.
func TestTaxInPartsIsCumulative(t *testing.T) {
	t.Parallel()
	line := billing.Line{
		Product: "pdt_1", Quantity: 1, Unit: money.Of(1147, "JPY"), Inclusive: true,
		As: &tax.Decision{Treatment: tax.Standard, Rate: 81_000},
	}
	v := paidInvoice(t, billing.Draft{Currency: "JPY", Lines: []billing.Line{line}}) // 86 of tax
	for _, part := range []struct {
		gross, want int64
		tax         bool
	}{{822, 62, false}, {34, 2, false}, {10, 10, true}, {281, 12, false}} {
		made, err := v.CreditNote(billing.Note{
			ID: "inv_cn", At: start, Parts: []billing.NotePart{{Gross: money.Of(part.gross, "JPY"), Tax: part.tax}},
		}, billing.Issuer{}, billing.Customer{})
		if err != nil || made.Note.Tax.Minor != -part.want {
			t.Errorf("%d holds %v of tax, want %d (%v)", part.gross, made.Note.Tax, part.want, err)
		}
		v = made.Invoice
	}
}
