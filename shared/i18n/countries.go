package i18n

import (
	"cmp"
	"embed"
	"slices"
	"strings"
	"sync"
)

// The names are CLDR's, one file a language, written by the tests.
//
//go:embed countries
var countryFiles embed.FS

// CountryName is a country as people call it.
type CountryName struct{ Code, Name string }

// Countries are the countries that customers may live in, by the codes of
// ISO 3166-1, in the order of their names in a language (CLDR).
func Countries(locale string) []CountryName {
	l, _ := known(locale)
	var out []CountryName
	for code, name := range countryNames[l.Code]() {
		out = append(out, CountryName{code, name})
	}
	slices.SortFunc(out, func(a, b CountryName) int {
		return cmp.Or(strings.Compare(sorted(l.Code, a.Name), sorted(l.Code, b.Name)), strings.Compare(a.Code, b.Code))
	})
	return out
}

// plain are letters that lists sort as those without their marks.
var plain = strings.NewReplacer("Á", "A", "À", "A", "Â", "A", "Ä", "A", "Å", "A", "Ç", "C", "É", "E", "È", "E", "Ê", "E",
	"Í", "I", "Î", "I", "İ", "I", "Ł", "L", "Ó", "O", "Ö", "O", "Ś", "S", "Ș", "S", "Ş", "S", "Ț", "T", "Ú", "U", "Ü", "U", "Ż", "Z",
	"á", "a", "à", "a", "ä", "a", "ã", "a", "ç", "c", "é", "e", "è", "e", "ê", "e", "í", "i", "ó", "o", "ö", "o", "ú", "u", "ü", "u")

// sorted is what a name is sorted by; Swedish sorts its own letters last.
func sorted(locale, name string) string {
	if locale == "sv" {
		return name
	}
	return plain.Replace(name)
}

// Country is the name of a country, or its code where it is not known.
func Country(locale, code string) string {
	l, _ := known(locale)
	return cmp.Or(countryNames[l.Code]()[code], code)
}

// countryNames are the names by their codes; each language's are read when a reader first needs them.
var countryNames = func() map[string]func() map[string]string {
	all := map[string]func() map[string]string{}
	for _, l := range languages {
		all[l.Code] = sync.OnceValue(func() map[string]string { return readCountries(l.Code) })
	}
	return all
}()

func readCountries(code string) map[string]string {
	raw, err := countryFiles.ReadFile("countries/" + code + ".txt")
	if err != nil {
		panic(err) // the files are part of the program
	}
	all := map[string]string{}
	for line := range strings.Lines(string(raw)) {
		code, name, _ := strings.Cut(strings.TrimSuffix(line, "\n"), " ")
		all[code] = name
	}
	return all
}
