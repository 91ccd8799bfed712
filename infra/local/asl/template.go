package asl

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strings"
)

// decode reads JSON and keeps numbers as they were written.
func decode(data []byte) (any, error) {
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.UseNumber()
	var value any
	if err := decoder.Decode(&value); err != nil {
		return nil, err
	}
	if _, err := decoder.Token(); err != io.EOF {
		return nil, fmt.Errorf("more after the JSON value")
	}
	return value, nil
}

// encode writes a value that came from decode; such a value always encodes.
func encode(value any) json.RawMessage {
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		return json.RawMessage("null")
	}
	return bytes.TrimRight(out.Bytes(), "\n")
}

// template is a payload template: fields whose name ends in `.$` hold a path
// and lose the suffix.
type template struct {
	set  bool
	root any // object, array, scalar or path
}

func parseTemplate(raw json.RawMessage) (template, error) {
	value, err := decode(raw)
	if err != nil {
		return template{}, err
	}
	root, err := compile(value)
	return template{set: true, root: root}, err
}

// compile turns the path fields of a template into paths.
func compile(value any) (any, error) {
	switch value := value.(type) {
	case map[string]any:
		return compileObject(value)
	case []any:
		for i, element := range value {
			compiled, err := compile(element)
			if err != nil {
				return nil, err
			}
			value[i] = compiled
		}
	}
	return value, nil
}

func compileObject(object map[string]any) (any, error) {
	out := make(map[string]any, len(object))
	for name, value := range object {
		text, isText := value.(string)
		plain, dynamic := strings.CutSuffix(name, ".$")
		var err error
		switch {
		case !dynamic:
			out[name], err = compile(value)
		case !isText || !strings.HasPrefix(text, "$"):
			err = fmt.Errorf("field %q holds no path", name)
		default:
			out[plain], err = parsePath(text)
		}
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}

// apply fills the template, or returns the input when the field is absent.
func (t template) apply(input, context any) (any, error) {
	if !t.set {
		return input, nil
	}
	return fill(t.root, input, context)
}

func fill(node, input, context any) (any, error) {
	switch node := node.(type) {
	case path:
		value, ok := node.get(input, context)
		if !ok {
			return nil, runtimeError("a path of a template selects nothing in " + string(encode(input)))
		}
		return value, nil
	case map[string]any:
		out := make(map[string]any, len(node))
		for name, inner := range node {
			value, err := fill(inner, input, context)
			if err != nil {
				return nil, err
			}
			out[name] = value
		}
		return out, nil
	case []any:
		out := make([]any, len(node))
		for i, inner := range node {
			value, err := fill(inner, input, context)
			if err != nil {
				return nil, err
			}
			out[i] = value
		}
		return out, nil
	}
	return node, nil
}
