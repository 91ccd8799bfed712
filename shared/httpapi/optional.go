package httpapi

import (
	"encoding/json"
	"reflect"

	"github.com/danielgtaylor/huma/v2"
)

// Optional is a member of a PATCH body, which may be absent (leave the field),
// null (clear it) or a value. Tag it `json:"…,omitzero"`.
type Optional[T any] struct {
	Value T
	Set   bool // the member was there, null or not
	Null  bool
}

// Else is the member's value: old when absent, the zero T when null.
func (o Optional[T]) Else(old T) T {
	if !o.Set {
		return old
	}
	return o.Value
}

// UnmarshalJSON implements json.Unmarshaler.
func (o *Optional[T]) UnmarshalJSON(b []byte) error {
	*o = Optional[T]{Set: true, Null: string(b) == "null"}
	if o.Null {
		return nil
	}
	return json.Unmarshal(b, &o.Value)
}

// Schema is that of T, nullable where it is a scalar.
func (o Optional[T]) Schema(r huma.Registry) *huma.Schema {
	s := r.Schema(reflect.TypeFor[T](), true, "")
	if s.Ref == "" {
		s.Nullable = true
	}
	return s
}
