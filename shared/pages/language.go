package pages

import (
	"maps"
	"net/http"
	"net/url"
	"strings"
	"time"

	"perennial/shared/i18n"
)

// languageCookie keeps the reader's choice of language for a year.
const languageCookie = "__Host-language"

// Locale is the language to answer a request in: the reader's own choice,
// else the first of the languages known for the reader (BCP 47 tags), else
// the first that the browser asks for, of those that we have; else English.
func Locale(r *http.Request, known ...string) string {
	chosen := ""
	if c, err := r.Cookie(languageCookie); err == nil {
		chosen = c.Value
	}
	for _, wanted := range append(append([]string{chosen}, known...), r.Header.Get("Accept-Language")) {
		if locale := i18n.Match(wanted); locale != "" {
			return locale
		}
	}
	return i18n.English
}

// speak fills in the language of a page that has none yet. Only a page that was asked for by
// GET can be asked for again.
func (p *Page) speak(r *http.Request) {
	if p.Lang == "" {
		p.Lang = Locale(r)
	}
	p.Dir, p.Languages = i18n.Direction(p.Lang), i18n.Languages()
	if r.Method == http.MethodGet {
		p.Self = discreet(*r.URL)
	}
}

// discreet is an address without the secrets that a gateway adds when it sends
// a customer back: they are not passed on.
func discreet(u url.URL) string {
	if strings.Contains(u.RawQuery, "client_secret") {
		query := u.Query()
		maps.DeleteFunc(query, func(name string, _ []string) bool { return strings.HasSuffix(name, "client_secret") })
		u.RawQuery = query.Encode()
	}
	return u.RequestURI()
}

// KeepLanguage remembers a language (BCP 47) for the reader's next pages; one
// that we do not have changes nothing.
func KeepLanguage(w http.ResponseWriter, language string) {
	if locale := i18n.Match(language); locale != "" {
		http.SetCookie(w, &http.Cookie{
			Name: languageCookie, Value: locale, Path: "/", MaxAge: int((365 * 24 * time.Hour).Seconds()),
			Secure: true, HttpOnly: true, SameSite: http.SameSiteLaxMode,
		})
	}
}

// Chosen reports whether the reader has chosen a language.
func Chosen(r *http.Request) bool {
	c, err := r.Cookie(languageCookie)
	return err == nil && i18n.Match(c.Value) != ""
}

// chooseLanguage answers POST /language: it keeps the choice and leads back.
func chooseLanguage(w http.ResponseWriter, r *http.Request, tell []func(r *http.Request, language string)) {
	KeepLanguage(w, r.PostFormValue("lang"))
	if locale := i18n.Match(r.PostFormValue("lang")); locale != "" {
		for _, chosen := range tell {
			chosen(r, locale)
		}
	}
	http.Redirect(w, r, ownPath(r.PostFormValue("next")), http.StatusSeeOther)
}

// ownPath is a path of this origin, or its first page when the text is
// anything else.
func ownPath(text string) string {
	u, err := url.Parse(text)
	if err != nil || u.IsAbs() || u.Host != "" || u.User != nil || !strings.HasPrefix(text, "/") || strings.HasPrefix(text, "//") || strings.Contains(text, `\`) {
		return "/"
	}
	return u.RequestURI()
}
