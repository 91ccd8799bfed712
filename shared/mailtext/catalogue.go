package mailtext

import (
	"embed"
	"encoding/json"
	"strings"
	"sync"

	"perennial/shared/i18n"
	"perennial/shared/mails"
)

//go:embed catalogue
var catalogueFiles embed.FS

// catalogues are the sentences of each language, by name; each is read when a
// letter first needs it. What a language does not have is said in English.
var catalogues = func() map[string]func() map[string]string {
	all := map[string]func() map[string]string{}
	for _, l := range i18n.Languages() {
		all[l.Code] = sync.OnceValue(func() map[string]string { return readCatalogue(l.Code) })
	}
	return all
}()

func readCatalogue(code string) map[string]string {
	raw, err := catalogueFiles.ReadFile("catalogue/" + code + ".json")
	if err != nil {
		panic(err) // the files are part of the program
	}
	var texts map[string]string
	if err := json.Unmarshal(raw, &texts); err != nil {
		panic(code + ".json: " + err.Error())
	}
	return texts
}

// spoken is a sentence by its name, and whether the language has it.
func spoken(locale, name string) (string, bool) {
	read, known := catalogues[locale]
	if !known {
		return "", false
	}
	text, has := read()[name]
	return text, has
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
		"{host}", l.Endpoint, "{address}", line(l.Customer),
		"{card}", s.card(), "{access}", s.date(l.AccessEnds), "{coupon}", l.Coupon.Code, "{discount}", s.worth(),
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
	text, known := spoken(s.locale, name)
	if !known {
		text, known = spoken(i18n.English, name)
	}
	if !known {
		text = name // a reason that nobody has translated
	}
	if s.values == nil {
		return text
	}
	return s.values.Replace(text)
}
