// Package calendar computes when billing periods begin and end. Periods are
// half-open and tile: date n is the anchor plus n intervals, clamped to the
// length of its month, so that 31 January gives 28 February and 31 March.
//
// Its Instant is business time, a type of its own: a test scope's clock may
// run ahead of the wall, and the two must not mix.
package calendar

import (
	"sort"
	"time"
)

// Instant is a moment of business time in microseconds since the Unix epoch.
// Zero means absent.
type Instant int64

// At converts a moment of business time.
func At(t time.Time) Instant { return Instant(t.UnixMicro()) }

// Time gives the moment in UTC.
func (i Instant) Time() time.Time { return time.UnixMicro(int64(i)).UTC() }

// Add moves the instant by a duration.
func (i Instant) Add(d time.Duration) Instant { return i + Instant(d.Microseconds()) }

// Sub is the duration from j to i.
func (i Instant) Sub(j Instant) time.Duration { return time.Duration(i-j) * time.Microsecond }

// IsZero reports whether the instant is absent.
func (i Instant) IsZero() bool { return i == 0 }

// String is RFC 3339 in UTC with microseconds.
func (i Instant) String() string { return i.Time().Format("2006-01-02T15:04:05.000000Z") }

// Unit is the calendar unit of an interval.
type Unit string

// The units, spelled as on the wire.
const (
	Day   Unit = "Day"
	Week  Unit = "Week"
	Month Unit = "Month"
	Year  Unit = "Year"
)

// Interval is a count of units, such as three months.
type Interval struct {
	Count int
	Unit  Unit
}

// Valid reports whether the interval moves time forward by a known unit.
func (v Interval) Valid() bool {
	switch v.Unit {
	case Day, Week, Month, Year:
		return v.Count > 0
	}
	return false
}

// Period is half-open: Start belongs to it, End does not.
type Period struct{ Start, End Instant }

// Contains reports whether the instant lies in the period.
func (p Period) Contains(i Instant) bool { return p.Start <= i && i < p.End }

// Boundary is the n-th billing date after the anchor: the anchor's local day
// and time of day in zone, moved by n intervals and clamped to the month's
// length. A local time that a clock change skips moves forward to the first
// valid instant; a repeated one takes the earlier. Boundary 0 is the anchor.
func Boundary(anchor Instant, every Interval, n int, zone *time.Location) Instant {
	if n == 0 {
		return anchor
	}
	start := anchor.Time().In(zone)
	steps := every.Count * n
	year, month, day := start.Date()
	switch every.Unit {
	case Day:
		day += steps
	case Week:
		day += 7 * steps
	case Month:
		year, month, day = clamp(year, int(month)+steps, day)
	case Year:
		year, month, day = clamp(year+steps, int(month), day)
	}
	hour, minute, second := start.Clock()
	reading := time.Date(year, month, day, hour, minute, second, start.Nanosecond(), time.UTC)
	return At(resolve(reading, zone))
}

// Next is the first boundary after the instant, and its number n. An interval
// that is not valid has none, and gives zero.
func Next(anchor Instant, every Interval, after Instant, zone *time.Location) (Instant, int) {
	if !every.Valid() {
		return 0, 0
	}
	n := max(0, elapsed(anchor, every, after, zone)-1)
	for {
		if b := Boundary(anchor, every, n, zone); b > after {
			return b, n
		}
		n++
	}
}

// elapsed counts the whole intervals between the local dates of two instants;
// it never exceeds the number of boundaries passed by more than one.
func elapsed(from Instant, every Interval, to Instant, zone *time.Location) int {
	y1, m1, d1 := from.Time().In(zone).Date()
	y2, m2, d2 := to.Time().In(zone).Date()
	months := 12*(y2-y1) + int(m2-m1)
	days := int(date(y2, m2, d2).Sub(date(y1, m1, d1)) / (24 * time.Hour))
	switch every.Unit {
	case Day:
		return days / every.Count
	case Week:
		return days / (7 * every.Count)
	case Month:
		return months / every.Count
	default:
		return (y2 - y1) / every.Count
	}
}

// clamp brings a day of a possibly overflowing month into that month.
func clamp(year, month, day int) (int, time.Month, int) {
	first := date(year, time.Month(month), 1)
	last := first.AddDate(0, 1, -1).Day()
	return first.Year(), first.Month(), min(day, last)
}

func date(year int, month time.Month, day int) time.Time {
	return time.Date(year, month, day, 0, 0, 0, 0, time.UTC)
}

// resolve finds the instant at which clocks in zone show the reading, which
// is given as if it were UTC. It tries the offsets of the day before and the
// day after, because time.Date may choose either side of a gap or of a
// repeated hour, and the ends of Time.ZoneBounds are not always clock changes.
func resolve(reading time.Time, zone *time.Location) time.Time {
	second := reading.Truncate(time.Second)
	eve, morrow := second.Add(-24*time.Hour), second.Add(24*time.Hour)
	before, after := offset(eve, zone), offset(morrow, zone)
	for _, o := range []time.Duration{max(before, after), min(before, after)} {
		if t := reading.Add(-o); offset(t, zone) == o {
			return t
		}
	}
	change := sort.Search(int(morrow.Sub(eve)/time.Second), func(seconds int) bool {
		return offset(eve.Add(time.Duration(seconds)*time.Second), zone) != before
	})
	return eve.Add(time.Duration(change) * time.Second)
}

// offset is how far the clocks in zone are ahead of UTC at the instant.
func offset(t time.Time, zone *time.Location) time.Duration {
	_, seconds := t.In(zone).Zone()
	return time.Duration(seconds) * time.Second
}
