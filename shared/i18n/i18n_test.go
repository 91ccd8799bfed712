package i18n_test

import (
	"testing"
	"time"

	"perennial/shared/calendar"
	"perennial/shared/i18n"
	"perennial/shared/money"
)

func TestMoneyHasTheCurrencysDecimals(t *testing.T) {
	t.Parallel()
	for want, a := range map[string]money.Amount{
		"$0.00":                      money.Of(0, "USD"),
		"$1,234.50":                  money.Of(123450, "USD"),
		"-€9.99":                     money.Of(-999, "EUR"),
		"¥1,200":                     money.Of(1200, "JPY"),
		"BHD\u00a01.500":             money.Of(1500, "BHD"),
		"$92,233,720,368,547,758.07": money.Of(1<<63-1, "USD"),
		"7 ???":                      money.Of(7, "???"),
	} {
		if got := i18n.Money("en", a); got != want {
			t.Errorf("Money(%v) = %q, want %q", a, got, want)
		}
	}
}

func TestDateIsTheDayInTheBusinesssZone(t *testing.T) {
	t.Parallel()
	tokyo, err := time.LoadLocation("Asia/Tokyo")
	if err != nil {
		t.Fatal(err)
	}
	late := time.Date(2026, 2, 28, 20, 0, 0, 0, time.UTC)
	if got := i18n.Date("en", late, tokyo); got != "March 1, 2026" {
		t.Errorf("in Tokyo: %q", got)
	}
	if got := i18n.Date("xx", late, time.UTC); got != "February 28, 2026" {
		t.Errorf("in an unknown language: %q", got)
	}
	if got := i18n.Date("en", time.Time{}, tokyo); got != "" {
		t.Errorf("no date: %q", got)
	}
}

func TestIntervalsReadLikeAPrice(t *testing.T) {
	t.Parallel()
	for want, v := range map[string]calendar.Interval{
		"per month":      {Count: 1, Unit: calendar.Month},
		"every 3 months": {Count: 3, Unit: calendar.Month},
		"per year":       {Count: 1, Unit: calendar.Year},
	} {
		if got := i18n.Every("en", v); got != want {
			t.Errorf("Every(%v) = %q, want %q", v, got, want)
		}
	}
}

// The words for one may say less than those for more.
func TestWordsForOneMayLeaveOutAnArgument(t *testing.T) {
	t.Parallel()
	for n, want := range map[int]string{1: "one seat, 10% off", 3: "3 seats at $5, 10% off"} {
		if got := i18n.Count("en", n, "one seat, 10%% off", "%d seats at %s, 10%% off", n, "$5"); got != want {
			t.Errorf("%d: %q, want %q", n, got, want)
		}
	}
	if got := i18n.Count("en", 1, "%[2]s for one", "%[2]s for %[1]d", 1, "$5"); got != "$5 for one" {
		t.Errorf("with named arguments: %q", got)
	}
	if got := i18n.Count("ar", 1, "one at %s", "%s for %d", "$5", 1); got != "one at \u2068$5\u2069" {
		t.Errorf("from right to left: %q", got)
	}
}

func TestACardIsNamedByItsNetworkAndLastDigits(t *testing.T) {
	t.Parallel()
	for _, card := range []struct{ brand, last4, want string }{
		{"visa", "4242", "Visa ending in 4242"},
		{"diners", "0004", "Diners Club ending in 0004"},
		{"somecard", "0001", "Card ending in 0001"},
		{"", "0001", "Card ending in 0001"},
		{"visa", "", ""},
	} {
		if got := i18n.Card(i18n.English, card.brand, card.last4); got != card.want {
			t.Errorf("%s %s is named %q, want %q", card.brand, card.last4, got, card.want)
		}
	}
}

func TestListsReadLikeASentence(t *testing.T) {
	t.Parallel()
	for want, names := range map[string][]string{
		"": nil, "Pro": {"Pro"}, "Pro and Team": {"Pro", "Team"}, "A, B and C": {"A", "B", "C"},
	} {
		if got := i18n.List("en", names); got != want {
			t.Errorf("List(%v) = %q, want %q", names, got, want)
		}
	}
}
