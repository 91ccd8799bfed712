package tax_test

import (
	"testing"

	"perennial/shared/fault"
	"perennial/shared/tax"
	"perennial/shared/taxid"
)

func TestWhoCollectsWhere(t *testing.T) {
	t.Parallel()
	local := func(country string) tax.Registration {
		return tax.Registration{Country: country, Scheme: tax.Local, Number: "nr-" + country, From: "2015-01-01"}
	}
	oss := tax.Registration{Country: "IE", Scheme: tax.OSS, Number: "EU372000041", From: "2015-01-01"}
	small := local("FR")
	small.Threshold = tax.BelowThreshold
	business := func(country, id string) tax.Buyer {
		return tax.Buyer{Country: country, TaxID: id, TaxIDStatus: taxid.Valid}
	}
	for _, c := range []struct {
		name   string
		home   string
		regs   []tax.Registration
		buyer  tax.Buyer
		want   tax.Treatment
		rate   string
		number string
		place  string
	}{
		{"a small French seller taxes Danes at home", "FR", []tax.Registration{small}, tax.Buyer{Country: "DK"}, tax.Standard, "20", "nr-FR", "FR"},
		{"but Danish businesses not at all", "FR", []tax.Registration{small}, business("DK", "DK13585628"), tax.ReverseCharge, "0", "nr-FR", "DK"},
		{"and Canada not either", "FR", []tax.Registration{small}, tax.Buyer{Country: "CA"}, tax.NotCollecting, "0", "", "CA"},
		{"a French seller without OSS above the threshold", "FR", []tax.Registration{local("FR")}, tax.Buyer{Country: "DK"}, tax.NotCollecting, "0", "", "DK"},
		{"OSS wins over the threshold", "FR", []tax.Registration{small, oss}, tax.Buyer{Country: "DK"}, tax.Standard, "25", "EU372000041", "DK"},
		{"a local registration wins over OSS", "FR", []tax.Registration{local("DK"), oss}, tax.Buyer{Country: "DK"}, tax.Standard, "25", "nr-DK", "DK"},
		{"OSS never covers the seller's own country", "IE", []tax.Registration{oss}, tax.Buyer{Country: "IE"}, tax.NotCollecting, "0", "", "IE"},
		{"an American seller by non-Union OSS", "US", []tax.Registration{oss}, tax.Buyer{Country: "IE"}, tax.Standard, "23", "EU372000041", "IE"},
		{"an American seller to a business", "US", []tax.Registration{oss}, business("DK", "DK13585628"), tax.ReverseCharge, "0", "EU372000041", "DK"},
		{"an American seller registered in London alone, to a Danish business", "US", []tax.Registration{local("GB")}, business("DK", "DK13585628"), tax.NotCollecting, "0", "", "DK"},
		{"to a British business", "FR", []tax.Registration{local("GB")}, business("GB", "GB980780684"), tax.ReverseCharge, "0", "nr-GB", "GB"},
		{"to a Norwegian business", "FR", []tax.Registration{local("NO")}, business("NO", "NO988077917MVA"), tax.ReverseCharge, "0", "nr-NO", "NO"},
		{"to a Swiss business", "FR", []tax.Registration{local("CH")}, business("CH", "CHE100155212MWST"), tax.Standard, "8.1", "nr-CH", "CH"},
		{"to Liechtenstein, which is Swiss", "FR", []tax.Registration{local("CH")}, tax.Buyer{Country: "LI"}, tax.Standard, "8.1", "nr-CH", "LI"},
		{"to Büsingen, which is Swiss", "FR", []tax.Registration{local("CH")}, tax.Buyer{Country: "DE", PostalCode: "78266"}, tax.Standard, "8.1", "nr-CH", "DE-78266"},
		{"to Monaco from France", "FR", []tax.Registration{local("FR")}, business("MC", "FR40303265045"), tax.Standard, "20", "nr-FR", "FR"},
		{"to Réunion from France", "FR", []tax.Registration{local("FR")}, tax.Buyer{Country: "RE"}, tax.Standard, "8.5", "nr-FR", "RE"},
		{"to French Guiana from France", "FR", []tax.Registration{local("FR")}, tax.Buyer{Country: "FR", PostalCode: "97300"}, tax.OutOfScope, "0", "", "GF"},
		{"to the Isle of Man", "FR", []tax.Registration{local("GB")}, tax.Buyer{Country: "IM"}, tax.Standard, "20", "nr-GB", "GB"},
		{"to a British base on Cyprus", "FR", []tax.Registration{oss}, tax.Buyer{Country: "GB", PostalCode: "BFPO 57"}, tax.Standard, "19", "EU372000041", "CY"},
		{"to Mittelberg by its German postal code", "FR", []tax.Registration{oss}, tax.Buyer{Country: "DE", PostalCode: "87567"}, tax.Standard, "19", "EU372000041", "AT-6991"},
		{"to the Azores", "FR", []tax.Registration{oss}, tax.Buyer{Country: "PT", PostalCode: "9500-150"}, tax.Standard, "16", "EU372000041", "PT-20"},
	} {
		s := tax.Seller{Country: c.home, Registrations: c.regs}
		d, err := tax.Decide(s, c.buyer, tax.SaaS, paid("2025-05-05"))
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		if d.Treatment != c.want || d.Rate.Percent() != c.rate || d.Registration != c.number || d.Jurisdiction != c.place {
			t.Errorf("%s: %s %s %% in %s under %q; want %s %s %% in %s under %q", c.name,
				d.Treatment, d.Rate.Percent(), d.Jurisdiction, d.Registration, c.want, c.rate, c.place, c.number)
		}
	}
}

func TestSpecialAreasBearNoTax(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ country, post, want string }{
		{"ES", "38001", "IC"}, {"IC", "", "IC"}, {"ES", "51001", "EA"}, {"ES", "52001", "EA"}, {"AX", "", "AX"}, {"DE", "27498", "DE-27498"},
		{"IT", "23041", "IT-23041"}, {"IT", "22061", "IT-22061"}, {"GR", "630 86", "GR-69"}, {"FR", "97150", "MF"},
		{"YT", "", "YT"}, {"FR", "98800", "NC"},
	} {
		d, err := tax.Decide(berlin, tax.Buyer{Country: c.country, PostalCode: c.post}, tax.SaaS, paid("2025-05-05"))
		if err != nil || d.Treatment != tax.OutOfScope || d.Jurisdiction != c.want {
			t.Errorf("%s %s: %+v, %v; want out of scope in %s", c.country, c.post, d, err, c.want)
		}
	}
}

func TestTheMerchantsOwnRates(t *testing.T) {
	t.Parallel()
	s := berlin
	s.Registrations = append([]tax.Registration{{Country: "IC", Scheme: tax.Local, Number: "IGIC-1", From: "2020-01-01"}}, s.Registrations...)
	s.Overrides = []tax.Override{
		{Country: "IC", Rate: 70_000, From: "2020-01-01"},
		{Country: "DE", Rate: 100_000, From: "2025-01-01", Until: "2025-02-01"},
		{Country: "DE", Rate: 110_000, From: "2025-01-15", Until: "2025-02-01"},
		{Country: "DE", Category: tax.EBook, Rate: 0, From: "2025-01-01", Until: "2025-02-01"},
	}
	for _, c := range []struct {
		name     string
		buyer    tax.Buyer
		category tax.Category
		on       string
		want     tax.Treatment
		rate     string
	}{
		{"before it begins", tax.Buyer{Country: "DE"}, tax.SaaS, "2024-12-31", tax.Standard, "19"},
		{"on its first day", tax.Buyer{Country: "DE"}, tax.SaaS, "2025-01-01", tax.Standard, "10"},
		{"the later one wins", tax.Buyer{Country: "DE"}, tax.SaaS, "2025-01-15", tax.Standard, "11"},
		{"the one for the category wins", tax.Buyer{Country: "DE"}, tax.EBook, "2025-01-15", tax.ZeroRated, "0"},
		{"on the day it ends", tax.Buyer{Country: "DE"}, tax.SaaS, "2025-02-01", tax.Standard, "19"},
		{"the Canaries' own tax", tax.Buyer{Country: "ES", PostalCode: "35001"}, tax.SaaS, "2025-05-05", tax.Standard, "7"},
	} {
		d, err := tax.Decide(s, c.buyer, c.category, paid(c.on))
		if err != nil || d.Treatment != c.want || d.Rate.Percent() != c.rate {
			t.Errorf("%s: %s %s %%, %v; want %s %s %%", c.name, d.Treatment, d.Rate.Percent(), err, c.want, c.rate)
		}
	}
}

func TestSettingsAreChecked(t *testing.T) {
	t.Parallel()
	if err := berlin.Check(); err != nil {
		t.Errorf("good settings: %v", err)
	}
	if err := (tax.Seller{}).Check(); err != nil {
		t.Errorf("no settings: %v", err)
	}
	bad := tax.Seller{
		Country: "XX",
		Registrations: []tax.Registration{
			{Country: "US", Scheme: tax.OSS, Number: "1", From: "2025-01-01"},
			{Country: "FR", Scheme: "cash", Number: "", Threshold: tax.BelowThreshold, From: "2025-02-30"},
		},
		Overrides:   []tax.Override{{Country: "-", Category: "yachts", Rate: 2_000_000, From: "2025-01-01", Until: "2024-01-01"}},
		AtPeriodEnd: []string{"Germany"},
	}
	fields := map[string]bool{}
	if f := fault.Of(bad.Check()); f != nil {
		for _, p := range f.Problems {
			fields[p.Field] = true
		}
	}
	for _, want := range []string{
		"country", "registrations.country", "registrations.scheme", "registrations.number", "registrations.threshold", "registrations.from",
		"overrides.country", "overrides.category", "overrides.rate", "overrides.from", "at_period_end",
	} {
		if !fields[want] {
			t.Errorf("%s passed unnoticed", want)
		}
	}
}
