package billing

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"perennial/shared/money"
)

// TestNoMoneyGoesBackTwice: rules 2. However a payment is refunded in parts,
// what went back and the credit left of it are never more than was paid, not a
// cent more is taken than that needs, and credit of other money stays.
func TestNoMoneyGoesBackTwice(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		p := Payment{ID: "pay_1", Amount: money.Of(rapid.Int64Range(1, 10_000).Draw(t, "paid"), "EUR"), Refunded: money.Of(0, "EUR")}
		s := Subscription{Receipts: []string{p.ID}}
		room := p.Amount.Minor
		for range rapid.IntRange(0, 3).Draw(t, "credits") {
			left := rapid.Int64Range(0, room).Draw(t, "left")
			room -= left
			s.Credits = append(s.Credits, Credit{Gross: p.Amount, Left: money.Of(left, "EUR"), Payments: []string{p.ID}})
		}
		other := Credit{ID: "other", Left: money.Of(700, "EUR"), Payments: []string{"pay_2"}}
		s.Credits = slices.Insert(s.Credits, rapid.IntRange(0, len(s.Credits)).Draw(t, "at"), other)
		for p.Refunded.Minor < p.Amount.Minor {
			back := rapid.Int64Range(1, p.Amount.Minor-p.Refunded.Minor).Draw(t, "back")
			owed := s.madeOf(p.ID)
			after, r, touched, err := s.Reclaim(Refund{ID: "ref_1", Amount: money.Of(back, "EUR")}, p)
			if err != nil || !touched {
				t.Fatal(touched, err)
			}
			var taken int64
			for _, c := range r.Reclaimed {
				taken += c.Left.Minor
			}
			if want := max(0, p.Refunded.Minor+back+owed-p.Amount.Minor); taken != want || after.madeOf(p.ID) != owed-taken {
				t.Fatalf("of a credit of %d, %d was taken and %d is left; %d should have been", owed, taken, after.madeOf(p.ID), want)
			}
			if !slices.ContainsFunc(after.Credits, func(c Credit) bool { return c.ID == other.ID && c.Left == other.Left }) {
				t.Fatal("credit of another payment was taken")
			}
			if rapid.Bool().Draw(t, "fails") {
				if s = after.unreclaim(r, 9); s.madeOf(p.ID) != owed {
					t.Fatalf("a failed refund left a credit of %d", s.madeOf(p.ID))
				}
				continue
			}
			s, p.Refunded.Minor = after, p.Refunded.Minor+back
		}
		if s.madeOf(p.ID) != 0 {
			t.Fatalf("a credit of %d is left of money that went back", s.madeOf(p.ID))
		}
	})
}
