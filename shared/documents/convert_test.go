package documents_test

import (
	"testing"

	"perennial/shared/documents"
	"perennial/shared/invoices"
	"perennial/shared/merchant"
)

// R061: a document bears the name of the brand that sold.
func TestR061ADocumentBearsTheBrandsName(t *testing.T) {
	t.Parallel()
	paper := invoices.Paper{State: merchant.State{Business: merchant.Business{ID: "bus_1", Name: "Acme GmbH", Zone: "UTC"}}}
	if got := documents.FromPaper(paper).Brand.Name; got != "Acme GmbH" {
		t.Errorf("it bears %q", got)
	}
	paper.State.Settings.Branding.Name = "Acme"
	paper.Brand = merchant.Brand{ID: "brnd_1", Name: "Acme Labs"}
	if got := documents.FromPaper(paper).Brand.Name; got != "Acme Labs" {
		t.Errorf("it bears %q", got)
	}
}
