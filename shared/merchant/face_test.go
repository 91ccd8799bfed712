package merchant_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"perennial/shared/merchant"
)

// R061: branding and brands have one order, which every page, mail and
// document follows.
func TestR061WhatCustomersSeeOfABusiness(t *testing.T) {
	t.Parallel()
	plain := merchant.State{Business: merchant.Business{ID: "bus_1", Name: "Acme GmbH", SupportEmail: "office@acme.example"}}
	dressed := plain
	dressed.Settings.Branding = merchant.Branding{
		Name: "Acme", Support: "help@acme.example", ReturnURL: "https://acme.example", PrivacyURL: "https://acme.example/p",
	}
	labs := merchant.Brand{ID: "brnd_1", Name: "Acme Labs", URL: "https://labs.example"}
	for name, c := range map[string]struct {
		state merchant.State
		brand merchant.Brand
		want  merchant.Face
	}{
		"by itself":                {plain, merchant.Brand{}, merchant.Face{Name: "Acme GmbH", Support: "office@acme.example"}},
		"with branding":            {dressed, dressed.Business.Primary(), merchant.Face{Name: "Acme", Support: "help@acme.example", Home: "https://acme.example", Privacy: "https://acme.example/p"}},
		"another brand":            {dressed, labs, merchant.Face{Name: "Acme Labs", Support: "help@acme.example", Home: "https://labs.example", Privacy: "https://acme.example/p"}},
		"a brand that says little": {dressed, merchant.Brand{ID: "brnd_2", SupportEmail: "two@acme.example"}, merchant.Face{Name: "Acme", Support: "two@acme.example", Home: "https://acme.example", Privacy: "https://acme.example/p"}},
	} {
		if diff := cmp.Diff(c.want, c.state.Face(c.brand)); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}
