package calendar_test

import (
	"testing"
	"time"
	_ "time/tzdata" // the same zones on every machine

	"github.com/google/go-cmp/cmp"

	"perennial/shared/calendar"
)

func place(t *testing.T, name string) *time.Location {
	t.Helper()
	zone, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return zone
}

func at(t *testing.T, rfc3339 string) calendar.Instant {
	t.Helper()
	parsed, err := time.Parse(time.RFC3339Nano, rfc3339)
	if err != nil {
		t.Fatal(err)
	}
	return calendar.At(parsed)
}

var (
	daily   = calendar.Interval{Count: 1, Unit: calendar.Day}
	weekly  = calendar.Interval{Count: 1, Unit: calendar.Week}
	monthly = calendar.Interval{Count: 1, Unit: calendar.Month}
	yearly  = calendar.Interval{Count: 1, Unit: calendar.Year}
)

// R301: billing dates of days, weeks, months and years.
func TestBillingDates(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		zone   string
		anchor string
		every  calendar.Interval
		want   []string // boundaries 0, 1, 2 … in local time
	}{
		{
			"the 31st is the last day of shorter months and comes back", "UTC", "2026-01-31T10:00:00Z", monthly,
			[]string{"2026-01-31T10:00:00Z", "2026-02-28T10:00:00Z", "2026-03-31T10:00:00Z", "2026-04-30T10:00:00Z", "2026-05-31T10:00:00Z"},
		},
		{
			"the 31st in a leap year", "UTC", "2028-01-31T10:00:00Z", monthly,
			[]string{"2028-01-31T10:00:00Z", "2028-02-29T10:00:00Z", "2028-03-31T10:00:00Z"},
		},
		{
			"29 February, yearly", "UTC", "2028-02-29T00:00:00Z", yearly,
			[]string{"2028-02-29T00:00:00Z", "2029-02-28T00:00:00Z", "2030-02-28T00:00:00Z", "2031-02-28T00:00:00Z", "2032-02-29T00:00:00Z"},
		},
		{
			"the month is the merchant's: 31 January in Tokyo is 30 January in UTC", "Asia/Tokyo", "2026-01-31T08:00:00+09:00", monthly,
			[]string{"2026-01-31T08:00:00+09:00", "2026-02-28T08:00:00+09:00", "2026-03-31T08:00:00+09:00"},
		},
		{
			"nine in the morning stays nine over both clock changes", "America/New_York", "2026-02-15T09:00:00-05:00", calendar.Interval{Count: 3, Unit: calendar.Month},
			[]string{"2026-02-15T09:00:00-05:00", "2026-05-15T09:00:00-04:00", "2026-08-15T09:00:00-04:00", "2026-11-15T09:00:00-05:00"},
		},
		{
			"a skipped half past two is three", "America/New_York", "2026-03-07T02:30:00-05:00", daily,
			[]string{"2026-03-07T02:30:00-05:00", "2026-03-08T03:00:00-04:00", "2026-03-09T02:30:00-04:00"},
		},
		{
			"a skipped midnight is one o'clock", "Africa/Cairo", "2026-04-17T00:00:00+02:00", weekly,
			[]string{"2026-04-17T00:00:00+02:00", "2026-04-24T01:00:00+03:00", "2026-05-01T00:00:00+03:00"},
		},
		{
			"a repeated half past one is the first", "America/New_York", "2026-10-31T01:30:00-04:00", daily,
			[]string{"2026-10-31T01:30:00-04:00", "2026-11-01T01:30:00-04:00", "2026-11-02T01:30:00-05:00"},
		},
		{
			"an anchor in the second half past one keeps its instant", "America/New_York", "2026-11-01T01:30:00-05:00", daily,
			[]string{"2026-11-01T01:30:00-05:00", "2026-11-02T01:30:00-05:00"},
		},
		{
			"a clock change of half an hour", "Australia/Lord_Howe", "2026-10-03T02:10:00+10:30", daily,
			[]string{"2026-10-03T02:10:00+10:30", "2026-10-04T02:30:00+11:00", "2026-10-05T02:10:00+11:00"},
		},
		{
			"a whole skipped day", "Pacific/Apia", "2011-12-29T12:00:00-10:00", daily,
			[]string{"2011-12-29T12:00:00-10:00", "2011-12-31T00:00:00+14:00", "2011-12-31T12:00:00+14:00"},
		},
	} {
		var got, want []string
		for n, date := range c.want {
			got = append(got, calendar.Boundary(at(t, c.anchor), c.every, n, place(t, c.zone)).String())
			want = append(want, at(t, date).String())
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, diff)
		}
	}
}

func TestNextBillingDate(t *testing.T) {
	t.Parallel()
	anchor := at(t, "2026-01-31T10:00:00Z")
	for _, c := range []struct {
		name, after, want string
		n                 int
	}{
		{"before the start it is the start", "2026-01-01T00:00:00Z", "2026-01-31T10:00:00Z", 0},
		{"at the start it is the first date", "2026-01-31T10:00:00Z", "2026-02-28T10:00:00Z", 1},
		{"just before a date it is that date", "2026-02-28T09:59:59.999999Z", "2026-02-28T10:00:00Z", 1},
		{"on a date it is the one after", "2026-02-28T10:00:00Z", "2026-03-31T10:00:00Z", 2},
		{"forty years on", "2066-01-31T10:00:00Z", "2066-02-28T10:00:00Z", 481},
	} {
		got, n := calendar.Next(anchor, monthly, at(t, c.after), time.UTC)
		if want := at(t, c.want); got != want || n != c.n {
			t.Errorf("%s: %s, number %d; want %s, number %d", c.name, got, n, want, c.n)
		}
	}
}

func TestAnIntervalThatDoesNotMoveHasNoNextDate(t *testing.T) {
	t.Parallel()
	for _, every := range []calendar.Interval{{}, {Count: 0, Unit: calendar.Day}, {Count: -1, Unit: calendar.Month}, {Count: 1, Unit: "Fortnight"}} {
		if every.Valid() {
			t.Errorf("%v is valid", every)
		}
		if got, n := calendar.Next(at(t, "2026-01-31T10:00:00Z"), every, at(t, "2026-03-01T00:00:00Z"), time.UTC); !got.IsZero() || n != 0 {
			t.Errorf("%v: next date %s, number %d; want none", every, got, n)
		}
	}
}

func TestInstantArithmetic(t *testing.T) {
	t.Parallel()
	start := at(t, "2026-01-31T10:00:00Z")
	later := start.Add(36*time.Hour + time.Microsecond)
	if got, want := later.String(), "2026-02-01T22:00:00.000001Z"; got != want {
		t.Errorf("a day and a half later is %s, want %s", got, want)
	}
	if got, want := later.Sub(start), 36*time.Hour+time.Microsecond; got != want {
		t.Errorf("the difference is %s, want %s", got, want)
	}
	if got := calendar.At(start.Time()); got != start {
		t.Errorf("there and back gives %s, want %s", got, start)
	}
}

func TestAPeriodIsHalfOpen(t *testing.T) {
	t.Parallel()
	p := calendar.Period{Start: at(t, "2026-01-31T10:00:00Z"), End: at(t, "2026-02-28T10:00:00Z")}
	for offset, want := range map[calendar.Instant]bool{p.Start - 1: false, p.Start: true, p.End - 1: true, p.End: false} {
		if got := p.Contains(offset); got != want {
			t.Errorf("the period holds %s: %t, want %t", offset, got, want)
		}
	}
}
