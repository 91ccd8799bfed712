package httpapi

import (
	"fmt"
	"strings"

	"github.com/danielgtaylor/huma/v2"
)

// newTypeView says in words what a schema allows.
func newTypeView(s *huma.Schema) typeView {
	switch {
	case s == nil:
		return typeView{}
	case s.Ref != "":
		name := strings.TrimPrefix(s.Ref, schemaPrefix)
		return typeView{name, name}
	case s.Type == huma.TypeArray:
		of := newTypeView(s.Items)
		return typeView{"list of " + of.Text, of.Object}
	case s.Type == "":
		return typeView{"anything", ""}
	}
	text := s.Type
	if s.Format == "date-time" {
		text = "time"
	}
	if s.Nullable {
		text += " or null"
	}
	return typeView{text, ""}
}

// notes are a schema's description and limits, as short sentences.
func notes(s *huma.Schema) string {
	var parts []string
	say := func(known bool, format string, args ...any) {
		if known {
			parts = append(parts, fmt.Sprintf(format, args...))
		}
	}
	say(s.Description != "", "%s", s.Description)
	say(len(s.Enum) > 0, "One of %s.", list(s.Enum))
	say(s.Default != nil, "Default %v.", s.Default)
	if s.Minimum != nil {
		say(true, "At least %v.", *s.Minimum)
	}
	if s.Maximum != nil {
		say(true, "At most %v.", *s.Maximum)
	}
	if s.MinLength != nil {
		say(true, "At least %d characters.", *s.MinLength)
	}
	if s.MaxLength != nil {
		say(true, "At most %d characters.", *s.MaxLength)
	}
	return strings.Join(parts, " ")
}

func list(values []any) string {
	words := make([]string, len(values))
	for i, v := range values {
		words[i] = fmt.Sprint(v)
	}
	return strings.Join(words, ", ")
}
