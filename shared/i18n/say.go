package i18n

import (
	"fmt"
	"strconv"
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
// language's own plural categories; those for this very number, such as "=1",
// come first.
func Count(locale string, n int, one, more string, args ...any) string {
	m, ok := find(locale, more)
	switch {
	case ok && m.plural != nil:
		return fill(locale, m.count(locale, n), args)
	case ok && m.text != "":
		return fill(locale, m.text, args)
	case n == 1:
		return fill(locale, one, args)
	}
	return fill(locale, more, args)
}

// count is the text for so many.
func (m message) count(locale string, n int) string {
	l, _ := known(locale)
	for _, form := range []string{"=" + strconv.Itoa(n), categories[l.cldr().CardinalPluralRule(float64(n), 0)]} {
		if text, has := m.plural[form]; has {
			return text
		}
	}
	return m.plural["other"]
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
	return fmt.Sprintf(text, args[:min(len(args), slots(text, len(args)))]...)
}

// slots counts the arguments that a text has places for: the words for one
// may leave out the number. A text that names its arguments, as in %[2]s, may
// use any of them.
func slots(text string, given int) int {
	if strings.Contains(text, "%[") {
		return given
	}
	return strings.Count(strings.ReplaceAll(text, "%%", ""), "%")
}
