package dunning_test

import (
	"math"
	"testing"

	"perennial/shared/dunning"
)

// Newcombe (1998), table II: 56 of 70 against 48 of 80, and Wilson's interval
// of 81 of 263.
func TestIntervalsAreThoseOfTheTextbook(t *testing.T) {
	t.Parallel()
	near := func(got, want float64) bool { return math.Abs(got-want) < 0.0006 }
	if r := (dunning.Group{Failures: 263, Recovered: 81}).Rate(); !near(r.Low, 0.2553) || !near(r.High, 0.3662) {
		t.Errorf("rate %+v", r)
	}
	u := dunning.Uplift(dunning.Group{Failures: 70, Recovered: 56}, dunning.Group{Failures: 80, Recovered: 48})
	if !near(u.Estimate, 0.2) || !near(u.Low, 0.0524) || !near(u.High, 0.3339) {
		t.Errorf("uplift %+v", u)
	}
	if u := dunning.Uplift(dunning.Group{}, dunning.Group{}); u.Low > -1 || u.High < 1 {
		t.Errorf("nothing was seen, and yet: %+v", u)
	}
}
