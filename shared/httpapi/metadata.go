package httpapi

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/danielgtaylor/huma/v2"

	"perennial/shared/fault"
)

// Limits of metadata, as Dodo documents them.
const (
	maxMetadataKeys  = 50
	maxMetadataKey   = 40  // characters of A-Z a-z 0-9 - _
	maxMetadataValue = 500 // characters
)

// Metadata is a merchant's own data on an object, as a request gives it:
// values are string, bool or float64. A body that holds one, at any depth, is
// checked without being asked.
type Metadata struct{ Values map[string]any }

// UnmarshalJSON implements json.Unmarshaler.
func (m *Metadata) UnmarshalJSON(b []byte) error { return json.Unmarshal(b, &m.Values) }

// MarshalJSON implements json.Marshaler; no metadata is {}.
func (m Metadata) MarshalJSON() ([]byte, error) {
	if m.Values == nil {
		return []byte("{}"), nil
	}
	return json.Marshal(m.Values)
}

// check gives a fault that names every problem, nil when there is none.
func (m Metadata) check(field string) error {
	var c fault.Check
	c.That(len(m.Values) <= maxMetadataKeys, field, "at most 50 keys")
	for _, key := range slices.Sorted(maps.Keys(m.Values)) {
		if !metadataKey(key) {
			c.That(false, field, "keys are 1 to 40 characters of A-Z, a-z, 0-9, - and _")
			continue
		}
		problem := metadataValue(m.Values[key])
		c.That(problem == "", field+"."+key, problem)
	}
	return c.Fault("MAXIMUM_KEYS_REACHED", "The metadata is not valid.")
}

func metadataKey(key string) bool {
	for _, r := range key {
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', r == '-', r == '_':
		default:
			return false
		}
	}
	return key != "" && len(key) <= maxMetadataKey
}

// metadataValue names the problem with a value, if any.
func metadataValue(v any) string {
	switch v := v.(type) {
	case string:
		if utf8.RuneCountInString(v) > maxMetadataValue {
			return "at most 500 characters"
		}
	case float64, bool:
	default:
		return "expected a string, number or boolean"
	}
	return ""
}

// Resolve lets huma run the check once a body is read.
func (m Metadata) Resolve(_ huma.Context, at *huma.PathBuffer) []error {
	field := strings.TrimPrefix(at.String(), "body.")
	if err := m.check(strings.TrimSuffix(field, ".value")); err != nil { // inside an Optional
		return []error{err}
	}
	return nil
}

// Schema documents the limits without enforcing them twice.
func (Metadata) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{
		Type: huma.TypeObject, Description: "Up to 50 keys; values are strings, numbers or booleans.",
		AdditionalProperties: true,
	}
}
