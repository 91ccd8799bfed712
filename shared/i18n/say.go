package i18n

import "fmt"

// Say is a sentence in a language. It is named by its English words, which
// are said where the language has none of its own; arguments stand where the
// sentence has %s, in another language's order as %[1]s.
func Say(_, text string, args ...any) string {
	if len(args) == 0 {
		return text
	}
	return fmt.Sprintf(text, args...)
}

// Count says how many, in the words for one or for more.
func Count(locale string, n int, one, more string, args ...any) string {
	if n == 1 {
		return Say(locale, one, args...)
	}
	return Say(locale, more, args...)
}
