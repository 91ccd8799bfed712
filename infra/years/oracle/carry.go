package oracle

import "time"

// tooLittle reports a sum that nobody charges.
func (s *Sub) tooLittle(due int64) bool { return due > 0 && due < s.Least }

// carried adds to a renewal's bill what earlier bills were too little for: no
// discount touches it, and it is taxed as of now.
func (s *Sub) carried(b Bill, at time.Time) Bill {
	b.own = len(b.Lines)
	for _, l := range s.Carried {
		l.Tax, l.Gross = taxOf(l.Amount, s.Rates.On(at), s.Plan.Inclusive)
		b.Lines = append(b.Lines, l)
		b.Tax, b.Total = b.Tax+l.Tax, b.Total+l.Gross
	}
	s.Carried = nil
	return b
}

// carry leaves a bill to the next renewal: its lines as they were priced, and
// the credit that it would have used.
func (s *Sub) carry(b Bill) {
	s.Credit += b.Credit
	var lines []Line
	for _, l := range b.Lines {
		if net := l.Amount - l.Discount; net != 0 {
			lines = append(lines, Line{ID: l.ID, Amount: net})
		}
	}
	s.Carried = append(lines, s.Carried...)
}
