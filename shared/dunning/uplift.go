package dunning

import "math"

// Group is how many of the failures that were paced alike were recovered.
type Group struct {
	Failures  int
	Recovered int
}

// Interval is an estimate with its 95 % confidence interval.
type Interval struct{ Estimate, Low, High float64 }

// z is the normal deviate of a 95 % interval.
const z = 1.959964

// Rate is the share of a group that was recovered, with Wilson's interval,
// which holds for small groups too. Nothing is known of an empty group.
func (g Group) Rate() Interval {
	if g.Failures == 0 {
		return Interval{0, 0, 1}
	}
	n, p := float64(g.Failures), float64(g.Recovered)/float64(g.Failures)
	middle := (p + z*z/(2*n)) / (1 + z*z/n)
	half := z / (1 + z*z/n) * math.Sqrt(p*(1-p)/n+z*z/(4*n*n))
	return Interval{p, middle - half, middle + half}
}

// Uplift is how much more of the treated group was recovered than of the
// holdout, with Newcombe's interval. When it holds zero, smart timing is not
// proven to help.
func Uplift(treated, holdout Group) Interval {
	a, b := treated.Rate(), holdout.Rate()
	d := a.Estimate - b.Estimate
	low := math.Hypot(a.Estimate-a.Low, b.High-b.Estimate)
	high := math.Hypot(a.High-a.Estimate, b.Estimate-b.Low)
	return Interval{d, d - low, d + high}
}
