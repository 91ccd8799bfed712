package i18n

import (
	"strings"
	"sync"

	"github.com/go-playground/locales"
	"github.com/go-playground/locales/ar"
	"github.com/go-playground/locales/ca"
	"github.com/go-playground/locales/de"
	"github.com/go-playground/locales/en"
	"github.com/go-playground/locales/es"
	"github.com/go-playground/locales/fr"
	"github.com/go-playground/locales/he"
	"github.com/go-playground/locales/hi"
	"github.com/go-playground/locales/id"
	"github.com/go-playground/locales/it"
	"github.com/go-playground/locales/ja"
	"github.com/go-playground/locales/ko"
	"github.com/go-playground/locales/ms"
	"github.com/go-playground/locales/nl"
	"github.com/go-playground/locales/pl"
	"github.com/go-playground/locales/pt"
	"github.com/go-playground/locales/ro"
	"github.com/go-playground/locales/ru"
	"github.com/go-playground/locales/sv"
	"github.com/go-playground/locales/th"
	"github.com/go-playground/locales/tr"
	"github.com/go-playground/locales/zh"
	"golang.org/x/text/language"
)

// English is the language that everything falls back to.
const English = "en"

// Language is a language that pages and mails are written in.
type Language struct {
	Code string                    // ISO 639-1
	Name string                    // as its speakers write it
	cldr func() locales.Translator // when it is first needed
}

// languages in the order that they are offered in.
var languages = []Language{
	{English, "English", sync.OnceValue(en.New)},
	{"id", "Bahasa Indonesia", sync.OnceValue(id.New)},
	{"ms", "Bahasa Melayu", sync.OnceValue(ms.New)},
	{"ca", "Català", sync.OnceValue(ca.New)},
	{"de", "Deutsch", sync.OnceValue(de.New)},
	{"es", "Español", sync.OnceValue(es.New)},
	{"fr", "Français", sync.OnceValue(fr.New)},
	{"it", "Italiano", sync.OnceValue(it.New)},
	{"nl", "Nederlands", sync.OnceValue(nl.New)},
	{"pl", "Polski", sync.OnceValue(pl.New)},
	{"pt", "Português", sync.OnceValue(pt.New)},
	{"ro", "Română", sync.OnceValue(ro.New)},
	{"sv", "Svenska", sync.OnceValue(sv.New)},
	{"tr", "Türkçe", sync.OnceValue(tr.New)},
	{"ru", "Русский", sync.OnceValue(ru.New)},
	{"he", "עברית", sync.OnceValue(he.New)},
	{"hi", "हिन्दी", sync.OnceValue(hi.New)},
	{"th", "ไทย", sync.OnceValue(th.New)},
	{"ko", "한국어", sync.OnceValue(ko.New)},
	{"zh", "中文", sync.OnceValue(zh.New)},
	{"ja", "日本語", sync.OnceValue(ja.New)},
	{"ar", "العربية", sync.OnceValue(ar.New)},
}

// Languages are those that pages and mails are written in.
func Languages() []Language { return languages }

// Codes are the codes of Languages, such as "de".
func Codes() []string {
	codes := make([]string, len(languages))
	for i, l := range languages {
		codes[i] = l.Code
	}
	return codes
}

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
