package i18n

import (
	"embed"
	"encoding/json"
	"sync"

	"github.com/go-playground/locales"
)

//go:embed catalogue
var catalogueFiles embed.FS

// message is a sentence in one language: one text, or one for each plural
// category that the language has (CLDR), such as "one", "few" and "other"; and
// for single numbers that are said otherwise, such as "=1".
type message struct {
	text   string
	plural map[string]string
}

// UnmarshalJSON reads a string, or an object of plural categories.
func (m *message) UnmarshalJSON(raw []byte) error {
	if len(raw) > 0 && raw[0] == '{' {
		return json.Unmarshal(raw, &m.plural)
	}
	return json.Unmarshal(raw, &m.text)
}

// catalogues are read when a reader first needs them: a cold start pays for
// no language that nobody reads.
var catalogues = func() map[string]func() map[string]message {
	all := map[string]func() map[string]message{}
	for _, l := range languages {
		all[l.Code] = sync.OnceValue(func() map[string]message { return readCatalogue(l.Code) })
	}
	return all
}()

// readCatalogue reads a language's sentences by their English words; English
// has none, as it is the names.
func readCatalogue(code string) map[string]message {
	if code == English {
		return nil
	}
	raw, err := catalogueFiles.ReadFile("catalogue/" + code + ".json")
	if err != nil {
		panic(err) // the files are part of the program
	}
	var all map[string]message
	if err := json.Unmarshal(raw, &all); err != nil {
		panic(code + ".json: " + err.Error())
	}
	return all
}

func find(locale, text string) (message, bool) {
	read, ok := catalogues[locale]
	if !ok {
		return message{}, false
	}
	m, ok := read()[text]
	return m, ok
}

// categories are the names of CLDR's plural categories.
var categories = map[locales.PluralRule]string{
	locales.PluralRuleZero: "zero", locales.PluralRuleOne: "one", locales.PluralRuleTwo: "two",
	locales.PluralRuleFew: "few", locales.PluralRuleMany: "many", locales.PluralRuleOther: "other",
}
