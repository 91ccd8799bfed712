package asl

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// path is a reference path: the root `$` or the context object `$$`, then
// field names and array indexes.
type path struct {
	context bool
	steps   []any // string or int
}

var (
	pathShape = regexp.MustCompile(`^\${1,2}(\.[A-Za-z_][A-Za-z0-9_-]*|\[[0-9]+\])*$`)
	pathStep  = regexp.MustCompile(`\.([A-Za-z_][A-Za-z0-9_-]*)|\[([0-9]+)\]`)
)

// contextFields are the parts of the context object that the interpreter fills.
var contextFields = []string{
	"$$", "$$.Execution.Id", "$$.Execution.Name", "$$.Execution.StartTime",
	"$$.State.Name", "$$.State.EnteredTime", "$$.Task.Token",
}

func parsePath(text string) (path, error) {
	if !pathShape.MatchString(text) {
		return path{}, fmt.Errorf("path %q is not a plain reference path", text)
	}
	p := path{context: strings.HasPrefix(text, "$$")}
	known := slices.Contains(contextFields, text) || strings.HasPrefix(text, "$$.Execution.Input")
	if p.context && !known {
		return path{}, fmt.Errorf("path %q is not in the context object here", text)
	}
	for _, match := range pathStep.FindAllStringSubmatch(text, -1) {
		if match[1] != "" {
			p.steps = append(p.steps, match[1])
			continue
		}
		index, err := strconv.Atoi(match[2])
		if err != nil {
			return path{}, fmt.Errorf("path %q: %w", text, err)
		}
		p.steps = append(p.steps, index)
	}
	return p, nil
}

// get finds the value that the path names in the input or the context object.
func (p path) get(input, context any) (any, bool) {
	value := input
	if p.context {
		value = context
	}
	for _, step := range p.steps {
		var found bool
		if value, found = child(value, step); !found {
			return nil, false
		}
	}
	return value, true
}

func child(value, step any) (any, bool) {
	switch step := step.(type) {
	case string:
		object, _ := value.(map[string]any)
		found, ok := object[step]
		return found, ok
	case int:
		array, _ := value.([]any)
		if step >= len(array) {
			return nil, false
		}
		return array[step], true
	}
	return nil, false
}

// put returns root with the value placed at the path, making the objects on
// the way. It answers false where something that is not an object is in the
// way.
func (p path) put(root, value any) (any, bool) {
	if len(p.steps) == 0 {
		return value, true
	}
	object, ok := root.(map[string]any)
	name, named := p.steps[0].(string)
	if !ok || !named {
		return nil, false
	}
	inner, exists := object[name]
	if !exists {
		inner = map[string]any{}
	}
	placed, ok := path{steps: p.steps[1:]}.put(inner, value)
	if !ok {
		return nil, false
	}
	object[name] = placed
	return object, true
}

// optionalPath is a path field of a state: absent, null or a path.
type optionalPath struct {
	set, null bool
	path      path
}

// apply selects from the value: everything when the field is absent, an empty
// object when it is null.
func (o optionalPath) apply(value, context any) (any, error) {
	if !o.set {
		return value, nil
	}
	if o.null {
		return map[string]any{}, nil
	}
	found, ok := o.path.get(value, context)
	if !ok {
		return nil, runtimeError("a path selects nothing")
	}
	return found, nil
}

// place puts a result into the input: instead of it when the field is absent,
// nowhere when it is null.
func (o optionalPath) place(input, result any) (any, bool) {
	if !o.set {
		return result, true
	}
	if o.null {
		return input, true
	}
	return o.path.put(input, result)
}
