package proration_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"perennial/shared/calendar"
	"perennial/shared/money"
	"perennial/shared/proration"
)

func usd(minor int64) money.Amount { return money.Of(minor, "USD") }

func plan(minor int64) []proration.Item {
	return []proration.Item{{ID: "plan", Unit: usd(minor), Quantity: 1}}
}

func seats(minor int64) []proration.Item {
	return append(plan(minor), proration.Item{ID: "seat", Unit: usd(1000), Quantity: 3})
}

func day(d int) calendar.Instant { return calendar.At(time.Date(2027, 1, d, 0, 0, 0, 0, time.UTC)) }

// january is the cycle of dodo-api.md 6: 30 days from 1 January.
var january = calendar.Period{Start: day(1), End: day(31)}

// paid says that a plan was paid in full at the start of the period.
func paid(minor, tax int64) proration.Funded {
	return proration.Funded{From: day(1), Paid: usd(minor), Due: usd(minor), Tax: usd(tax)}
}

func sum(t *testing.T, lines []proration.Line) int64 {
	t.Helper()
	var total int64
	for _, l := range lines {
		total += l.Amount.Minor
	}
	return total
}

// TestWorkedNumbers holds the published examples. R106, R302: what a change
// in the middle of the period costs (positive) or gives back (negative).
func TestWorkedNumbers(t *testing.T) {
	t.Parallel()
	full := proration.Policy{FullDifference: true}
	for _, c := range []struct {
		name     string // with its source
		mode     proration.Mode
		old, new []proration.Item
		policy   proration.Policy
		net      int64
		restart  bool
	}{
		{"dodo 6: Basic to Pro prorated", proration.Prorated, plan(3000), plan(8000), proration.Policy{}, 2500, false},
		{"dodo 6: Pro to Starter prorated", proration.Prorated, plan(8000), plan(2000), proration.Policy{}, -3000, false},
		{"dodo 6: Basic to Pro by difference", proration.Difference, plan(3000), plan(8000), proration.Policy{}, 5000, false},
		{"dodo 6: Pro to Starter by difference, as Dodo does it", proration.Difference, plan(8000), plan(2000), full, -6000, false},
		{"rules 1, 2: Pro to Starter by difference, only unused time", proration.Difference, plan(8000), plan(2000), proration.Policy{}, -3000, false},
		{"dodo 6: Basic to Pro full", proration.Full, plan(3000), plan(8000), proration.Policy{}, 8000, true},
		{"dodo 6: Basic to Pro and 3 seats prorated", proration.Prorated, plan(3000), seats(8000), proration.Policy{}, 4000, false},
		{"dodo 6: nothing is billed", proration.DoNotBill, plan(3000), plan(8000), proration.Policy{}, 0, false},
		{"stripe B3.4: 10 to 20 USD at half time", proration.Prorated, plan(1000), plan(2000), proration.Policy{}, 500, false},
		{"stripe B3.4: 100 to 200 USD at half time", proration.Prorated, plan(10000), plan(20000), proration.Policy{}, 5000, false},
		{"rules 1: the cycle restarts, a whole new period less what is left", proration.Prorated, plan(3000), plan(8000), proration.Policy{Restart: true}, 6500, true},
		{"same price prorated", proration.Prorated, plan(1999), plan(1999), proration.Policy{}, 0, false},
		{"same price by difference", proration.Difference, plan(1999), plan(1999), proration.Policy{}, 0, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			q, err := proration.Price(proration.Change{
				Mode: c.mode, Old: c.old, New: c.new, Funded: paid(sumItems(c.old), 0), Period: january,
				At: day(16), Zone: time.UTC, Policy: c.policy,
			})
			if err != nil {
				t.Fatal(err)
			}
			if net := sum(t, q.Charge) - q.Credit.Gross.Minor; net != c.net || q.Restart != c.restart {
				t.Errorf("net %d, restart %t; want %d, %t", net, q.Restart, c.net, c.restart)
			}
		})
	}
}

func sumItems(items []proration.Item) int64 {
	var total int64
	for _, i := range items {
		total += i.Unit.Minor * i.Quantity
	}
	return total
}

func TestChangesWhereTheCycleStartsAnew(t *testing.T) {
	t.Parallel()
	base := proration.Change{
		Mode: proration.Difference, Old: plan(3000), New: plan(30000), Funded: paid(3000, 0),
		Period: january, At: day(16), Zone: time.UTC, Interval: true,
	}
	if _, err := proration.Price(base); !errors.Is(err, proration.ErrRestart) {
		t.Errorf("a difference between a month and a year was quoted: %v", err)
	}
	base.Mode = proration.Prorated
	q, err := proration.Price(base)
	if err != nil || !q.Restart || sum(t, q.Charge) != 30000 || q.Credit.Gross.Minor != 1500 {
		t.Errorf("month to year: %+v, %v", q, err)
	}
	base.Interval, base.Trial, base.Old, base.Funded = false, true, nil, proration.Funded{}
	q, err = proration.Price(base)
	if err != nil || !q.Restart || sum(t, q.Charge) != 30000 || !q.Credit.Gross.Nothing() {
		t.Errorf("a change in an unpaid trial: %+v, %v", q, err)
	}
	base.Mode = proration.DoNotBill
	if q, err = proration.Price(base); err != nil || q.Restart {
		t.Errorf("unbilled, a trial goes on: %+v, %v", q, err)
	}
}

// TestACreditIsWhatWasPaid: rules 2. Discounts, refunds and changes that
// nobody was billed for bound what comes back, and the tax that was paid
// comes back with it.
func TestACreditIsWhatWasPaid(t *testing.T) {
	t.Parallel()
	half := proration.Funded{From: day(1), Paid: usd(4000), Due: usd(8000), Tax: usd(760)}
	for _, c := range []struct {
		name       string
		funded     proration.Funded
		inclusive  bool
		net, gross int64
	}{
		{"paid in full, 19 % on top", paid(8000, 1520), false, 4000, 4760},
		{"paid in full, 19 % included", paid(8000, 1277), true, 3361, 4000},
		{"bought at half price", half, false, 2000, 2380},
		{"nothing was paid", proration.Funded{From: day(1), Due: usd(8000), Paid: usd(0)}, false, 0, 0},
		{"paid more than due: a cheaper plan took over unbilled", proration.Funded{From: day(1), Paid: usd(9000), Due: usd(8000), Tax: usd(0)}, false, 4500, 4500},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			q, err := proration.Price(proration.Change{
				Mode: proration.Prorated, Old: plan(8000), New: plan(2000), Funded: c.funded,
				Period: january, At: day(16), Zone: time.UTC, Inclusive: c.inclusive,
			})
			if err != nil {
				t.Fatal(err)
			}
			got := [2]int64{q.Credit.Net.Minor, q.Credit.Gross.Minor}
			if diff := cmp.Diff([2]int64{c.net, c.gross}, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestLeftCountsSecondsOrDays(t *testing.T) {
	t.Parallel()
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	spring := calendar.Period{
		Start: calendar.At(time.Date(2027, 3, 1, 0, 0, 0, 0, berlin)),
		End:   calendar.At(time.Date(2027, 4, 1, 0, 0, 0, 0, berlin)),
	}
	noon := calendar.At(time.Date(2027, 3, 28, 12, 0, 0, 0, berlin)) // the clocks went forward that night
	for _, c := range []struct {
		name string
		p    calendar.Period
		at   calendar.Instant
		days bool
		want string
	}{
		{"half a month in seconds", january, day(16), false, "1/2"},
		{"a second before the end", january, day(31).Add(-time.Second), false, "1/2592000"},
		{"within the last second", january, day(31).Add(-time.Microsecond), false, "1/2592000"},
		{"after the end", january, day(40), false, "0/1"},
		{"before the start", january, day(1).Add(-time.Hour), false, "1/1"},
		{"the last evening counts as a day", january, day(31).Add(-time.Hour), true, "1/30"},
		{"real seconds over a change of clocks", spring, noon, false, "84/743"},
		{"local days over a change of clocks", spring, noon, true, "4/31"},
		{"an empty period", calendar.Period{Start: day(1), End: day(1)}, day(1), true, "0/1"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if got := proration.Left(c.p, c.at, berlin, c.days).String(); got != c.want && c.p != january {
				t.Errorf("got %s, want %s", got, c.want)
			}
			if got := proration.Left(c.p, c.at, time.UTC, c.days).String(); got != c.want && c.p == january {
				t.Errorf("got %s, want %s", got, c.want)
			}
		})
	}
}

func TestUpgradeComparesPricesPerDay(t *testing.T) {
	t.Parallel()
	month, year := calendar.Interval{Count: 1, Unit: calendar.Month}, calendar.Interval{Count: 1, Unit: calendar.Year}
	for _, c := range []struct {
		name     string
		from, to int64
		every    calendar.Interval
		next     calendar.Interval
		want     bool
	}{
		{"dearer", 2000, 3000, month, month, true},
		{"equal is an upgrade", 2000, 2000, month, month, true},
		{"cheaper", 3000, 2000, month, month, false},
		{"a year for ten months' price", 2000, 20000, month, year, false},
		{"a year for twelve months' price", 2000, 24000, month, year, true},
	} {
		if got := proration.Upgrade(usd(c.from), c.every, usd(c.to), c.next); got != c.want {
			t.Errorf("%s: %t", c.name, got)
		}
	}
}
