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
		"es": {"1234,50\u00a0€", "2 de marzo de 2027"},
		"fr": {"1\u202f234,50\u00a0€", "2 mars 2027"},
		"pt": {"€\u00a01.234,50", "2 de março de 2027"},
		"nl": {"€\u00a01.234,50", "2 maart 2027"},
		"pl": {"1234,50\u00a0€", "2 marca 2027"},
		"sv": {"1\u00a0234,50\u00a0€", "2 mars 2027"},
		"tr": {"€1.234,50", "2 Mart 2027"},
		"ro": {"1.234,50\u00a0€", "2 martie 2027"},
		"ru": {"1\u00a0234,50\u00a0€", "2 марта 2027 г."},
		"ca": {"1.234,50\u00a0€", "2 de març de 2027"},
		"he": {"\u200f1,234.50\u00a0\u200f€", "2 במרץ 2027"},
		"ko": {"€1,234.50", "2027년 3월 2일"},
		"zh": {"€1,234.50", "2027年3月2日"},
		"th": {"€1,234.50", "2 มีนาคม ค.ศ. 2027"},
		"id": {"€1.234,50", "2 Maret 2027"},
		"ms": {"€1,234.50", "2 Mac 2027"},
	} {
		if got := i18n.Money(locale, money.Of(123450, "EUR")); got != want[0] {
			t.Errorf("%s: %q, want %q", locale, got, want[0])
		}
		if got := i18n.Date(locale, day, time.UTC); got != want[1] {
			t.Errorf("%s: %q, want %q", locale, got, want[1])
		}
	}
}

// A mark keeps the sign beside its letters where words run from right to left.
func TestTheSignOfADollarStaysBesideItsLetters(t *testing.T) {
	t.Parallel()
	for locale, want := range map[string]string{"ar": "\u200f20.00\u00a0US$\u200e", "en": "$20.00"} {
		if got := i18n.Money(locale, money.Of(2000, "USD")); got != want {
			t.Errorf("%s: %q, want %q", locale, got, want)
		}
	}
}

func TestPercentagesAreWrittenAsTheLanguageDoes(t *testing.T) {
	t.Parallel()
	for locale, want := range map[string]string{"en": "20.5%", "de": "20,5\u00a0%", "ja": "20.5%", "tr": "%20,5"} {
		if got := i18n.Percent(locale, 20.5); got != want {
			t.Errorf("%s: %q, want %q", locale, got, want)
		}
	}
	if got := i18n.Percent("en", 20); got != "20%" {
		t.Errorf("%q", got)
	}
}

// The minus stands before its number, and the number where one without it does.
func TestANegativeAmountStandsLikeAPositiveOne(t *testing.T) {
	t.Parallel()
	for locale, want := range map[string]string{
		"ar": "\u200f\u2066-20.00\u2069\u00a0US$\u200e", "he": "\u200f\u2066-20.00\u2069\u00a0\u200f$\u200e", "en": "-$20.00",
	} {
		if got := i18n.Money(locale, money.Of(-2000, "USD")); got != want {
			t.Errorf("%s: %q, want %q", locale, got, want)
		}
	}
}

// The number of a house stays before its street.
func TestThePartsOfAnAddressStandApart(t *testing.T) {
	t.Parallel()
	for locale, want := range map[string]string{"en": "1 Main St, Albany", "ar": "\u20681 Main St\u2069، \u2068Albany\u2069"} {
		if got := i18n.Join(locale, "1 Main St", "", "Albany"); got != want {
			t.Errorf("%s: %q, want %q", locale, got, want)
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
		{"ru", 1, "в месяц"}, {"ru", 3, "раз в 3 месяца"}, {"ru", 6, "раз в 6 месяцев"}, {"ru", 21, "раз в 21 месяц"},
		{"pl", 1, "miesięcznie"}, {"pl", 3, "co 3 miesiące"}, {"pl", 12, "co 12 miesięcy"}, {"pl", 22, "co 22 miesiące"},
		{"ro", 6, "la fiecare 6 luni"}, {"ro", 24, "la fiecare 24 de luni"}, {"he", 2, "כל חודשיים"}, {"he", 6, "כל 6 חודשים"},
		{"fr", 1, "par mois"}, {"ko", 1, "매월"}, {"zh", 3, "每3个月"}, {"sv", 3, "var 3:e månad"},
	} {
		if got := i18n.Every(c.locale, months(c.n)); got != c.want {
			t.Errorf("%s, %d: %q, want %q", c.locale, c.n, got, c.want)
		}
	}
}

func TestTheFirstLanguageThatWeHaveIsSpoken(t *testing.T) {
	t.Parallel()
	for wanted, want := range map[string]string{
		"de-AT": "de", "fi;q=0.9, ja;q=0.8, en;q=0.1": "ja", "zh-Hant-TW": "zh", "pt-PT": "pt", "iw-IL": "he", "in": "id", "en;q=0.3, ar-EG": "ar", "tlh": "", "": "", "*": "", "de\r\nx: y": "",
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
	if i18n.Direction("ar") != "rtl" || i18n.Direction("he") != "rtl" || i18n.Direction("ja") != "ltr" {
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
