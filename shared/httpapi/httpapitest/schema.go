package httpapitest

import (
	"fmt"
	"strings"
)

// newTypeView says in words what a schema allows.
func newTypeView(s *schema) typeView {
	switch {
	case s == nil:
		return typeView{}
	case s.Ref != "":
		name := strings.TrimPrefix(s.Ref, "#/components/schemas/")
		return typeView{name, name}
	case len(s.AnyOf) > 0:
		return oneOf(s.AnyOf)
	case len(s.Type) == 0:
		return typeView{"anything", ""}
	}
	v := typeView{s.Type[0], ""}
	switch {
	case s.Type[0] == "array":
		of := newTypeView(s.Items)
		v = typeView{"list of " + of.Text, of.Object}
	case s.Format == "date-time":
		v.Text = "time"
	}
	for _, other := range s.Type[1:] {
		v.Text += " or " + other
	}
	return v
}

// oneOf joins alternatives, and links to the first that is an object.
func oneOf(schemas []*schema) typeView {
	var words []string
	var object string
	for _, s := range schemas {
		v := newTypeView(s)
		words = append(words, v.Text)
		if object == "" {
			object = v.Object
		}
	}
	return typeView{strings.Join(words, " or "), object}
}

// notes are a schema's description and limits, as short sentences.
func notes(s *schema) string {
	var parts []string
	say := func(known bool, format string, args ...any) {
		if known {
			parts = append(parts, fmt.Sprintf(format, args...))
		}
	}
	say(s.Description != "", "%s", s.Description)
	say(len(s.Enum) > 0, "One of %s.", list(s.Enum))
	say(s.Default != nil, "Default %v.", s.Default)
	say(s.Minimum != "", "At least %s.", s.Minimum)
	say(s.Maximum != "", "At most %s.", s.Maximum)
	say(s.MinLength != "", "At least %s characters.", s.MinLength)
	say(s.MaxLength != "", "At most %s characters.", s.MaxLength)
	return strings.Join(parts, " ")
}

func list(values []any) string {
	var words []string
	for _, v := range values {
		if v != nil { // the type says that it may be null
			words = append(words, fmt.Sprint(v))
		}
	}
	return strings.Join(words, ", ")
}
