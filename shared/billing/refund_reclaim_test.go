package billing

import (
	"errors"
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
			owed := madeOf(p.ID, s.Credits)
			after, r, touched, err := s.Reclaim(Refund{ID: "ref_1", Amount: money.Of(back, "EUR")}, p)
			if err != nil || !touched {
				t.Fatal(touched, err)
			}
			used, wanted := s, p.Refunded.Minor+back+owed+200-p.Amount.Minor > owed && owed+200 <= p.Amount.Minor
			used.Spent = []Credit{{Left: money.Of(200, "EUR"), Payments: []string{p.ID}}} // by an unpaid invoice
			if _, _, _, err := used.Reclaim(r, p); errors.Is(err, ErrCreditInUse) != wanted && owed+200 <= p.Amount.Minor {
				t.Fatalf("%d of %d with a credit of %d and 200 in use: %v", back, p.Amount.Minor, owed, err)
			}
			var taken int64
			for _, c := range r.Reclaimed {
				taken += c.Left.Minor
			}
			if want := max(0, p.Refunded.Minor+back+owed-p.Amount.Minor); taken != want || madeOf(p.ID, after.Credits) != owed-taken {
				t.Fatalf("of a credit of %d, %d was taken and %d is left; %d should have been", owed, taken, madeOf(p.ID, after.Credits), want)
			}
			if !slices.ContainsFunc(after.Credits, func(c Credit) bool { return c.ID == other.ID && c.Left == other.Left }) {
				t.Fatal("credit of another payment was taken")
			}
			if rapid.Bool().Draw(t, "fails") {
				if s = after.unreclaim(r, 9); madeOf(p.ID, s.Credits) != owed {
					t.Fatalf("a failed refund left a credit of %d", madeOf(p.ID, s.Credits))
				}
				continue
			}
			s, p.Refunded.Minor = after, p.Refunded.Minor+back
		}
		if madeOf(p.ID, s.Credits) != 0 {
			t.Fatalf("a credit of %d is left of money that went back", madeOf(p.ID, s.Credits))
		}
	})
}
