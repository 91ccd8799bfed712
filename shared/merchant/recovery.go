package merchant

import (
	"time"

	"perennial/shared/fault"
)

// Bounds of a recovery policy, as Dodo documents them.
const (
	maxRetries    = 8
	maxWindowDays = 30
	minRetryDelay = time.Hour
)

// Timing is how the times of automatic retries are chosen.
type Timing string

// The timings. The zero value is the merchant's own list, as before there
// were others.
const (
	TimingList  Timing = ""
	TimingSmart Timing = "smart" // for the kind of decline, in the customer's day
	TimingDodo  Timing = "dodo"  // exactly as Dodo Payments retries
)

// dodoDelays are Dodo's: 12 h, 36 h, 3.5, 6.5, 10.5, 15.5, 22.5 and 29.5 days
// after the failure, as far as the recovery window reaches.
var dodoDelays = []time.Duration{
	12 * time.Hour, 24 * time.Hour, 48 * time.Hour, 72 * time.Hour, 96 * time.Hour, 120 * time.Hour, 168 * time.Hour, 168 * time.Hour,
}

// DodoRecovery is Dodo's policy: its delays, in a window of 13 days.
func DodoRecovery() Recovery {
	r := DefaultRecovery()
	r.Timing, r.WindowDays = TimingDodo, 13
	return r
}

// Delays are the delays between retries where the kind of decline does not
// choose them.
func (r Recovery) Delays() []time.Duration {
	if r.Timing == TimingDodo {
		return dodoDelays
	}
	return r.Retries
}

// Check names everything that is wrong with a policy.
func (r Recovery) Check(check *fault.Check) {
	check.That(r.GraceDays >= 0 && r.GraceDays <= maxWindowDays, "recovery.grace_days", "must be 0 to 30")
	check.That(r.WindowDays >= 1 && r.WindowDays <= maxWindowDays, "recovery.window_days", "must be 1 to 30")
	check.That(r.GraceDays <= r.WindowDays, "recovery.grace_days", "must not be longer than the recovery window")
	check.That(r.KeepDays >= 0 && r.KeepDays <= maxWindowDays, "recovery.keep_days", "must be 0 to 30")
	check.That(r.EndAction == EndStay || r.EndAction == EndCancel, "recovery.end_action", "must be stay_on_hold or cancel")
	check.That(r.Timing == TimingList || r.Timing == TimingSmart || r.Timing == TimingDodo, "recovery.retry_timing", "must be smart, list or dodo")
	check.That(r.Holdout >= 0 && r.Holdout <= 50, "recovery.holdout_percent", "must be 0 to 50")
	check.That(len(r.Retries) <= maxRetries, "recovery.retry_delay_hours", "at most 8 retries")
	window := time.Duration(r.WindowDays) * 24 * time.Hour
	var total time.Duration
	for _, delay := range r.Retries {
		if delay < minRetryDelay || delay > maxWindowDays*24*time.Hour {
			check.That(false, "recovery.retry_delay_hours", "each delay must be 1 hour to 30 days")
			return
		}
		total += delay
	}
	check.That(total <= window || r.Timing != TimingList, "recovery.retry_delay_hours", "all delays together must fit into the recovery window")
}
