package clock_test

import (
	"testing"
	"time"

	"perennial/shared/clock"
	"perennial/shared/clock/clocktest"
)

func TestSystemIsUTCAndNow(t *testing.T) {
	t.Parallel()
	before := time.Now()
	now := clock.Wall(clock.System)()
	if now.Before(before) || now.After(time.Now()) {
		t.Errorf("System gave %v, the machine's time was %v", now, before)
	}
	if now.Location() != time.UTC {
		t.Errorf("System gave location %v, want UTC", now.Location())
	}
}

func TestSettableClockMovesOnlyWhenTold(t *testing.T) {
	t.Parallel()
	start := time.Date(2027, 1, 31, 9, 0, 0, 0, time.FixedZone("CET", 3600))
	c := clocktest.At(start)
	var wall clock.Wall = c.Now
	if !wall().Equal(start) || wall().Location() != time.UTC {
		t.Fatalf("clock starts at %v, want %v in UTC", wall(), start)
	}
	if got := c.Advance(time.Hour); !got.Equal(wall()) || !got.Equal(start.Add(time.Hour)) {
		t.Errorf("after an hour the clock shows %v", wall())
	}
	c.Set(start)
	if !wall().Equal(start) {
		t.Errorf("after Set the clock shows %v, want %v", wall(), start)
	}
}
