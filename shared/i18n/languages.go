package i18n

import (
	"strings"

	"github.com/go-playground/locales"
	"github.com/go-playground/locales/ar"
	"github.com/go-playground/locales/de"
	"github.com/go-playground/locales/en"
	"github.com/go-playground/locales/hi"
	"github.com/go-playground/locales/it"
	"github.com/go-playground/locales/ja"
	"golang.org/x/text/language"
)

// English is the language that everything falls back to.
const English = "en"

// Language is a language that pages and mails are written in.
type Language struct {
	Code string // ISO 639-1
	Name string // as its speakers write it
	cldr locales.Translator
}

// languages in the order that they are offered in.
var languages = []Language{
	{English, "English", en.New()},
	{"de", "Deutsch", de.New()},
	{"it", "Italiano", it.New()},
	{"hi", "हिन्दी", hi.New()},
	{"ja", "日本語", ja.New()},
	{"ar", "العربية", ar.New()},
}

// Languages are those that pages and mails are written in.
func Languages() []Language { return languages }

// known finds a language by its code.
func known(code string) (Language, bool) {
	for _, l := range languages {
		if l.Code == code {
			return l, true
		}
	}
	return languages[0], false
}

// Match is the language for a reader who asks for one with a BCP 47 tag or
// the value of Accept-Language, the most wanted first; empty when none of
// them is written here. Regions and scripts do not count.
func Match(wanted string) string {
	tags, _, err := language.ParseAcceptLanguage(wanted)
	if err != nil {
		return ""
	}
	for _, tag := range tags {
		base, _ := tag.Base()
		if l, ok := known(base.String()); ok && tag != language.Und {
			return l.Code
		}
	}
	return ""
}

// Direction is "rtl" for languages written from right to left, else "ltr".
func Direction(locale string) string {
	switch strings.ToLower(locale) {
	case "ar", "he":
		return "rtl"
	}
	return "ltr"
}
