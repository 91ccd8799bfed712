package oracle

import "time"

// Every is a billing interval.
type Every struct {
	Count int
	Unit  string // Day, Week, Month, Year
}

// DateAt is billing date n after the anchor: the anchor's local reading moved
// by n intervals, in a month that is too short on its last day. A reading that
// clocks skip is the first instant after the gap, one that they repeat the
// earlier (peers: month-end anchors, daylight saving).
func DateAt(anchor time.Time, every Every, n int, zone *time.Location) time.Time {
	if n == 0 {
		return anchor
	}
	local := anchor.In(zone)
	y, m, d := local.Year(), int(local.Month()), local.Day()
	for range n * every.Count {
		switch every.Unit {
		case "Day":
			y, m, d = tomorrow(y, m, d)
		case "Week":
			for range 7 {
				y, m, d = tomorrow(y, m, d)
			}
		case "Month":
			if m++; m > 12 {
				y, m = y+1, 1
			}
		case "Year":
			y++
		}
	}
	d = min(d, monthLength(y, m))
	return clockShows(y, m, d, local.Hour(), local.Minute(), local.Second(), zone)
}

// NextDate is the first billing date after an instant.
func NextDate(anchor time.Time, every Every, after time.Time, zone *time.Location) time.Time {
	for n := 0; ; n++ {
		if at := DateAt(anchor, every, n, zone); at.After(after) {
			return at
		}
	}
}

func tomorrow(y, m, d int) (int, int, int) {
	if d++; d > monthLength(y, m) {
		if m, d = m+1, 1; m > 12 {
			y, m = y+1, 1
		}
	}
	return y, m, d
}

func monthLength(y, m int) int {
	switch m {
	case 4, 6, 9, 11:
		return 30
	case 2:
		if y%4 == 0 && (y%100 != 0 || y%400 == 0) {
			return 29
		}
		return 28
	}
	return 31
}

// clockShows finds the instant at which clocks in a zone show a reading, by
// trying every offset there is.
func clockShows(y, m, d, hour, minute, second int, zone *time.Location) time.Time {
	reading := time.Date(y, time.Month(m), d, hour, minute, second, 0, time.UTC)
	for {
		for offset := 14 * 60; offset >= -14*60; offset -= 15 { // the farthest east is the earliest
			at := reading.Add(-time.Duration(offset) * time.Minute)
			if at.In(zone).Format(time.DateTime) == reading.Format(time.DateTime) {
				return at.UTC()
			}
		}
		reading = reading.Truncate(time.Minute).Add(time.Minute) // a gap: the next reading that exists
	}
}
