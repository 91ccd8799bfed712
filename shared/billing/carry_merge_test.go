package billing

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"perennial/shared/calendar"
	"perennial/shared/money"
	"perennial/shared/tax"
)

// kindOfLine is by what carried lines may become one.
type kindOfLine struct {
	product, addon, category string
	inclusive, as            bool
}

func kindsOf(lines []Line) map[kindOfLine]int64 {
	sums := map[kindOfLine]int64{}
	for _, l := range lines {
		sums[kindOfLine{l.Product, l.Addon, l.Category, l.Inclusive, l.As != nil}] += l.Amount.Minor
	}
	return sums
}

// Up to a hundred lines are carried as they are. Beyond, those of the same
// product become one that covers their time; no cent is lost or moved to
// another product or tax, and what is taxed as another line was stays alone.
func TestCarriedLinesOfAProductBecomeOne(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(0, 2*maxCarried).Draw(t, "lines")
		lines := make([]Line, n)
		special := 0
		for i := range lines {
			at := calendar.Instant(rapid.Int64Range(0, 1000).Draw(t, "start"))
			lines[i] = Line{
				Product: rapid.SampledFrom([]string{"pdt_1", "pdt_2"}).Draw(t, "product"), Addon: rapid.SampledFrom([]string{"", "adn_1"}).Draw(t, "addon"),
				Category: rapid.SampledFrom([]string{"saas", "e_book"}).Draw(t, "category"), Inclusive: rapid.Bool().Draw(t, "inclusive"),
				Amount: money.Of(rapid.Int64Range(-40, 40).Draw(t, "minor"), "EUR"), Period: calendar.Period{Start: at, End: at + 10},
			}
			if rapid.IntRange(0, 9).Draw(t, "as") == 0 {
				lines[i].As = &tax.Decision{}
				special++
			}
		}
		before := slices.Clone(lines)
		got := merged(lines)
		if !slices.EqualFunc(before, lines, sameLine) {
			t.Fatal("the lines that were given have changed")
		}
		if n <= maxCarried {
			if !slices.EqualFunc(got, lines, sameLine) {
				t.Fatalf("%d lines became %d", n, len(got))
			}
			return
		}
		want, have := kindsOf(lines), kindsOf(got)
		if len(have) != len(want) {
			t.Fatalf("%d kinds became %d", len(want), len(have))
		}
		for kind, sum := range want {
			if have[kind] != sum {
				t.Errorf("%+v: %d became %d", kind, sum, have[kind])
			}
		}
		plain := 0
		for kind := range want {
			if !kind.as {
				plain++
			}
		}
		if len(got) != plain+special {
			t.Errorf("%d lines, of which %d stand alone, became %d", n, special, len(got))
		}
		for _, l := range lines {
			covered := slices.ContainsFunc(got, func(m Line) bool {
				return m.Product == l.Product && m.Addon == l.Addon && m.Category == l.Category && m.Inclusive == l.Inclusive && (m.As == nil) == (l.As == nil) &&
					m.Period.Start <= l.Period.Start && l.Period.End <= m.Period.End
			})
			if !covered {
				t.Errorf("%+v is covered by none", l.Period)
			}
		}
	})
}

func sameLine(a, b Line) bool {
	return a.Product == b.Product && a.Addon == b.Addon && a.Amount == b.Amount && a.Period == b.Period && a.As == b.As
}
