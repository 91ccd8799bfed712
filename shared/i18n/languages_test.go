package i18n_test

import (
	"strings"
	"testing"
	"time"

	"perennial/shared/calendar"
	"perennial/shared/i18n"
	"perennial/shared/money"
)

func TestAmountsAndDatesAreWrittenAsInCLDR(t *testing.T) {
	t.Parallel()
	day := time.Date(2027, 3, 2, 12, 0, 0, 0, time.UTC)
	for locale, want := range map[string][2]string{
		"de": {"1.234,50\u00a0€", "2. März 2027"},
		"it": {"1234,50\u00a0€", "2 marzo 2027"},
		"hi": {"€1,234.50", "2 मार्च 2027"},
		"ja": {"€1,234.50", "2027年3月2日"},
		"ar": {"\u200f1,234.50\u00a0€", "2 مارس 2027"},
	} {
		if got := i18n.Money(locale, money.Of(123450, "EUR")); got != want[0] {
			t.Errorf("%s: %q, want %q", locale, got, want[0])
		}
		if got := i18n.Date(locale, day, time.UTC); got != want[1] {
			t.Errorf("%s: %q, want %q", locale, got, want[1])
		}
	}
}

func TestPluralsFollowTheLanguage(t *testing.T) {
	t.Parallel()
	months := func(n int) calendar.Interval { return calendar.Interval{Count: n, Unit: calendar.Month} }
	for _, c := range []struct {
		locale string
		n      int
		want   string
	}{
		{"de", 1, "pro Monat"}, {"de", 3, "alle 3 Monate"}, {"ja", 1, "1か月ごと"}, {"hi", 1, "प्रति माह"},
		{"ar", 1, "شهريًا"}, {"ar", 2, "كل شهرين"}, {"ar", 3, "كل 3 أشهر"}, {"ar", 12, "كل 12 شهرًا"}, {"xx", 2, "every 2 months"},
	} {
		if got := i18n.Every(c.locale, months(c.n)); got != c.want {
			t.Errorf("%s, %d: %q, want %q", c.locale, c.n, got, c.want)
		}
	}
}

func TestTheFirstLanguageThatWeHaveIsSpoken(t *testing.T) {
	t.Parallel()
	for wanted, want := range map[string]string{
		"de-AT": "de", "fr;q=0.9, ja;q=0.8, en;q=0.1": "ja", "en;q=0.3, ar-EG": "ar", "tlh": "", "": "", "*": "", "de\r\nx: y": "",
		strings.Repeat("de,", 2000): "de",
	} {
		if got := i18n.Match(wanted); got != want {
			t.Errorf("Match(%.40q) = %q, want %q", wanted, got, want)
		}
	}
}

// A Latin name must not turn the order of the words around it.
func TestArgumentsStandApartAmongWordsFromRightToLeft(t *testing.T) {
	t.Parallel()
	if got := i18n.Say("ar", "Pay %s", "Pro (2)"); got != "دفع \u2068Pro (2)\u2069" {
		t.Errorf("%q", got)
	}
	if i18n.Direction("ar") != "rtl" || i18n.Direction("ja") != "ltr" {
		t.Error("the directions are wrong")
	}
}

func TestCountriesAreNamedInTheReadersLanguage(t *testing.T) {
	t.Parallel()
	for locale, want := range map[string]string{"de": "Deutschland", "it": "Germania", "ja": "ドイツ", "hi": "जर्मनी", "ar": "ألمانيا"} {
		if got := i18n.Country(locale, "DE"); got != want {
			t.Errorf("%s: %q, want %q", locale, got, want)
		}
	}
}
