package oracle

import "time"

// tooLittle reports a sum that nobody charges.
func (s *Sub) tooLittle(due int64) bool { return due > 0 && due < s.Least }

// carried adds to a bill what earlier bills were too little for: no discount
// touches it, and it is taxed as of now. The credit that was put by for it is
// there to be used.
func (s *Sub) carried(b Bill, at time.Time) Bill {
	b.own = len(b.Lines)
	for _, l := range s.Carried {
		l.Tax, l.Gross = taxOf(l.Amount, s.Rates.On(at), s.Plan.Inclusive)
		b.Lines = append(b.Lines, l)
		b.Tax, b.Total = b.Tax+l.Tax, b.Total+l.Gross
	}
	s.Carried, s.Owed = nil, 0
	return b
}

// carry leaves a bill to the next one: its lines as they were priced, and the
// credit that it would have used. Only the difference is owed, and it is less
// than the smallest charge, because the bill had all that was owed before.
func (s *Sub) carry(b Bill) {
	s.Credit += b.Credit
	s.Owed = b.Due()
	var lines []Line
	for _, l := range b.Lines {
		if net := l.Amount - l.Discount; net != 0 {
			lines = append(lines, Line{ID: l.ID, Amount: net})
		}
	}
	s.Carried = append(lines, s.Carried...)
}
