package calendar_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"perennial/shared/calendar"
)

// zones change their clocks at midnight, at noon, by half an hour, in winter,
// around Ramadan, on a Friday, or never.
var zones = []string{
	"UTC", "Europe/London", "Europe/Dublin", "Europe/Berlin", "Europe/Lisbon", "Europe/Moscow", "Atlantic/Azores",
	"America/New_York", "America/Los_Angeles", "America/St_Johns", "America/Havana", "America/Santiago",
	"America/Asuncion", "America/Sao_Paulo", "America/Nuuk", "America/Mexico_City", "America/Scoresbysund",
	"Africa/Casablanca", "Africa/Cairo", "Africa/Lagos", "Africa/Johannesburg", "Antarctica/Troll",
	"Asia/Beirut", "Asia/Gaza", "Asia/Jerusalem", "Asia/Tehran", "Asia/Kolkata", "Asia/Kathmandu", "Asia/Amman",
	"Asia/Shanghai", "Asia/Tokyo", "Asia/Almaty", "Asia/Pyongyang", "Australia/Sydney", "Australia/Lord_Howe",
	"Australia/Eucla", "Pacific/Auckland", "Pacific/Chatham", "Pacific/Apia", "Pacific/Kiritimati", "Pacific/Honolulu",
}

var anyZone = rapid.Custom(func(t *rapid.T) *time.Location {
	zone, err := time.LoadLocation(rapid.SampledFrom(zones).Draw(t, "zone name"))
	if err != nil {
		t.Fatal(err)
	}
	return zone
})

var anyInterval = rapid.Custom(func(t *rapid.T) calendar.Interval {
	return calendar.Interval{
		Count: rapid.IntRange(1, 24).Draw(t, "count"),
		Unit:  rapid.SampledFrom([]calendar.Unit{calendar.Day, calendar.Week, calendar.Month, calendar.Year}).Draw(t, "unit"),
	}
})

// anyAnchor lies between 2012 and 2060, half of the time within three hours
// of the local time of a clock change. (In the last days of 2011 Samoa lost a
// whole date, and daily dates at midnight would coincide.)
func anyAnchor(t *rapid.T, zone *time.Location) calendar.Instant {
	first, last := time.Date(2012, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(2060, 1, 1, 0, 0, 0, 0, time.UTC)
	moment := time.UnixMicro(rapid.Int64Range(first.UnixMicro(), last.UnixMicro()).Draw(t, "moment"))
	if _, change := moment.In(zone).ZoneBounds(); rapid.Bool().Draw(t, "near a clock change") && !change.IsZero() {
		near := time.Duration(rapid.IntRange(-180, 180).Draw(t, "minutes from it")) * time.Minute
		moment = change.Add(near).AddDate(0, 0, -rapid.IntRange(0, 400).Draw(t, "days before it"))
	}
	return calendar.At(moment)
}

func TestBoundariesIncreaseAndPeriodsTile(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		zone, every := anyZone.Draw(t, "zone"), anyInterval.Draw(t, "interval")
		anchor := anyAnchor(t, zone)
		if got := calendar.Boundary(anchor, every, 0, zone); got != anchor {
			t.Fatalf("boundary 0 is %s, the anchor %s", got, anchor)
		}
		previous := anchor
		for n := 1; n <= 40; n++ {
			b := calendar.Boundary(anchor, every, n, zone)
			if b <= previous {
				t.Fatalf("boundary %d is %s, not after %s", n, b, previous)
			}
			previous = b
		}
	})
}

func TestNextAgreesWithANaiveSearch(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		zone, every := anyZone.Draw(t, "zone"), anyInterval.Draw(t, "interval")
		anchor := anyAnchor(t, zone)
		near := calendar.Boundary(anchor, every, rapid.IntRange(0, 100).Draw(t, "boundary"), zone)
		after := near + calendar.Instant(rapid.SampledFrom([]int64{-1, 0, 1, 3_600_000_000, -86_400_000_000}).Draw(t, "offset"))

		want := 0
		for calendar.Boundary(anchor, every, want, zone) <= after {
			want++
		}
		got, n := calendar.Next(anchor, every, after, zone)
		if n != want || got != calendar.Boundary(anchor, every, want, zone) {
			t.Fatalf("Next after %s is %s, number %d; searching gives number %d", after, got, n, want)
		}
	})
}

func TestEqualIntervalsHaveEqualBoundaries(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		zone := anyZone.Draw(t, "zone")
		anchor := anyAnchor(t, zone)
		n := rapid.IntRange(1, 30).Draw(t, "n")
		for _, pair := range []struct {
			small, large calendar.Interval
			ratio        int
		}{
			{monthly, yearly, 12},
			{daily, weekly, 7},
			{monthly, calendar.Interval{Count: 3, Unit: calendar.Month}, 3},
			{calendar.Interval{Count: 6, Unit: calendar.Month}, yearly, 2},
		} {
			a := calendar.Boundary(anchor, pair.small, n*pair.ratio, zone)
			b := calendar.Boundary(anchor, pair.large, n, zone)
			if a != b {
				t.Fatalf("%d × %v is %s, %d × %v is %s", n*pair.ratio, pair.small, a, n, pair.large, b)
			}
		}
	})
}

// TestClocksShowTheAnchorsTime states what a boundary is without saying how
// it is found: the first instant at which local clocks show the wanted
// reading, or, where they jump over it, the instant of the jump.
func TestClocksShowTheAnchorsTime(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		zone := anyZone.Draw(t, "zone")
		anchor := anyAnchor(t, zone)
		n := rapid.IntRange(1, 800).Draw(t, "days")
		got := calendar.Boundary(anchor, daily, n, zone)
		want := shown(anchor, zone).AddDate(0, 0, n)

		moments := instantsShowing(want, zone)
		switch {
		case len(moments) > 0 && got != moments[0]:
			t.Fatalf("clocks show %s first at %s, got %s", want, moments[0], got)
		case len(moments) == 0 && (!shown(got, zone).After(want) || !shown(got-1, zone).Before(want)):
			t.Fatalf("clocks never show %s and do not jump over it at %s", want, got)
		}
	})
}

// shown is what clocks in zone show at the instant, written as if in UTC.
func shown(i calendar.Instant, zone *time.Location) time.Time {
	_, offset := i.Time().In(zone).Zone()
	return i.Time().Add(time.Duration(offset) * time.Second)
}

// instantsShowing tries every offset that any clock may have, in quarters of
// an hour, the earliest instant first.
func instantsShowing(reading time.Time, zone *time.Location) []calendar.Instant {
	var found []calendar.Instant
	for offset := 15 * time.Hour; offset >= -15*time.Hour; offset -= 15 * time.Minute {
		if i := calendar.At(reading.Add(-offset)); shown(i, zone).Equal(reading) {
			found = append(found, i)
		}
	}
	return found
}
