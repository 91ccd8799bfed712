package invoices

import "testing"

func TestACountryWithOneLanguageOfBusinessReadsIt(t *testing.T) {
	t.Parallel()
	for country, want := range map[string]string{
		"DE": "de", "AT": "de", "MX": "es", "BR": "pt", "PL": "pl", "JP": "ja", "RU": "ru",
		"CH": "en", "BE": "en", "CA": "en", "US": "en", "KR": "en", "": "en",
	} {
		if got := languageOf(country); got != want {
			t.Errorf("%q reads %q, want %q", country, got, want)
		}
	}
	seen := map[string]string{}
	for language, countries := range spoken {
		for _, c := range countries {
			if other, twice := seen[c]; twice {
				t.Errorf("%s reads %s and %s", c, language, other)
			}
			seen[c] = language
		}
	}
}
