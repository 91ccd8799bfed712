package wire

import (
	"math"

	"perennial/shared/billing"
	"perennial/shared/dunning"
	"perennial/shared/register"
)

// Uplift compares smart timing with the holdout.
type Uplift struct {
	From      string        `json:"from"`
	To        string        `json:"to"`
	Groups    []UpliftGroup `json:"groups"`
	Uplift    *Share        `json:"uplift" doc:"Share recovered by smart timing less that of the holdout; null while one of them is empty."`
	Truncated bool          `json:"truncated" doc:"There are more failures; the newest were looked at."`
}

// UpliftGroup is the failures that were paced alike.
type UpliftGroup struct {
	Pacing    string `json:"pacing" enum:"smart,holdout,list,dodo"`
	Failures  int    `json:"failures"`
	Recovered int    `json:"recovered"`
	Share     Share  `json:"share"`
}

// Share is an estimate with its 95 % interval, 1 for all, to four decimals:
// no report has failures enough for a fifth.
type Share struct {
	Estimate float64 `json:"estimate"`
	Low      float64 `json:"low"`
	High     float64 `json:"high"`
}

// ToUplift converts a report.
func ToUplift(u register.Uplift) Uplift {
	out := Uplift{From: u.From.String(), To: u.To.String(), Groups: []UpliftGroup{}, Truncated: u.Cut}
	for _, p := range []billing.Pacing{billing.PacingSmart, billing.PacingHoldout, billing.PacingList, billing.PacingDodo} {
		if g := u.Groups[p]; g.Failures > 0 {
			out.Groups = append(out.Groups, UpliftGroup{string(p), g.Failures, g.Recovered, toShare(g.Rate())})
		}
	}
	smart, holdout := u.Groups[billing.PacingSmart], u.Groups[billing.PacingHoldout]
	if smart.Failures > 0 && holdout.Failures > 0 {
		difference := toShare(dunning.Uplift(smart, holdout))
		out.Uplift = &difference
	}
	return out
}

func toShare(i dunning.Interval) Share {
	return Share{fourDecimals(i.Estimate), fourDecimals(i.Low), fourDecimals(i.High)}
}

// fourDecimals adds zero, so that what rounds to nothing from below is written
// without a sign.
func fourDecimals(f float64) float64 { return math.Round(f*1e4)/1e4 + 0 }
