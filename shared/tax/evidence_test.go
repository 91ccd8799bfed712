package tax_test

import (
	"testing"

	"perennial/shared/tax"
)

// R321: the tax follows where the customer is, of which proof is kept.
func TestLocationProofs(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name       string
		evidence   tax.Evidence
		want       tax.Finding
		sufficient bool
	}{
		{"all three agree", tax.Evidence{Address: "DE", IP: "DE", Card: "DE"}, tax.Finding{Country: "DE", Agreeing: 3}, true},
		{"address and card", tax.Evidence{Address: "DE", Card: "DE"}, tax.Finding{Country: "DE", Agreeing: 2}, true},
		{"address alone", tax.Evidence{Address: "DE"}, tax.Finding{Country: "DE", Agreeing: 1}, false},
		{"on a journey", tax.Evidence{Address: "DE", IP: "IT", Card: "DE"}, tax.Finding{Country: "DE", Agreeing: 2, Conflict: true}, true},
		{"an address to save tax", tax.Evidence{Address: "US", IP: "HU", Card: "HU"}, tax.Finding{Country: "US", Agreeing: 1, Conflict: true}, false},
		{"Monaco with a French network", tax.Evidence{Address: "MC", IP: "FR"}, tax.Finding{Country: "MC", Agreeing: 2}, true},
		{"Greece by both names", tax.Evidence{Address: "GR", IP: "EL"}, tax.Finding{Country: "GR", Agreeing: 2}, true},
		{"a network of nowhere proves nothing", tax.Evidence{Address: "DE", IP: "ZZ"}, tax.Finding{Country: "DE", Agreeing: 1}, false},
		{"nothing known", tax.Evidence{}, tax.Finding{}, false},
	} {
		if got := c.evidence.Judge(); got != c.want || got.Sufficient() != c.sufficient {
			t.Errorf("%s: %+v, sufficient %v; want %+v", c.name, got, got.Sufficient(), c.want)
		}
	}
}
