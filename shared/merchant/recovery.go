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

// Check names everything that is wrong with a policy.
func (r Recovery) Check(check *fault.Check) {
	check.That(r.GraceDays >= 0 && r.GraceDays <= maxWindowDays, "recovery.grace_days", "must be 0 to 30")
	check.That(r.WindowDays >= 1 && r.WindowDays <= maxWindowDays, "recovery.window_days", "must be 1 to 30")
	check.That(r.GraceDays <= r.WindowDays, "recovery.grace_days", "must not be longer than the recovery window")
	check.That(r.KeepDays >= 0 && r.KeepDays <= maxWindowDays, "recovery.keep_days", "must be 0 to 30")
	check.That(r.EndAction == EndStay || r.EndAction == EndCancel, "recovery.end_action", "must be stay_on_hold or cancel")
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
	check.That(total <= window, "recovery.retry_delay_hours", "all delays together must fit into the recovery window")
}
