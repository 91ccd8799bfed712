package documents

import (
	"context"
	"time"

	"perennial/shared/billing"
	"perennial/shared/invoices"
	"perennial/shared/merchant"
	"perennial/shared/typeset"
)

// Renderer renders for package invoices.
type Renderer struct{ Fonts *typeset.Fonts }

// Render implements invoices.Renderer.
func (r Renderer) Render(_ context.Context, papers []invoices.Paper) ([]byte, error) {
	docs := make([]Document, len(papers))
	for i, p := range papers {
		docs[i] = FromPaper(p)
	}
	return Render(r.Fonts, docs...)
}

// FromPaper gives a paper the merchant's looks. A due notice has no snapshot
// of its seller yet, so it names the business.
func FromPaper(p invoices.Paper) Document {
	look := p.State.Settings.Branding
	zone, err := time.LoadLocation(p.State.Business.Zone)
	if err != nil {
		zone = time.UTC
	}
	d := Document{
		Invoice: p.Invoice, About: p.About, Payment: p.Payment, Receipt: p.Receipt,
		Test: p.State.Scope.Mode == merchant.Test, Language: p.Language, Zone: zone,
		Brand: Brand{Name: p.State.Face(p.Brand).Name, Accent: look.Light.Accent},
	}
	if d.Invoice.Seller.Name == "" {
		d.Invoice.Seller = billing.IssuerOf(p.State, zone).Seller
	}
	return d
}
