package wire

import (
	"fmt"
	"time"

	"perennial/shared/calendar"
)

// text is null for an empty string.
func text[T ~string](s T) *string {
	if s == "" {
		return nil
	}
	plain := string(s)
	return &plain
}

// instant is null for an absent time, else RFC 3339 in UTC with microseconds.
func instant(i calendar.Instant) *string {
	if i.IsZero() {
		return nil
	}
	return text(i.String())
}

// Wall writes a wall time as the wire does: RFC 3339 in UTC with microseconds.
func Wall(t time.Time) string { return calendar.At(t).String() }

func digits(format string, n int) *string {
	if n == 0 {
		return nil
	}
	return text(fmt.Sprintf(format, n))
}

// metadata is never null.
func metadata[V any](m map[string]V) map[string]V {
	if m == nil {
		return map[string]V{}
	}
	return m
}
