// Package documents makes the papers of a sale as PDF: invoices, corrected
// invoices, credit notes, payment requests and receipts. It says in the
// reader's language what an invoice holds, lays it out on A4, and serves the
// result over HTTP to a merchant's key or to a signed address.
//
// It computes no amount: every figure is one that the invoice holds or a sum
// of such. The same document makes the same bytes.
package documents

import (
	"time"

	"perennial/shared/billing"
	"perennial/shared/pdf"
	"perennial/shared/typeset"
)

// Document is what one paper is made of.
type Document struct {
	Invoice  billing.Invoice
	About    billing.Invoice // the invoice that a credit note or a correction is about
	Payment  billing.Payment // that paid it; the zero value for none
	Receipt  bool            // show it as a receipt for its payment
	Test     bool            // of a test mode: marked as not valid
	Brand    Brand
	Language string         // one of Languages; others are set in English
	Zone     *time.Location // whose calendar dates are of
}

// Brand is how a merchant looks.
type Brand struct {
	Name   string // empty: the seller's
	Accent string // #rrggbb; empty or unreadable: Perennial's
	Logo   []byte // PNG or JPEG; none: the name
}

// Render makes one file of one or more documents; each counts its own pages.
func Render(fonts *typeset.Fonts, docs ...Document) ([]byte, error) {
	if len(docs) == 0 {
		return nil, ErrNothing
	}
	file := pdf.New(info(docs[0]))
	for _, d := range docs {
		if err := lay(file, fonts, d); err != nil {
			return nil, err
		}
	}
	return file.Bytes()
}

func info(d Document) pdf.Info {
	c := d.content()
	title := c.Title
	if d.Invoice.Number != "" {
		title += " " + d.Invoice.Number
	}
	made := d.Invoice.FinalAt
	if made.IsZero() {
		made = d.Invoice.DueAt
	}
	return pdf.Info{Title: title, Author: c.Name, Subject: c.Headline, Language: d.language(), Created: made.Time()}
}
