package asl

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"
)

// loader collects everything that is wrong with a definition.
type loader struct{ problems []string }

// field is one field of the definition and the place it stands in.
type field struct {
	where, name string
	raw         json.RawMessage
}

// String names the field in a problem.
func (f field) String() string { return f.where + ": " + f.name }

func (l *loader) refuse(format string, args ...any) {
	l.problems = append(l.problems, fmt.Sprintf(format, args...))
}

func (l *loader) read(f field, into any) {
	if err := json.Unmarshal(f.raw, into); err != nil {
		l.refuse("%s: %v", f, err)
	}
}

func (l *loader) value(f field) any {
	value, err := decode(f.raw)
	if err != nil {
		l.refuse("%s: %v", f, err)
	}
	return value
}

func (l *loader) path(f field) path {
	var text string
	l.read(f, &text)
	p, err := parsePath(text)
	if err != nil {
		l.refuse("%s: %v", f, err)
	}
	return p
}

func (l *loader) optionalPath(f field) optionalPath {
	if string(f.raw) == "null" {
		return optionalPath{set: true, null: true}
	}
	return optionalPath{set: true, path: l.path(f)}
}

// resultPath reads a ResultPath: null, or a path that can be written to.
func (l *loader) resultPath(f field) optionalPath {
	p := l.optionalPath(f)
	index := slices.ContainsFunc(p.path.steps, func(step any) bool { _, ok := step.(int); return ok })
	if p.path.context || index {
		l.refuse("%s: %s cannot be written to", f, f.raw)
	}
	return p
}

func (l *loader) template(f field) template {
	t, err := parseTemplate(f.raw)
	if err != nil {
		l.refuse("%s: %v", f, err)
	}
	return t
}

func (l *loader) seconds(f field) time.Duration {
	var seconds int
	l.read(f, &seconds)
	if seconds < 0 || seconds > maxSeconds {
		l.refuse("%s: %d seconds", f, seconds)
	}
	return time.Duration(seconds) * time.Second
}

// checkTargets looks for transitions to states that do not exist.
func (l *loader) checkTargets(m *Machine) {
	l.checkTarget(m, "machine StartAt", m.startAt)
	for name, s := range m.states {
		switch s.kind {
		case "Pass", "Task", "Wait":
			if !s.end {
				l.checkTarget(m, name+" Next", s.next)
			} else if s.next != "" {
				l.refuse("%s: both Next and End", name)
			}
		}
		for _, c := range s.catch {
			l.checkTarget(m, name+" Catch", c.next)
		}
		for _, r := range s.rules {
			l.checkTarget(m, name+" Choices", r.next)
		}
		if s.fallback != "" {
			l.checkTarget(m, name+" Default", s.fallback)
		}
	}
}

func (l *loader) checkTarget(m *Machine, where, target string) {
	if m.states[target] == nil {
		l.refuse("%s: no state %q", where, target)
	}
}
