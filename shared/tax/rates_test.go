package tax_test

import (
	"bytes"
	"encoding/csv"
	"errors"
	"os"
	"testing"
	"time"

	"perennial/shared/calendar"
	"perennial/shared/tax"
)

// rateOn is the built-in rate in a country on a day.
func rateOn(t *testing.T, country string, c tax.Category, on tax.Date) (tax.Treatment, string) {
	t.Helper()
	area, err := tax.Place(tax.Buyer{Country: country}, c)
	if err != nil {
		t.Fatal(err)
	}
	treatment, rate, err := tax.Lookup(area, c, on)
	if err != nil {
		t.Fatalf("%s on %s: %v", country, on, err)
	}
	return treatment, rate.Percent()
}

func TestStandardRatesAgreeWithTheData(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile("testdata/standard_rates.csv")
	if err != nil {
		t.Fatal(err)
	}
	reader := csv.NewReader(bytes.NewReader(data))
	reader.Comment = '#'
	rows, err := reader.ReadAll()
	if err != nil || len(rows) < 100 {
		t.Fatalf("%d rows, %v", len(rows), err)
	}
	for _, row := range rows {
		if treatment, got := rateOn(t, row[0], tax.SaaS, tax.Date(row[1])); got != row[2] || treatment != tax.Standard {
			t.Errorf("%s on %s: %s %%, %s; want %s %%", row[0], row[1], got, treatment, row[2])
		}
	}
}

// R270, R274: Germany's half year at 16 %. R275: Ireland's at 21 %.
func TestReliefOf2020(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		country  string
		category tax.Category
		on       tax.Date
		want     string
	}{
		{"DE", tax.SaaS, "2020-06-30", "19"},
		{"DE", tax.SaaS, "2020-07-01", "16"},
		{"DE", tax.SaaS, "2020-12-31", "16"},
		{"DE", tax.SaaS, "2021-01-01", "19"},
		{"DE", tax.EBook, "2020-06-30", "7"},
		{"DE", tax.EBook, "2020-07-01", "5"},
		{"DE", tax.EBook, "2021-01-01", "7"},
		{"IE", tax.SaaS, "2020-08-31", "23"},
		{"IE", tax.SaaS, "2020-09-01", "21"},
		{"IE", tax.SaaS, "2021-02-28", "21"},
		{"IE", tax.SaaS, "2021-03-01", "23"},
	} {
		if _, got := rateOn(t, c.country, c.category, c.on); got != c.want {
			t.Errorf("%s, %s on %s: %s %%, want %s %%", c.country, c.category, c.on, got, c.want)
		}
	}
}

func TestRatesOfElectronicBooks(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		country   string
		on        tax.Date
		treatment tax.Treatment
		want      string
	}{
		{"AT", "2019-12-31", tax.Standard, "20"},
		{"AT", "2021-12-31", tax.Reduced, "5"},
		{"DK", "2025-01-01", tax.Standard, "25"},
		{"FR", "2012-05-01", tax.Reduced, "7"},
		{"LU", "2015-04-30", tax.Reduced, "3"},
		{"LU", "2015-05-01", tax.Standard, "17"},
		{"LU", "2019-05-01", tax.Reduced, "3"},
		{"GB", "2020-05-01", tax.ZeroRated, "0"},
		{"CZ", "2024-01-01", tax.ZeroRated, "0"},
		{"CH", "2024-01-01", tax.Reduced, "2.6"},
		{"LT", "2026-01-01", tax.Reduced, "5"},
	} {
		if treatment, got := rateOn(t, c.country, tax.EBook, c.on); treatment != c.treatment || got != c.want {
			t.Errorf("%s on %s: %s, %s %%; want %s, %s %%", c.country, c.on, treatment, got, c.treatment, c.want)
		}
	}
}

func TestThereAreNoRatesBefore2010(t *testing.T) {
	t.Parallel()
	if _, err := tax.Decide(berlin, tax.Buyer{Country: "DE"}, tax.SaaS, paid("2009-12-31")); err != nil {
		t.Errorf("before the registration: %v, want not collecting", err)
	}
	early := tax.Seller{Country: "DE", Registrations: []tax.Registration{{Country: "DE", Scheme: tax.Local, Number: "1", From: "2000-01-01"}}}
	if d, err := tax.Decide(early, tax.Buyer{Country: "DE"}, tax.SaaS, paid("2009-12-31")); !errors.Is(err, tax.ErrNoRate) {
		t.Errorf("a rate of 2009: %+v, %v; want ErrNoRate", d, err)
	}
}

func TestRatesAreReadExactly(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]tax.Rate{"19": 190_000, "25.5": 255_000, "8.875": 88_750, "0": 0, "100": 1_000_000, "0.0001": 1} {
		got, err := tax.ParseRate(text)
		if err != nil || got != want || got.Percent() != text {
			t.Errorf("ParseRate(%q) = %d, %v, printed %s", text, got, err, got.Percent())
		}
	}
	for _, text := range []string{"", "-1", "100.0001", "1.00001", "x", ".5", "1e3"} {
		if got, err := tax.ParseRate(text); !errors.Is(err, tax.ErrRate) {
			t.Errorf("ParseRate(%q) = %d, %v; want ErrRate", text, got, err)
		}
	}
}

// R271: the payment sets the date, in the calendar of the place that taxes.
func TestTheTaxDate(t *testing.T) {
	t.Parallel()
	night := tax.When{Paid: instant(t, "2020-06-30T22:30:00Z"), PeriodEnd: instant(t, "2021-06-30T22:00:00Z")}
	inside := tax.When{Paid: instant(t, "2020-06-29T12:00:00Z"), PeriodEnd: instant(t, "2020-12-31T23:00:00Z")}
	byPeriod := berlin
	byPeriod.AtPeriodEnd = []string{"DE"}
	for _, c := range []struct {
		name    string
		seller  tax.Seller
		country string
		when    tax.When
		date    tax.Date
		percent string
	}{
		{"paid after midnight in Berlin", berlin, "DE", night, "2020-07-01", "16"},
		{"the same moment in Lisbon is still June", berlin, "PT", night, "2020-06-30", "23"},
		{"a year from July 2020, by its end", byPeriod, "DE", night, "2021-06-30", "19"},
		{"half a year that ends with 2020, by its end", byPeriod, "DE", inside, "2020-12-31", "16"},
		{"the same, by payment", berlin, "DE", inside, "2020-06-29", "19"},
		{"elsewhere the payment decides", byPeriod, "FR", inside, "2020-06-29", "20"},
		{"a single sale has no period", byPeriod, "DE", tax.When{Paid: night.Paid}, "2020-07-01", "16"},
	} {
		d, err := tax.Decide(c.seller, tax.Buyer{Country: c.country}, tax.SaaS, c.when)
		if err != nil || d.Date != c.date || d.Rate.Percent() != c.percent {
			t.Errorf("%s: %s, %s %%, %v; want %s, %s %%", c.name, d.Date, d.Rate.Percent(), err, c.date, c.percent)
		}
	}
}

// instant reads RFC 3339.
func instant(t *testing.T, s string) calendar.Instant {
	t.Helper()
	at, err := time.Parse(time.RFC3339, s)
	if err != nil {
		t.Fatal(err)
	}
	return calendar.At(at)
}
