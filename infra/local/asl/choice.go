package asl

import (
	"encoding/json"
	"fmt"
	"slices"
)

// rule is one rule of a Choice state: a comparison, or And, Or, Not over
// others.
type rule struct {
	next     string
	variable path
	name     string // of the comparison
	want     any
	and, or  []rule
	not      *rule
}

// comparisons are the tests a rule can make on a value that is present.
var comparisons = map[string]func(have, want any) bool{
	"StringEquals":             func(have, want any) bool { return isText(have) && have == want },
	"BooleanEquals":            func(have, want any) bool { return have == want },
	"NumericEquals":            numeric(func(a, b float64) bool { return a == b }),
	"NumericLessThan":          numeric(func(a, b float64) bool { return a < b }),
	"NumericLessThanEquals":    numeric(func(a, b float64) bool { return a <= b }),
	"NumericGreaterThan":       numeric(func(a, b float64) bool { return a > b }),
	"NumericGreaterThanEquals": numeric(func(a, b float64) bool { return a >= b }),
}

func isText(value any) bool {
	_, ok := value.(string)
	return ok
}

func numeric(compare func(a, b float64) bool) func(have, want any) bool {
	return func(have, want any) bool {
		a, okA := number(have)
		b, okB := number(want)
		return okA && okB && compare(a, b)
	}
}

func number(value any) (float64, bool) {
	literal, ok := value.(json.Number)
	if !ok {
		return 0, false
	}
	f, err := literal.Float64()
	return f, err == nil
}

// matches evaluates the rule. A comparison of a value that is not there is an
// error, as on AWS; IsPresent asks first.
func (r rule) matches(input, context any) (bool, error) {
	switch {
	case r.and != nil:
		return matchesEvery(r.and, input, context, true)
	case r.or != nil:
		return matchesEvery(r.or, input, context, false)
	case r.not != nil:
		matched, err := r.not.matches(input, context)
		return !matched, err
	}
	have, present := r.variable.get(input, context)
	if r.name == "IsPresent" {
		return present == r.want, nil
	}
	if !present {
		return false, runtimeError("a Choice compares a variable that is not there")
	}
	return comparisons[r.name](have, r.want), nil
}

// matchesEvery goes on while rules answer goOn, and answers !goOn at the first
// that does not: And with true, Or with false.
func matchesEvery(rules []rule, input, context any, goOn bool) (bool, error) {
	for _, r := range rules {
		matched, err := r.matches(input, context)
		if err != nil {
			return false, err
		}
		if matched != goOn {
			return !goOn, nil
		}
	}
	return goOn, nil
}

// parseRule reads a rule; next is required at the top and refused inside.
func (l *loader) parseRule(where string, fields map[string]json.RawMessage) rule {
	var r rule
	for name, raw := range fields {
		switch {
		case name == "Comment":
		case name == "Next":
			l.read(field{where, name, raw}, &r.next)
		case name == "Variable":
			r.variable = l.path(field{where, name, raw})
		case name == "And":
			r.and = l.parseRules(where, raw)
		case name == "Or":
			r.or = l.parseRules(where, raw)
		case name == "Not":
			r.not = &l.parseRules(where, slices.Concat([]byte("["), raw, []byte("]")))[0]
		case name == "IsPresent" || comparisons[name] != nil:
			r.name, r.want = name, l.value(field{where, name, raw})
		default:
			l.refuse("%s: %s", where, name)
		}
	}
	logic := r.and != nil || r.or != nil || r.not != nil
	if logic == (r.name != "") || (fields["Variable"] != nil) != (r.name != "") {
		l.refuse("%s: a rule is one comparison of a Variable, or And, Or, Not", where)
	}
	return r
}

// parseRules reads a list of rules. It never returns an empty one.
func (l *loader) parseRules(where string, raw json.RawMessage) []rule {
	var list []map[string]json.RawMessage
	l.read(field{where, "rules", raw}, &list)
	rules := make([]rule, 0, len(list))
	for i, fields := range list {
		rules = append(rules, l.parseRule(fmt.Sprintf("%s rule %d", where, i+1), fields))
	}
	if len(rules) == 0 {
		l.refuse("%s: an empty list of rules", where)
		return []rule{{}}
	}
	return rules
}
