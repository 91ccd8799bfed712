package i18n

import (
	"flag"
	"os"
	"strings"
	"testing"

	"golang.org/x/text/language"
	"golang.org/x/text/language/display"
)

var update = flag.Bool("update", false, "write the names of countries anew")

// The names are CLDR's. The library that knows them holds those of all its
// languages, two megabytes, so the program brings only ours along.
func TestCountriesAreNamedAsInCLDR(t *testing.T) {
	t.Parallel()
	english, err := countryFiles.ReadFile("countries/en.txt")
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range languages {
		var want strings.Builder
		for line := range strings.Lines(string(english)) {
			code, _, _ := strings.Cut(line, " ")
			want.WriteString(code + " " + display.Regions(language.Make(l.Code)).Name(language.MustParseRegion(code)) + "\n")
		}
		file := "countries/" + l.Code + ".txt"
		if *update {
			if err := os.WriteFile(file, []byte(want.String()), 0o644); err != nil {
				t.Fatal(err)
			}
			continue
		}
		if got, err := countryFiles.ReadFile(file); err != nil || string(got) != want.String() {
			t.Errorf("%s differs from CLDR, %v", file, err)
		}
	}
}
