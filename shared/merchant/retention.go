package merchant

import (
	"time"

	"perennial/shared/fault"
)

// Retention is how long personal data is kept that has a purpose for a time
// only. Zero is the default.
type Retention struct {
	CancelReasons int // days that cancellation reasons and comments are kept; default 365
}

// Bounds and defaults of retention, in days.
const (
	mostRetention    = 1095
	reasonsRetention = 365
)

// Filled gives the times with the defaults written out.
func (r Retention) Filled() Retention {
	if r.CancelReasons == 0 {
		r.CancelReasons = reasonsRetention
	}
	return r
}

// Bare gives the times with the defaults left out, so that what nobody has
// chosen follows the defaults.
func (r Retention) Bare() Retention {
	if r.CancelReasons == reasonsRetention {
		r.CancelReasons = 0
	}
	return r
}

// Reasons is how long what is said about a cancellation is kept.
func (r Retention) Reasons() time.Duration {
	return time.Duration(r.Filled().CancelReasons) * Day
}

func (r Retention) check(check *fault.Check) {
	days := r.Filled().CancelReasons
	check.That(days >= 1 && days <= mostRetention, "retention.cancellation_reason_days", "must be 1 to 1095")
}
