package billing

import (
	"time"

	"perennial/shared/merchant"
)

// Upcoming are the next invoices of the subscription, as its renewals make
// them when every one of them is paid; one that is too small to be charged
// is void and carried to the one after it. It stops where the subscription ends,
// and has none where it does not renew.
func (s Subscription) Upcoming(t Terms, count int, zone *time.Location) ([]Invoice, error) {
	var out []Invoice
	if s.Status != StatusActive || len(s.Open) > 0 {
		return nil, nil
	}
	s.Lock, s.Failure = Lock{}, Failure{}
	for len(out) < count {
		at := s.Period.End
		if s.Change != nil { // unpaid by then, it is discarded
			s = s.stays(at)
		}
		if step := s.Next(at); step != StepRenew && step != StepBill {
			break
		}
		t.At = at
		locked, invoice, err := s.renewal(t, zone)
		if err != nil {
			return nil, err
		}
		c := Case{Subscription: locked, Invoices: []Invoice{invoice}, At: at, Zone: zone}
		if merchant.TooSmall(s.payee(t), invoice.Due()) {
			invoice.Status, invoice.Reason = InvoiceVoid, ReasonCarried
			s, err = c.bring()
		} else {
			_, s, err = c.date(locked)
			s.Discounts = spend(s.Discounts, invoice)
		}
		if err != nil {
			return nil, err
		}
		s.Open, out = nil, append(out, invoice)
	}
	return out, nil
}

// payee is the gateway that the next invoice is paid at.
func (s Subscription) payee(t Terms) string {
	if s.Method.IsZero() {
		return t.Gateway
	}
	return s.Method.Gateway
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
