package i18n_test

import (
	"testing"

	"perennial/shared/i18n"
)

func TestCountriesAreCalledByTheirNames(t *testing.T) {
	t.Parallel()
	for code, want := range map[string]string{"DE": "Germany", "CI": "Côte d’Ivoire", "XX": "XX", "": ""} {
		if got := i18n.Country(i18n.English, code); got != want {
			t.Errorf("%s is called %q, want %q", code, got, want)
		}
	}
	all := i18n.Countries(i18n.English)
	if len(all) < 240 || all[0].Name != "Afghanistan" {
		t.Errorf("%d countries from %v", len(all), all[0])
	}
}

func TestCountriesStandWhereReadersLookForThem(t *testing.T) {
	t.Parallel()
	for locale, want := range map[string][2]string{
		"de": {"Österreich", "Pakistan"}, "fr": {"États-Unis", "Finlande"}, "pt": {"Índia", "Japão"}, "tr": {"Çin", "Danimarka"}, "sv": {"Zimbabwe", "Österrike"},
	} {
		place := map[string]int{}
		for i, c := range i18n.Countries(locale) {
			place[c.Name] = i + 1
		}
		if before, after := place[want[0]], place[want[1]]; before == 0 || after == 0 || before > after {
			t.Errorf("%s: %s is at %d, %s at %d", locale, want[0], before, want[1], after)
		}
	}
}
