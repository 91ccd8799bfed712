package main

import (
	"fmt"
	"io"
	"math"

	"perennial/shared/dunning"
)

// result is one policy under one bank.
type result struct {
	Policy   string
	Rate     dunning.Interval
	ByRetry  dunning.Interval
	Attempts dunning.Interval // per recovery
	Days     dunning.Interval // to recover
	Against  dunning.Interval // how much more ours recovers, of the same customers
}

// summarise makes the figures of a policy; ours are the same customers' stories
// under our own policy.
func summarise(name string, stories, ours []story) result {
	var g, retried dunning.Group
	var days, gain, attempts []float64
	for i, s := range stories {
		g.Failures, retried.Failures = g.Failures+1, retried.Failures+1
		won := 0.0
		if s.recovered {
			g.Recovered++
			won = 1
			days = append(days, s.days)
		}
		if s.byRetry {
			retried.Recovered++
		}
		mine := 0.0
		if ours[i].recovered {
			mine = 1
		}
		gain = append(gain, mine-won)
		attempts = append(attempts, float64(s.attempts))
	}
	return result{
		Policy: name, Rate: g.Rate(), ByRetry: retried.Rate(), Attempts: ratio(attempts, stories),
		Days: mean(days), Against: mean(gain),
	}
}

// z is the normal deviate of a 95 % interval.
const z = 1.959964

func mean(xs []float64) dunning.Interval {
	n, sum, squares := float64(len(xs)), 0.0, 0.0
	for _, x := range xs {
		sum += x
	}
	m := sum / max(n, 1)
	for _, x := range xs {
		squares += (x - m) * (x - m)
	}
	half := z * math.Sqrt(squares/max(n-1, 1)/max(n, 1))
	return dunning.Interval{Estimate: m, Low: m - half, High: m + half}
}

// ratio is attempts per recovery, with the interval of the delta method.
func ratio(attempts []float64, stories []story) dunning.Interval {
	won := make([]float64, len(stories))
	for i, s := range stories {
		if s.recovered {
			won[i] = 1
		}
	}
	a, w := mean(attempts).Estimate, mean(won).Estimate
	r := a / max(w, 1e-9)
	rest := make([]float64, len(stories))
	for i := range stories {
		rest[i] = (attempts[i] - r*won[i]) / max(w, 1e-9)
	}
	half := mean(rest).High - mean(rest).Estimate
	return dunning.Interval{Estimate: r, Low: r - half, High: r + half}
}

// table prints the results of a bank as Markdown.
func table(w io.Writer, b *bank, results []result) {
	fmt.Fprintf(w, "### %s\n\n%s\n\n", b.Name, b.About)
	fmt.Fprintln(w, "| policy | recovered, % | by a retry, % | retries per recovery | days to recover | Perennial recovers more, points |")
	fmt.Fprintln(w, "| --- | --- | --- | --- | --- | --- |")
	for i, r := range results {
		against := show(r.Against, 100, 1)
		if i == len(results)-1 {
			against = ""
		}
		fmt.Fprintf(w, "| %s | %s | %s | %s | %s | %s |\n", r.Policy, show(r.Rate, 100, 1), show(r.ByRetry, 100, 1), show(r.Attempts, 1, 2), show(r.Days, 1, 2), against)
	}
	fmt.Fprintln(w)
}

func show(i dunning.Interval, scale float64, digits int) string {
	return fmt.Sprintf("%.*f (%.*f to %.*f)", digits, i.Estimate*scale, digits, i.Low*scale, digits, i.High*scale)
}
