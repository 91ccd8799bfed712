package billing

import "time"

// Resumed is the case after a bank has taken its time and refused: recovery
// stood still meanwhile, so that its dates move on by as long, and the hold
// is the same (rules 8). Other attempts leave it as it is.
func (c Case) Resumed() Case {
	l := c.Lock()
	if l.State != LockProcessing || c.Purchase != nil {
		return c
	}
	stood := c.At.Sub(l.At)
	c.Subscription.Failure = c.Subscription.Failure.later(stood)
	if c.Hold != nil {
		hold := *c.Hold
		hold.WindowEnds = hold.WindowEnds.Add(stood)
		c.Hold = &hold
	}
	return c
}

// later is the failure with its coming dates moved on.
func (f Failure) later(by time.Duration) Failure {
	if !f.NextRetry.IsZero() {
		f.NextRetry = f.NextRetry.Add(by)
	}
	if !f.HoldAt.IsZero() {
		f.HoldAt = f.HoldAt.Add(by)
	}
	if !f.WindowEnd.IsZero() {
		f.WindowEnd = f.WindowEnd.Add(by)
	}
	return f
}

// Prolonged leaves the attempt in flight to its gateway for longer.
func (c Case) Prolonged(wall time.Time) Case {
	l := c.Lock()
	l.Lease, l.Asked, l.Next = wall.Add(l.patience(wall)), 0, time.Time{}
	return c.locked(l)
}

// patience is how long a gateway that takes its time is left alone between two
// questions: a bank debit is pending for days, and its end is told at once.
func (l Lock) patience(wall time.Time) time.Duration {
	if wall.Sub(l.TakenAt) < 24*time.Hour {
		return time.Hour
	}
	return 6 * time.Hour
}
