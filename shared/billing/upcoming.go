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
		if s.Next(at) != StepRenew {
			break
		}
		locked, invoice, err := s.Renewal(t, at, zone)
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
