package mailtext

import (
	"embed"
	"encoding/json"
	"path"
	"strings"

	"perennial/shared/i18n"
	"perennial/shared/mails"
)

//go:embed catalogue
var catalogueFiles embed.FS

// catalogues are the sentences of each language, by name. What a language
// does not have is said in English.
var catalogues = readCatalogues()

func readCatalogues() map[string]map[string]string {
	all := map[string]map[string]string{}
	files, err := catalogueFiles.ReadDir("catalogue")
	if err != nil {
		panic(err) // the files are part of the program
	}
	for _, f := range files {
		raw, err := catalogueFiles.ReadFile("catalogue/" + f.Name())
		if err != nil {
			panic(err)
		}
		var texts map[string]string
		if err := json.Unmarshal(raw, &texts); err != nil {
			panic(f.Name() + ": " + err.Error())
		}
		all[strings.TrimSuffix(f.Name(), path.Ext(f.Name()))] = texts
	}
	return all
}

// Languages are those that mails are written in.
func Languages() []string {
	var all []string
	for locale := range catalogues {
		all = append(all, locale)
	}
	return all
}

// tongue is the language of a letter: its own when there is a catalogue for
// it, or for the language without its region, else English.
func tongue(l mails.Letter) string {
	for _, locale := range []string{strings.ToLower(l.Locale), i18n.Match(l.Locale)} {
		if _, known := catalogues[locale]; known {
			return locale
		}
	}
	return i18n.English
}

// speech says the sentences of one letter in its language.
type speech struct {
	mails.Letter
	locale string
	values *strings.Replacer
}

func speechOf(l mails.Letter) speech {
	s := speech{Letter: l, locale: tongue(l)}
	s.values = strings.NewReplacer(s.apart(
		"{merchant}", l.Merchant, "{support}", l.Support, "{product}", l.Product, "{name}", line(l.Name),
		"{amount}", s.money(l.Amount), "{price}", s.price(), "{new}", s.per(l.NewPrice), "{reason}", s.say(l.Reason),
		"{date}", s.date(l.NextBill), "{at}", s.date(l.At), "{retry}", s.date(l.NextRetry), "{end}", s.date(l.WindowEnd),
		"{host}", l.Endpoint,
	)...)
	return s
}

// apart keeps names and numbers in their own direction among words that run
// from right to left.
func (s speech) apart(values ...string) []string {
	if i18n.Direction(s.locale) == "rtl" {
		for i := 1; i < len(values); i += 2 {
			values[i] = "\u2068" + values[i] + "\u2069"
		}
	}
	return values
}

// say is a sentence with the letter's particulars in their places.
func (s speech) say(name string) string {
	text, known := catalogues[s.locale][name]
	if !known {
		text, known = catalogues[i18n.English][name]
	}
	if !known {
		text = name // a reason that nobody has translated
	}
	if s.values == nil {
		return text
	}
	return s.values.Replace(text)
}
