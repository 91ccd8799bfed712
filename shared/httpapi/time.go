package httpapi

import (
	"errors"
	"time"

	"github.com/danielgtaylor/huma/v2"
)

// Time is a moment in a request or an answer: read as any RFC 3339, written in
// UTC with microseconds, the form of the wire.
type Time struct{ at time.Time }

// At makes a Time of a moment.
func At(t time.Time) Time { return Time{t} }

// Time is the moment in UTC, the zero time when absent.
func (t Time) Time() time.Time { return t.at.UTC() }

// IsZero reports whether no moment was given.
func (t Time) IsZero() bool { return t.at.IsZero() }

// MarshalText implements encoding.TextMarshaler.
func (t Time) MarshalText() ([]byte, error) {
	return t.at.UTC().AppendFormat(nil, "2006-01-02T15:04:05.000000Z"), nil
}

// UnmarshalText implements encoding.TextUnmarshaler.
func (t *Time) UnmarshalText(b []byte) error {
	at, err := time.Parse(time.RFC3339, string(b))
	if err != nil {
		return errors.New("expected a time such as 2027-01-31T09:00:00Z")
	}
	t.at = at
	return nil
}

// TransformSchema documents the format.
func (Time) TransformSchema(_ huma.Registry, s *huma.Schema) *huma.Schema {
	s.Format = "date-time"
	return s
}
