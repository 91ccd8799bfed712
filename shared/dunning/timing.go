package dunning

import (
	"strconv"
	"time"

	"perennial/shared/billing"
	"perennial/shared/calendar"
	"perennial/shared/merchant"
)

// The smart schedule.
const (
	smartMost  = 10 // automatic retries of one failure
	vagueMost  = 7  // of them after declines without a reason
	morning    = 9  // the local hour from which on a morning's retries are made
	spread     = 2 * time.Hour
	firstGap   = 6 * time.Hour  // at least so long before the first retry that waits for money
	quietGap   = 18 * time.Hour // and so long between those that follow
	technicals = 4              // retries within a day before trouble counts as lasting
)

// After trouble of the bank or the network: one, three, eight hours, then a
// day, then every other morning.
var technicalWaits = [technicals]time.Duration{time.Hour, 3 * time.Hour, 8 * time.Hour, 24 * time.Hour}

// smart is the next retry as the kind of decline asks for it.
func smart(s billing.Subscription, d Failed, f billing.FollowUp) calendar.Instant {
	if f.Retries >= smartMost {
		return 0
	}
	c := clockOf(s, d, f)
	switch {
	case d.Decline.Class == billing.ClassMoney, d.Decline.Class == billing.ClassVague && f.Retries < vagueMost:
		return c.payday(f.Retries > 0) // many a decline without a reason means that there is no money
	case d.Decline.Class == billing.ClassTechnical && f.Retries < technicals:
		return d.At.Add(technicalWaits[f.Retries] + time.Duration(c.jitter*float64(10*time.Minute)))
	case d.Decline.Class == billing.ClassTechnical:
		return c.morningIn(2)
	}
	return 0
}

// wall is the customer's calendar at the time of a decline.
type wall struct {
	now    time.Time // local
	jitter float64   // in [0,1), fixed by subscription, hold and retry
}

func clockOf(s billing.Subscription, d Failed, f billing.FollowUp) wall {
	zone := d.Zone
	if zone == nil {
		zone = time.UTC
	}
	return wall{d.At.Time().In(zone), billing.Share(holdOf(s) + "#" + strconv.Itoa(f.Retries))}
}

// at is the time of retries on a local day that lies a number of days ahead.
func (w wall) at(days int) time.Time {
	y, m, d := w.now.Date()
	at := time.Date(y, m, d+days, morning, 0, 0, 0, w.now.Location())
	return at.Add(time.Duration(w.jitter * float64(spread)))
}

// morningIn is the morning some days ahead.
func (w wall) morningIn(days int) calendar.Instant { return calendar.At(w.at(days)) }

// payday is the first morning on which wages have usually arrived; at first
// simply the next morning, because often only a transfer was late. What fails
// before dawn is tried on the morning of that day.
func (w wall) payday(wait bool) calendar.Instant {
	gap := firstGap
	if wait {
		gap = quietGap
	}
	for days := 0; ; days++ {
		at := w.at(days)
		if at.Sub(w.now) >= gap && (!wait || Payday(at)) {
			return calendar.At(at)
		}
	}
}

// Payday reports whether wages usually arrive on a local day: the first, the
// fifteenth, the last working day of a month, and every Friday.
func Payday(day time.Time) bool {
	y, m, d := day.Date()
	return d == 1 || d == 15 || day.Weekday() == time.Friday || d == lastWorkingDay(y, m)
}

func lastWorkingDay(y int, m time.Month) int {
	last := time.Date(y, m+1, 0, 0, 0, 0, 0, time.UTC)
	switch last.Weekday() {
	case time.Saturday:
		return last.Day() - 1
	case time.Sunday:
		return last.Day() - 2
	default:
		return last.Day()
	}
}

// planOf is how a failure's retries are timed. It is decided at the first
// decline and stays: a share of the failures, chosen by nothing but chance,
// gets no smart timing.
func planOf(p merchant.Recovery, s billing.Subscription) billing.Pacing {
	switch {
	case s.Failure.Pacing != "" && !s.Failure.At.IsZero():
		return s.Failure.Pacing
	case p.Timing == merchant.TimingDodo:
		return billing.PacingDodo
	case p.Timing != merchant.TimingSmart:
		return billing.PacingList
	case billing.Share("holdout#"+holdOf(s)) < float64(p.Holdout)/100:
		return billing.PacingHoldout
	}
	return billing.PacingSmart
}

// holdOf names the hold that a failing subscription is in or would enter.
func holdOf(s billing.Subscription) string {
	epoch := s.HoldEpoch + 1
	if s.Status == billing.StatusOnHold {
		epoch = s.HoldEpoch
	}
	return billing.HoldID(s.ID, epoch)
}
