package billing

import (
	"slices"
	"time"

	"perennial/shared/calendar"
	"perennial/shared/merchant"
)

// Reminder is a notice to the customer before a charge. The words are the
// reasons of its event.
type Reminder string

// The reminders. Of the first three at most one is given before a charge; the
// last three carry a link to pay by.
const (
	RemindRenewal Reminder = "upcoming_renewal"
	RemindTrial   Reminder = "trial_ending"
	RemindRise    Reminder = "price_rise" // the next period costs more than the last one
	RemindCard    Reminder = "card_expiring"

	RemindInvoice Reminder = "invoice_issued"      // a manual renewal can be paid
	RemindOverdue Reminder = "invoice_overdue"     // it is due today
	RemindPlan    Reminder = "plan_change_payment" // a change of plan waits for its payment
)

// Reminders are what the customer was told about the next charge.
type Reminders struct {
	Leads  merchant.Leads   // the merchant's choice when it was last read
	For    calendar.Instant // the charge that the rest is about
	Charge bool             // that it comes was said, or need not be said
	Card   bool             // that its card expires before, likewise
}

// reminded is what was done about the charge that comes now.
func (s Subscription) reminded() Reminders {
	r := s.Reminders
	if r.For != s.Period.End {
		r.For, r.Charge, r.Card = s.Period.End, false, false
	}
	return r
}

// Charges reports whether the end of the period brings a charge that nothing
// stands against yet.
func (s Subscription) Charges() bool {
	return s.Status == StatusActive && !s.OnDemand && s.Failure.At.IsZero() && len(s.Disputes) == 0 &&
		!s.Cancel.AtPeriodEnd && !s.Cancel.Pending && (s.EndsAt.IsZero() || s.Period.End < s.EndsAt)
}

// Trialing reports that the period that runs is the trial.
func (s Subscription) Trialing() bool { return !s.TrialEnd.IsZero() && s.TrialEnd == s.Period.End }

// lead is how many days before the charge it is to be announced.
func (s Subscription) lead() int {
	leads := s.Reminders.Leads.Filled()
	days, rise := 0, merchant.Leads{}.Filled().Trial
	switch {
	case s.Trialing():
		return leads.Trial
	case isLong(s.Price.Every):
		return leads.Long
	case isMonthly(s.Price.Every) && leads.Renewal != merchant.Never:
		days = leads.Renewal
	}
	if s.mayRise() {
		days = max(days, rise)
	}
	return days
}

// isLong reports intervals over six months, before which notice is mandatory
// (rules 13).
func isLong(v calendar.Interval) bool { return daysOf(v) > 184 }

func isMonthly(v calendar.Interval) bool { return daysOf(v) >= 28 }

// daysOf is about how long an interval is.
func daysOf(v calendar.Interval) int {
	return v.Count * map[calendar.Unit]int{calendar.Day: 1, calendar.Week: 7, calendar.Month: 30, calendar.Year: 365}[v.Unit]
}

// mayRise reports that a discount is used up, so that the next period may
// cost more than the one before.
func (s Subscription) mayRise() bool {
	return slices.ContainsFunc(s.Discounts, func(a Applied) bool { return !a.Live() })
}

// remindAt are the instants at which the charge and the card's expiry are to
// be spoken of; zero when they are not.
func (s Subscription) remindAt() (charge, card calendar.Instant) {
	if !s.Charges() || s.Manual.On {
		return 0, 0
	}
	done, end := s.reminded(), s.Period.End
	before := func(days int) calendar.Instant {
		at := max(end.Add(-time.Duration(days)*24*time.Hour), s.Period.Start)
		if days <= 0 || at >= end {
			return 0
		}
		return at
	}
	if !done.Charge {
		charge = before(s.lead())
	}
	if !done.Card && s.Method.expiredAt(end) {
		card = before(s.Reminders.Leads.Filled().Card)
	}
	return charge, card
}

// reminderDue is when the customer must next be told something.
func (s Subscription) reminderDue() calendar.Instant {
	charge, card := s.remindAt()
	return earliest(charge, card)
}

// expiredAt reports a card that is good to the end of its month, and no
// longer at an instant.
func (m Method) expiredAt(at calendar.Instant) bool {
	if m.ExpYear == 0 || m.ExpMonth == 0 {
		return false
	}
	return !at.Time().Before(time.Date(m.ExpYear, time.Month(m.ExpMonth)+1, 1, 0, 0, 0, 0, time.UTC))
}

// Remind notes what the customer is told at an instant, with the merchant's
// leads of now. rises says that the charge is higher than the last one.
func (s Subscription) Remind(leads merchant.Leads, rises bool, at calendar.Instant) Change {
	s.Reminders.Leads = leads
	s.Reminders = s.reminded()
	charge, card := s.remindAt()
	var events []Event
	if !charge.IsZero() && charge <= at {
		s.Reminders.Charge = true
		if r := s.announce(rises); r != "" {
			events = append(events, Event{Type: EventReminder, Object: s.ID, Reason: string(r)})
		}
	}
	if !card.IsZero() && card <= at {
		s.Reminders.Card = true
		events = append(events, Event{Type: EventReminder, Object: s.ID, Reason: string(RemindCard)})
	}
	return Change{Subscription: s, Events: events}
}

// announce is how the charge is announced; empty when the merchant does not
// want it and the law does not either.
func (s Subscription) announce(rises bool) Reminder {
	wanted := isLong(s.Price.Every) || isMonthly(s.Price.Every) && s.Reminders.Leads.Filled().Renewal != merchant.Never
	switch {
	case s.Trialing():
		return RemindTrial
	case rises:
		return RemindRise
	case wanted:
		return RemindRenewal
	}
	return ""
}
