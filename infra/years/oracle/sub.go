package oracle

import "time"

// Sub is one subscription as the rules see it.
type Sub struct {
	Zone      *time.Location
	Rates     Rates
	Plan      Plan
	Discounts []Discount
	TrialDays int
	Term      Every
	Retries   []time.Duration // after the first failure, each after the one before
	Keep      time.Duration   // how late dues may be paid without moving the dates
	Card      func(at time.Time) Card
	Least     int64 // the smallest sum that is charged

	Status     string
	Anchor     time.Time
	Start, End time.Time // the period that was last paid for
	EndsAt     time.Time
	TrialEnd   time.Time
	CancelEnd  bool
	PausedAt   time.Time
	Credit     int64 // left from plan changes, with tax
	Bills      []Bill
	Dues       *Bill
	Carried    []Line // what was too little to be charged, for the next bill
	Owed       int64  // what is to be paid for it, beside the credit put by for it

	later   *Plan
	same    bool // product
	worth   worth
	cycle   Every         // interval of the running period
	length  time.Duration // of the period, without pauses
	retryAt time.Time
	retried int
}

// Card is how a card answers.
type Card int

// The answers of a card.
const (
	Good Card = iota
	Poor      // no funds: to be tried again
	Dead      // never again
)

// Begin makes the first payment: a trial costs nothing and uses no discount.
func (s *Sub) Begin(at time.Time) {
	lines := full(s.Plan)
	if s.TrialDays > 0 {
		for i := range lines {
			lines[i].Amount = 0
		}
		s.TrialEnd = DateAt(at, Every{s.TrialDays, "Day"}, 1, s.Zone)
	}
	b := s.bill(lines, s.Plan, s.live(), at)
	b.Cause = "first"
	s.Status, s.Anchor = "active", at
	b.From, b.To = at, NextDate(at, s.Plan.Every, at, s.Zone)
	if s.TrialDays > 0 {
		s.Anchor, b.To = s.TrialEnd, s.TrialEnd
	}
	s.EndsAt = DateAt(s.Anchor, s.Term, 1, s.Zone)
	s.paid(b)
}

func (s *Sub) live() []Discount {
	var live []Discount
	for _, d := range s.Discounts {
		if d.live() {
			live = append(live, d)
		}
	}
	return live
}

// paid settles a bill for a whole period.
func (s *Sub) paid(b Bill) {
	s.Bills = append(s.Bills, b)
	s.begins(b)
}

// begins starts the period of a bill.
func (s *Sub) begins(b Bill) {
	s.Start, s.End, s.Dues = b.From, b.To, nil
	s.consume(b)
	s.length, s.cycle = b.To.Sub(b.From), s.Plan.Every
	s.fund(b, s.length)
}

// consume counts a period against the discounts that reduced it.
func (s *Sub) consume(b Bill) {
	for i := range s.Discounts {
		for _, id := range b.used {
			if s.Discounts[i].ID == id {
				s.Discounts[i].Used++
			}
		}
	}
}

// Advance does everything that is due until an instant.
func (s *Sub) Advance(to time.Time) {
	for {
		at, do := s.next()
		if do == nil || at.After(to) {
			return
		}
		do(at)
	}
}

// next is what is due first. An end comes before a renewal on the same date.
func (s *Sub) next() (time.Time, func(time.Time)) {
	switch {
	case s.Status == "active" && s.CancelEnd && !s.EndsAt.Before(s.End):
		return s.End, s.end("cancelled")
	case s.Status == "active" && !s.EndsAt.After(s.End),
		s.Status == "on_hold" && (s.retryAt.IsZero() || !s.EndsAt.After(s.retryAt)):
		return s.EndsAt, s.end("expired")
	case s.Status == "active":
		return s.End, s.renew
	case s.Status == "on_hold":
		return s.retryAt, s.retry
	}
	return time.Time{}, nil
}

func (s *Sub) end(status string) func(time.Time) {
	return func(time.Time) { s.Status, s.Dues, s.Carried, s.Owed = status, nil, nil, 0 }
}

// renew bills the period that follows, on the plan that waits for it.
func (s *Sub) renew(at time.Time) {
	if s.later != nil {
		interval := s.later.Every != s.Plan.Every
		s.take(*s.later, s.same)
		if interval {
			s.Anchor = s.End
		}
	}
	b := s.carried(s.bill(full(s.Plan), s.Plan, s.live(), at), at)
	b.Cause = "renewal"
	b.Credit = min(s.Credit, b.Total)
	s.Credit -= b.Credit
	b.From, b.To = s.End, NextDate(s.Anchor, s.Plan.Every, s.End, s.Zone)
	if s.tooLittle(b.Due()) {
		s.carry(b)
		s.begins(b)
		return
	}
	s.Dues, s.retried = &b, 0
	s.charge(at)
}

func (s *Sub) retry(at time.Time) {
	s.retried++
	s.charge(at)
}

// charge tries to collect the dues. A failure holds the subscription.
func (s *Sub) charge(at time.Time) {
	card := s.Card(at)
	if card == Good || s.Dues.Due() == 0 {
		s.settle(at)
		return
	}
	s.Status, s.retryAt = "on_hold", time.Time{}
	if card == Poor && s.retried < len(s.Retries) {
		s.retryAt = at.Add(s.Retries[s.retried])
	}
}

// settle pays the dues. In time the dates stay; later, or when the period is
// over already, a whole period begins at payment (rules 5).
func (s *Sub) settle(at time.Time) {
	b := s.taxed(*s.Dues, at)
	if s.Status == "on_hold" && (!at.Before(b.From.Add(s.Keep)) || !at.Before(b.To)) {
		s.EndsAt = s.EndsAt.Add(at.Sub(b.From)) // the term is as long as it was
		s.Anchor = at
		b.From, b.To = at, NextDate(at, s.Plan.Every, at, s.Zone)
	}
	s.Status, s.retryAt = "active", time.Time{}
	s.paid(b)
}

// taxed is a bill at the rate of the day on which it is paid (rules 16).
func (s *Sub) taxed(b Bill, at time.Time) Bill {
	b.At, b.Tax, b.Total, b.Lines = at, 0, 0, append([]Line(nil), b.Lines...)
	for i := range b.Lines {
		l := &b.Lines[i]
		l.Tax, l.Gross = taxOf(l.Amount-l.Discount, s.Rates.On(at), s.Plan.Inclusive)
		b.Tax, b.Total = b.Tax+l.Tax, b.Total+l.Gross
	}
	if over := b.Credit - b.Total; over > 0 {
		b.Credit, s.Credit = b.Total, s.Credit+over
	}
	return b
}

// Pay is the customer paying the dues with a good card.
func (s *Sub) Pay(at time.Time) {
	if s.Status == "on_hold" {
		s.settle(at)
	}
}

// Cancel ends the subscription now, or at its next date; with dues always now
// (rules 10).
func (s *Sub) Cancel(now bool) {
	if now || s.Status != "active" {
		s.Status, s.Dues, s.Carried, s.Owed = "cancelled", nil, nil, 0
		return
	}
	s.CancelEnd = true
}

// Pause stops time.
func (s *Sub) Pause(at time.Time) { s.Status, s.PausedAt = "paused", at }

// Resume lets time go on: all that lay ahead is later by the pause.
func (s *Sub) Resume(at time.Time) {
	length := at.Sub(s.PausedAt)
	s.Status = "active"
	s.End, s.EndsAt = s.End.Add(length), s.EndsAt.Add(length)
	if s.TrialEnd.After(s.PausedAt) {
		s.TrialEnd = s.TrialEnd.Add(length)
	}
	if length > 0 {
		s.Anchor = s.End
	}
}

// Cycle is the interval of the running period.
func (s *Sub) Cycle() Every { return s.cycle }
