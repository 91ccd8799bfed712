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
func (c Case) Prolonged(lease time.Time) Case {
	if c.Purchase != nil {
		p := *c.Purchase
		p.Lock.Lease = lease
		c.Purchase = &p
		return c
	}
	c.Subscription.Lock.Lease = lease
	return c
}
