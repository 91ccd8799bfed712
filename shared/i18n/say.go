package i18n

import (
	"fmt"
	"strings"
)

// Say is a sentence in a language. It is named by its English words, which
// are said where the language has none of its own; arguments stand where the
// sentence has %s, in another language's order as %[1]s.
func Say(locale, text string, args ...any) string {
	if m, ok := find(locale, text); ok && m.text != "" {
		text = m.text
	}
	return fill(locale, text, args)
}

// Count says how many, in the words for one or for more, or in those of the
// language's own plural categories.
func Count(locale string, n int, one, more string, args ...any) string {
	m, ok := find(locale, more)
	if ok && m.plural != nil {
		l, _ := known(locale)
		text, has := m.plural[categories[l.cldr.CardinalPluralRule(float64(n), 0)]]
		if !has {
			text = m.plural["other"]
		}
		return fill(locale, text, args)
	}
	if n == 1 && (!ok || m.text == "") {
		return fill(locale, one, args)
	}
	if ok && m.text != "" {
		more = m.text
	}
	return fill(locale, more, args)
}

// Text marks words that Say is given elsewhere, in a table for example, so
// that a language which lacks them is found out.
func Text(text string) string { return text }

// fill puts the arguments into their places. Among words from right to left
// each is kept apart, as names and numbers may run the other way.
func fill(locale, text string, args []any) string {
	if len(args) == 0 || !strings.Contains(text, "%") {
		return text
	}
	if Direction(locale) == "rtl" {
		apart := make([]any, len(args))
		for i, arg := range args {
			if s, isText := arg.(string); isText {
				arg = "\u2068" + s + "\u2069"
			}
			apart[i] = arg
		}
		args = apart
	}
	return fmt.Sprintf(text, args...)
}
