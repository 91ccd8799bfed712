// Package calendar computes when billing periods begin and end. Periods are
// half-open and tile: date n is the anchor plus n intervals, clamped to the
// length of its month, so that 31 January gives 28 February and 31 March.
//
// Its Instant is business time, a type of its own: a test scope's clock may
// run ahead of the wall, and the two must not mix.
package calendar

import "time"

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
// valid instant; a repeated one takes the earlier offset.
func Boundary(anchor Instant, every Interval, n int, zone *time.Location) Instant {
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
	return At(local(year, month, day, start, zone))
}

// Next is the first boundary after the instant, and its number n.
func Next(anchor Instant, every Interval, after Instant, zone *time.Location) (Instant, int) {
	n := max(0, int(after.Sub(anchor)/(longest(every)))-1)
	for {
		if b := Boundary(anchor, every, n, zone); b > after {
			return b, n
		}
		n++
	}
}

// longest is a duration that no step of the interval exceeds.
func longest(every Interval) time.Duration {
	days := map[Unit]int{Day: 1, Week: 7, Month: 31, Year: 366}[every.Unit]
	return time.Duration(every.Count*days)*24*time.Hour + 3*time.Hour
}

// clamp brings a day of a possibly overflowing month into that month.
func clamp(year, month, day int) (int, time.Month, int) {
	first := time.Date(year, time.Month(month), 1, 0, 0, 0, 0, time.UTC)
	last := first.AddDate(0, 1, -1).Day()
	return first.Year(), first.Month(), min(day, last)
}

// local resolves a wall-clock reading in a zone. time.Date lets a skipped
// reading fall on either side of the gap and promises nothing for a repeated
// one, so both are settled here.
func local(year int, month time.Month, day int, clock time.Time, zone *time.Location) time.Time {
	hour, minute, second := clock.Clock()
	reading := time.Date(year, month, day, hour, minute, second, clock.Nanosecond(), time.UTC)
	guess := time.Date(year, month, day, hour, minute, second, clock.Nanosecond(), zone)
	_, before := guess.Add(-24 * time.Hour).Zone()
	_, after := guess.Add(24 * time.Hour).Zone()
	for _, offset := range []int{max(before, after), min(before, after)} {
		t := reading.Add(-time.Duration(offset) * time.Second)
		if _, got := t.In(zone).Zone(); got == offset {
			return t
		}
	}
	return gapEnd(guess, zone)
}

// gapEnd is the first valid instant after a skipped local time near guess.
func gapEnd(guess time.Time, zone *time.Location) time.Time {
	_, end := guess.Add(-24 * time.Hour).In(zone).ZoneBounds()
	return end
}
