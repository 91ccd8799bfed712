package asl

import (
	"encoding/json"
	"slices"
)

// kinds names the fields that each type of state may have, beside Type and
// Comment.
var kinds = map[string][]string{
	"Pass":    {"Next", "End", "InputPath", "OutputPath", "ResultPath", "Parameters", "Result"},
	"Task":    {"Next", "End", "InputPath", "OutputPath", "ResultPath", "Parameters", "ResultSelector", "Resource", "TimeoutSeconds", "TimeoutSecondsPath", "Retry", "Catch"},
	"Choice":  {"InputPath", "OutputPath", "Choices", "Default"},
	"Wait":    {"Next", "End", "InputPath", "OutputPath", "Seconds", "SecondsPath"},
	"Succeed": {"InputPath", "OutputPath"},
	"Fail":    {"Error", "Cause"},
}

// setters read one field each.
var setters = map[string]func(l *loader, s *state, f field){
	"Next":               func(l *loader, s *state, f field) { l.read(f, &s.next) },
	"End":                func(l *loader, s *state, f field) { l.read(f, &s.end) },
	"InputPath":          func(l *loader, s *state, f field) { s.input = l.optionalPath(f) },
	"OutputPath":         func(l *loader, s *state, f field) { s.output = l.optionalPath(f) },
	"ResultPath":         func(l *loader, s *state, f field) { s.result = l.resultPath(f) },
	"Parameters":         func(l *loader, s *state, f field) { s.parameters = l.template(f) },
	"ResultSelector":     func(l *loader, s *state, f field) { s.selector = l.template(f) },
	"Result":             func(l *loader, s *state, f field) { s.fixed = template{true, l.value(f)} },
	"TimeoutSeconds":     func(l *loader, s *state, f field) { s.timeout = l.seconds(f) },
	"TimeoutSecondsPath": func(l *loader, s *state, f field) { s.timeoutPath = l.optionalPath(f) },
	"Seconds":            func(l *loader, s *state, f field) { s.pause = l.seconds(f) },
	"SecondsPath":        func(l *loader, s *state, f field) { s.pausePath = l.optionalPath(f) },
	"Choices":            func(l *loader, s *state, f field) { s.rules = l.parseRules(s.name, f.raw) },
	"Default":            func(l *loader, s *state, f field) { l.read(f, &s.fallback) },
	"Error":              func(l *loader, s *state, f field) { l.read(f, &s.failure) },
	"Cause":              func(l *loader, s *state, f field) { l.read(f, &s.cause) },
	"Retry":              func(l *loader, s *state, f field) { s.retry = l.retriers(s.name, f.raw) },
	"Catch":              func(l *loader, s *state, f field) { s.catch = l.catchers(s.name, f.raw) },
	"Resource":           func(l *loader, s *state, f field) { l.resource(s, f) },
}

func (l *loader) state(name string, fields map[string]json.RawMessage) *state {
	s := &state{name: name}
	l.read(field{name, "Type", fields["Type"]}, &s.kind)
	allowed, known := kinds[s.kind]
	if !known {
		l.refuse("%s: type %q", name, s.kind)
		return s
	}
	for name, raw := range fields {
		switch {
		case name == "Type" || name == "Comment":
		case slices.Contains(allowed, name):
			setters[name](l, s, field{s.name, name, raw})
		default:
			l.refuse("%s: %s", s.name, name)
		}
	}
	l.checkShape(s, fields)
	return s
}

// checkShape looks at what the fields of a state say together.
func (l *loader) checkShape(s *state, fields map[string]json.RawMessage) {
	switch s.kind {
	case "Task":
		l.checkCall(s, fields["Parameters"])
		if (s.timeout > 0) == s.timeoutPath.set {
			l.refuse("%s: exactly one of TimeoutSeconds and TimeoutSecondsPath is needed", s.name)
		}
	case "Wait":
		if (fields["Seconds"] != nil) == s.pausePath.set {
			l.refuse("%s: exactly one of Seconds and SecondsPath is needed", s.name)
		}
	case "Choice":
		if fields["Choices"] == nil {
			l.refuse("%s: no Choices", s.name)
		}
	}
}

func (l *loader) resource(s *state, f field) {
	var resource string
	l.read(f, &resource)
	switch resource {
	case "arn:aws:states:::lambda:invoke":
	case "arn:aws:states:::lambda:invoke.waitForTaskToken":
		s.token = true
	default:
		l.refuse("%s: Resource %q", s.name, resource)
	}
}

// checkCall reads the parameters of a lambda:invoke.
func (l *loader) checkCall(s *state, parameters json.RawMessage) {
	var call map[string]json.RawMessage
	if parameters != nil {
		l.read(field{s.name, "Parameters", parameters}, &call)
	}
	for name, raw := range call {
		switch name {
		case "FunctionName":
			l.read(field{s.name, name, raw}, &s.function)
		case "Payload", "Payload.$":
		default:
			l.refuse("%s: Parameters.%s", s.name, name)
		}
	}
	if s.function == "" {
		l.refuse("%s: no Parameters.FunctionName", s.name)
	}
}
