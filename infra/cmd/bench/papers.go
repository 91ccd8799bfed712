package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"perennial/shared/billing"
	"perennial/shared/calendar"
	"perennial/shared/documents"
	"perennial/shared/money"
	"perennial/shared/tax"
	"perennial/shared/typeset"
)

// paperSection times an invoice of three lines as PDF, in each language: the
// first in a process, which reads the fonts, and the others.
func paperSection(_ context.Context, p place) (*table, error) {
	t := newTable("Documents as PDF", "language", "bytes", "first ms", "p50 ms", "p90 ms")
	for _, d := range []struct{ language, item, buyer string }{
		{"en", "Atlas Team", "Ada Lovelace"}, {"de", "Atlas für Gruppen", "Jürgen Groß"}, {"it", "Atlas per gruppi", "Niccolò Ferri"},
		{"hi", "क्षितिज टीम योजना", "लक्ष्मी कृष्णमूर्ति"}, {"ja", "アトラス・チームプラン", "渡邊 花子"},
	} {
		fonts := typeset.Open(os.DirFS(filepath.Join(p.root, "functions", "documents", "fonts")))
		var took []time.Duration
		size := 0
		for range 41 {
			start := time.Now()
			file, err := documents.Render(fonts, paper(d.language, d.item, d.buyer))
			if err != nil {
				return nil, fmt.Errorf("%s: %w", d.language, err)
			}
			took, size = append(took, time.Since(start)), len(file)
		}
		t.row(d.language, strconv.Itoa(size), ms(took[0]), ms(quantile(took[1:], 0.5)), ms(quantile(took[1:], 0.9)))
	}
	t.note("Three lines, discount, tax, one page, in one goroutine. First: with the fonts of the language read.")
	return t, nil
}

func paper(language, item, buyer string) documents.Document {
	eur := func(minor int64) money.Amount { return money.Of(minor, "EUR") }
	at := calendar.At(time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC))
	line := billing.Line{Description: item, Quantity: 2, Unit: eur(1900), Amount: eur(3800), Discount: eur(380), Tax: eur(650), Levy: 1}
	return documents.Document{
		Language: language, Brand: documents.Brand{Name: "Northwind"},
		Payment: billing.Payment{ID: "pay_1", Method: billing.Method{Brand: "visa", Last4: "4242"}},
		Invoice: billing.Invoice{
			Number: "NW-0007", Status: billing.InvoicePaid, FinalAt: at, PaidAt: at, DueAt: at,
			Lines: []billing.Line{line, line, line}, Levies: []tax.Decision{{Treatment: tax.Standard, Rate: 190000, Jurisdiction: "DE", Registration: "DE123456789"}},
			Subtotal: eur(11400), Discount: eur(1140), Tax: eur(1950), Total: eur(12210), Credit: eur(0),
			Buyer:  billing.Buyer{Name: buyer, Email: "buyer@example.com", Address: billing.Address{Country: "DE", City: "Berlin", Street: "Torstraße 12", Zip: "10119"}},
			Seller: billing.Party{Name: "Northwind Software GmbH", Street: "Hafenstraße 7", City: "Hamburg", Zip: "20457", Country: "DE", Email: "help@northwind.example"},
		},
	}
}
