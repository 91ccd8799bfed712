package billing

import (
	"time"

	"perennial/shared/calendar"
	"perennial/shared/money"
)

// tried makes the first draft of a subscription that begins with a trial: the
// product costs the trial's amount per unit, or nothing, and its addons
// nothing. Discounts reduce a paid trial only where the price says so; a free
// one uses up none.
func (s Subscription) tried(d Draft) Draft {
	for i := range d.Lines {
		line := &d.Lines[i]
		line.Firm = !s.Price.TrialDiscount
		if line.Kind == LineRecurring && s.Price.TrialAmount > 0 {
			line.Unit = money.Of(s.Price.TrialAmount, d.Currency)
		}
		if line.Kind != LineRecurring || s.Price.TrialAmount == 0 {
			line.Amount = money.Of(0, d.Currency)
		}
	}
	return d
}

// NeedsMethod reports whether paying a first invoice takes a payment method:
// not a free trial or an order of nothing to pay whose price says so.
func (s Subscription) NeedsMethod(due money.Amount) bool {
	switch {
	case s.Status != StatusPending || s.OnDemand || !due.Nothing():
		return true
	case s.Manual.On:
		return false
	case s.TrialDays > 0:
		return !s.Price.TrialNoMethod
	}
	return !s.Price.ZeroNoMethod
}

// unconverted reports a trial, over by now, for whose first period there is
// no payment method.
func (s Subscription) unconverted() bool {
	return s.Method.IsZero() && !s.TrialEnd.IsZero() && s.TrialEnd == s.Period.End
}

// EndTrial ends a trial without a payment method: on hold with nothing due
// until one is given, or cancelled at once (rules 12).
func (s Subscription) EndTrial(cancel bool, window time.Duration, at calendar.Instant) (Change, error) {
	switch {
	case s.Next(at) != StepConvert:
		return Change{}, ErrInactive
	case cancel:
		return s.CancelNow(nil, nil, at, Cancellation{Reason: "cancelled_by_merchant"})
	}
	s.Failure.WindowEnd = at.Add(window)
	ch := Change{Subscription: s}
	if err := ch.fall(StatusOnHold, at); err != nil {
		return Change{}, err
	}
	ch.Events[0].Reason = ReasonTrialEnded
	return ch, nil
}

// AwaitsFirst reports a subscription whose trial ended without a payment
// method: it owes nothing, and its first paid period starts when it is paid.
func (s Subscription) AwaitsFirst() bool {
	return s.Status == StatusOnHold && len(s.Open) == 0 && !s.Lock.Set() && s.unconverted()
}

// FirstPeriod opens the invoice of the first paid period of a subscription
// that waits for one. It is stored with the attempt to pay it, and is void
// again when that fails.
func (s Subscription) FirstPeriod(t Terms, at calendar.Instant, zone *time.Location) (Subscription, Invoice, error) {
	if !s.AwaitsFirst() {
		return s, Invoice{}, ErrInactive
	}
	end, _ := calendar.Next(at, s.Price.Every, at, zone)
	t.At = at
	invoice, err := s.draft(t, CauseTrialEnd, calendar.Period{Start: at, End: end}).Invoice()
	if err != nil {
		return s, Invoice{}, err
	}
	s.Open = []string{invoice.ID}
	return s, invoice, nil
}

// converted starts the first paid period at its payment; the term is as long
// as it was.
func (s Subscription) converted(at calendar.Instant, zone *time.Location) Subscription {
	if !s.EndsAt.IsZero() {
		s.EndsAt = s.EndsAt.Add(at.Sub(s.Anchor))
	}
	end, _ := calendar.Next(at, s.Price.Every, at, zone)
	s.Anchor, s.Period = at, calendar.Period{Start: at, End: end}
	return s
}
