package tax_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"perennial/shared/calendar"
	"perennial/shared/tax"
	"perennial/shared/taxid"
)

// paid is a payment at noon UTC of a day.
func paid(day string) tax.When {
	t, err := time.Parse(time.DateOnly, day)
	if err != nil {
		panic(err)
	}
	return tax.When{Paid: calendar.At(t.Add(12 * time.Hour))}
}

// berlin is a seller in Germany, registered there and in the One Stop Shop,
// in the United Kingdom since 2024, and in New York with a rate of its own.
var berlin = tax.Seller{
	Country: "DE",
	Registrations: []tax.Registration{
		{Country: "DE", Scheme: tax.Local, Number: "DE136695976", From: "2010-01-01"},
		{Country: "DE", Scheme: tax.OSS, Number: "DE136695976", From: "2015-01-01"},
		{Country: "GB", Scheme: tax.Local, Number: "GB980780684", From: "2024-01-01", Until: "2026-01-01"},
		{Country: "US-NY", Scheme: tax.Local, Number: "NY-7", From: "2024-01-01"},
	},
	Overrides: []tax.Override{
		{Country: "US-NY", Rate: 88_750, From: "2024-01-01"},
		{Country: "FR", Category: tax.LiveTutoring, Exempt: true, From: "2024-01-01"},
	},
}

func TestDecide(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name     string
		buyer    tax.Buyer
		category tax.Category
		on       string
		want     tax.Decision
	}{
		{
			"consumer at home", tax.Buyer{Country: "DE"}, tax.SaaS, "2025-05-05",
			tax.Decision{Treatment: tax.Standard, Rate: 190_000, Jurisdiction: "DE", Registration: "DE136695976", Scheme: tax.Local},
		},
		{
			"business at home pays tax", tax.Buyer{Country: "DE", TaxID: "DE129273398", TaxIDStatus: taxid.Valid}, tax.SaaS, "2025-05-05",
			tax.Decision{Treatment: tax.Standard, Rate: 190_000, Jurisdiction: "DE", Registration: "DE136695976", Scheme: tax.Local},
		},
		{
			"consumer in Finland, by OSS", tax.Buyer{Country: "FI"}, tax.SaaS, "2025-05-05",
			tax.Decision{Treatment: tax.Standard, Rate: 255_000, Jurisdiction: "FI", Registration: "DE136695976", Scheme: tax.OSS},
		},
		{
			"e-book to Finland", tax.Buyer{Country: "FI"}, tax.EBook, "2025-05-05",
			tax.Decision{Treatment: tax.Reduced, Rate: 140_000, Jurisdiction: "FI", Registration: "DE136695976", Scheme: tax.OSS},
		},
		{
			"e-book to Ireland", tax.Buyer{Country: "IE"}, tax.EBook, "2025-05-05",
			tax.Decision{Treatment: tax.ZeroRated, Jurisdiction: "IE", Registration: "DE136695976", Scheme: tax.OSS},
		},
		{
			"business in Denmark", tax.Buyer{Country: "DK", TaxID: "DK13585628", TaxIDStatus: taxid.Valid}, tax.SaaS, "2025-05-05",
			tax.Decision{Treatment: tax.ReverseCharge, Reason: tax.ReasonBusiness, Jurisdiction: "DK", Registration: "DE136695976", Scheme: tax.Local, TaxID: "DK13585628"},
		},
		{
			"business in Denmark, register out of order", tax.Buyer{Country: "DK", TaxID: "DK13585628", TaxIDStatus: taxid.Pending}, tax.SaaS, "2025-05-05",
			tax.Decision{Treatment: tax.Standard, Rate: 250_000, Reason: tax.ReasonPending, Jurisdiction: "DK", Registration: "DE136695976", Scheme: tax.OSS},
		},
		{
			"somebody in Denmark with an invalid number", tax.Buyer{Country: "DK", TaxID: "DK13585628", TaxIDStatus: taxid.Invalid}, tax.SaaS, "2025-05-05",
			tax.Decision{Treatment: tax.Standard, Rate: 250_000, Jurisdiction: "DK", Registration: "DE136695976", Scheme: tax.OSS},
		},
		{
			"an address in Sweden with a Danish number", tax.Buyer{Country: "SE", TaxID: "DK13585628", TaxIDStatus: taxid.Valid}, tax.SaaS, "2025-05-05",
			tax.Decision{Treatment: tax.Standard, Rate: 250_000, Reason: tax.ReasonMismatch, Jurisdiction: "SE", Registration: "DE136695976", Scheme: tax.OSS},
		},
		{
			"consumer in Great Britain", tax.Buyer{Country: "GB"}, tax.SaaS, "2025-05-05",
			tax.Decision{Treatment: tax.Standard, Rate: 200_000, Jurisdiction: "GB", Registration: "GB980780684", Scheme: tax.Local},
		},
		{
			"consumer in Great Britain before the registration", tax.Buyer{Country: "GB"}, tax.SaaS, "2023-12-31",
			tax.Decision{Treatment: tax.NotCollecting, Reason: tax.ReasonNoRegistration, Jurisdiction: "GB"},
		},
		{
			"consumer in Great Britain on the day it ends", tax.Buyer{Country: "GB"}, tax.SaaS, "2026-01-01",
			tax.Decision{Treatment: tax.NotCollecting, Reason: tax.ReasonNoRegistration, Jurisdiction: "GB"},
		},
		{
			"services to Northern Ireland are British", tax.Buyer{Country: "GB", PostalCode: "BT1 5GS"}, tax.SaaS, "2025-05-05",
			tax.Decision{Treatment: tax.Standard, Rate: 200_000, Jurisdiction: "GB", Registration: "GB980780684", Scheme: tax.Local},
		},
		{
			"goods to Northern Ireland are European", tax.Buyer{Country: "GB", PostalCode: "BT1 5GS"}, tax.Goods, "2025-05-05",
			tax.Decision{Treatment: tax.Standard, Rate: 200_000, Jurisdiction: "XI", Registration: "DE136695976", Scheme: tax.OSS},
		},
		{
			"Greece as tax offices write it", tax.Buyer{Country: "EL"}, tax.SaaS, "2025-05-05",
			tax.Decision{Treatment: tax.Standard, Rate: 240_000, Jurisdiction: "GR", Registration: "DE136695976", Scheme: tax.OSS},
		},
		{
			"Monaco is French", tax.Buyer{Country: "MC"}, tax.SaaS, "2025-05-05",
			tax.Decision{Treatment: tax.Standard, Rate: 200_000, Jurisdiction: "FR", Registration: "DE136695976", Scheme: tax.OSS},
		},
		{
			"Madeira", tax.Buyer{Country: "PT", PostalCode: "9000-018"}, tax.SaaS, "2025-05-05",
			tax.Decision{Treatment: tax.Standard, Rate: 220_000, Jurisdiction: "PT-30", Registration: "DE136695976", Scheme: tax.OSS},
		},
		{
			"Las Palmas", tax.Buyer{Country: "ES", PostalCode: "35001"}, tax.SaaS, "2025-05-05",
			tax.Decision{Treatment: tax.OutOfScope, Reason: tax.ReasonOutside, Jurisdiction: "IC"},
		},
		{
			"Åland", tax.Buyer{Country: "FI", PostalCode: "22100"}, tax.SaaS, "2025-05-05",
			tax.Decision{Treatment: tax.OutOfScope, Reason: tax.ReasonOutside, Jurisdiction: "AX"},
		},
		{
			"Büsingen is Swiss", tax.Buyer{Country: "DE", PostalCode: "78266"}, tax.SaaS, "2025-05-05",
			tax.Decision{Treatment: tax.NotCollecting, Reason: tax.ReasonNoRegistration, Jurisdiction: "DE-78266"},
		},
		{
			"Guadeloupe is out of the One Stop Shop's reach", tax.Buyer{Country: "FR", PostalCode: "97100"}, tax.SaaS, "2025-05-05",
			tax.Decision{Treatment: tax.NotCollecting, Reason: tax.ReasonNoRegistration, Jurisdiction: "GP"},
		},
		{
			"New York, the merchant's rate", tax.Buyer{Country: "US", Region: "NY"}, tax.SaaS, "2025-05-05",
			tax.Decision{Treatment: tax.Standard, Rate: 88_750, Reason: tax.ReasonOverride, Jurisdiction: "US-NY", Registration: "NY-7", Scheme: tax.Local},
		},
		{
			"Texas", tax.Buyer{Country: "US", Region: "TX"}, tax.SaaS, "2025-05-05",
			tax.Decision{Treatment: tax.NotCollecting, Reason: tax.ReasonNoRegistration, Jurisdiction: "US-TX"},
		},
		{
			"tutoring in France, exempt by the merchant's word", tax.Buyer{Country: "FR"}, tax.LiveTutoring, "2025-05-05",
			tax.Decision{Treatment: tax.Exempt, Reason: tax.ReasonOverride, Jurisdiction: "FR", Registration: "DE136695976", Scheme: tax.OSS},
		},
		{
			"an exempt customer", tax.Buyer{Country: "DE", Exempt: true}, tax.SaaS, "2025-05-05",
			tax.Decision{Treatment: tax.Exempt, Reason: tax.ReasonCustomer, Jurisdiction: "DE", Registration: "DE136695976", Scheme: tax.Local},
		},
	} {
		got, err := tax.Decide(berlin, c.buyer, c.category, paid(c.on))
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		c.want.Category, c.want.Date = c.category, tax.Date(c.on)
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, diff)
		}
		if again, err := tax.DecideOn(berlin, c.buyer, c.category, got.Date); err != nil || again != got {
			t.Errorf("%s, again on its own date: %+v, %v", c.name, again, err)
		}
	}
}

func TestASellerWithoutSettingsCollectsNothing(t *testing.T) {
	t.Parallel()
	got, err := tax.Decide(tax.Seller{}, tax.Buyer{Country: "DE"}, tax.SaaS, tax.When{})
	if err != nil || got.Treatment != tax.NotCollecting || got.Rate != 0 {
		t.Errorf("got %+v, %v; want nothing collected", got, err)
	}
}

func TestWhatIsNotKnownStopsTheSale(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name     string
		buyer    tax.Buyer
		category tax.Category
		when     tax.When
		want     error
	}{
		{"no country", tax.Buyer{}, tax.SaaS, paid("2025-05-05"), tax.ErrCountry},
		{"a country that is none", tax.Buyer{Country: "ZZ"}, tax.SaaS, paid("2025-05-05"), tax.ErrCountry},
		{"a category that is none", tax.Buyer{Country: "DE"}, "yachts", paid("2025-05-05"), tax.ErrCategory},
		{"no date", tax.Buyer{Country: "DE"}, tax.SaaS, tax.When{}, tax.ErrDate},
	} {
		if got, err := tax.Decide(berlin, c.buyer, c.category, c.when); !errors.Is(err, c.want) {
			t.Errorf("%s: %+v, %v; want %v", c.name, got, err, c.want)
		}
	}
	texas := tax.Seller{Country: "US", Registrations: []tax.Registration{{Country: "US-TX", Scheme: tax.Local, Number: "1", From: "2020-01-01"}}}
	if got, err := tax.Decide(texas, tax.Buyer{Country: "US", Region: "TX"}, tax.SaaS, paid("2025-05-05")); !errors.Is(err, tax.ErrNoRate) {
		t.Errorf("registered without a rate: %+v, %v; want ErrNoRate", got, err)
	}
}
