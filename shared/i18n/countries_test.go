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
