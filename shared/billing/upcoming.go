package billing

import "time"

// Upcoming are the next invoices of the subscription, as its renewals make
// them when every one of them is paid. It stops where the subscription ends,
// and has none where it does not renew.
func (s Subscription) Upcoming(t Terms, count int, zone *time.Location) ([]Invoice, error) {
	var out []Invoice
	if s.Status != StatusActive || len(s.Open) > 0 {
		return nil, nil
	}
	s.Lock, s.Failure = Lock{}, Failure{}
	for len(out) < count {
		at := s.Period.End
		s.Change = nil // unpaid by then, it is discarded
		if step := s.Next(at); step != StepRenew && step != StepBill {
			break
		}
		t.At = at
		locked, invoice, err := s.renewal(t, zone)
		if err != nil {
			return nil, err
		}
		out = append(out, invoice)
		c := Case{Subscription: locked, Invoices: []Invoice{invoice}, At: at, Zone: zone}
		if _, s, err = c.date(locked); err != nil {
			return nil, err
		}
		s.Open, s.Discounts = nil, spend(s.Discounts, invoice)
	}
	return out, nil
}

// AsPaid is a manual subscription as it will be when its open invoice is paid
// by its date, so that what comes after it can be told.
func (s Subscription) AsPaid(open []Invoice, zone *time.Location) (Subscription, error) {
	if !s.Manual.On || !s.Status.Access() || len(open) == 0 {
		return s, nil
	}
	c := Case{Subscription: s, Invoices: open, At: s.Period.End, Zone: zone}
	_, next, err := c.date(s)
	for _, v := range open {
		next.Discounts = spend(next.Discounts, v)
	}
	next.Status, next.Open, next.Spent, next.Manual.Ends = StatusActive, nil, nil, 0
	return next, err
}
