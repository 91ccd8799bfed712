package proration_test

import (
	"math/big"
	"testing"
	"time"

	"pgregory.net/rapid"

	"perennial/shared/calendar"
	"perennial/shared/money"
	"perennial/shared/proration"
)

// account follows one period of a customer who changes plans: what was
// charged and given back, and the time used times its price, exactly.
type account struct {
	price  int64
	since  calendar.Instant
	funded proration.Funded
	net    int64    // charges less credits
	used   *big.Rat // price times time
	steps  int64
}

func open(price int64) *account {
	return &account{price: price, since: january.Start, funded: paid(price, 0), net: price, used: new(big.Rat)}
}

func (a *account) use(until calendar.Instant) {
	share := big.NewRat(int64(until.Sub(a.since)/time.Second), int64(january.End.Sub(january.Start)/time.Second))
	a.used.Add(a.used, share.Mul(share, big.NewRat(a.price, 1)))
	a.since = until
}

func (a *account) change(t *rapid.T, mode proration.Mode, price int64, at calendar.Instant) proration.Quote {
	a.use(at)
	c := proration.Change{Mode: mode, Old: plan(a.price), New: plan(price), Funded: a.funded, Period: january, At: at, Zone: time.UTC}
	q, err := proration.Price(c)
	if err != nil {
		t.Fatal(err)
	}
	var charge int64
	for _, l := range q.Charge {
		charge += l.Amount.Minor
	}
	if a.funded, err = c.Paid(q, usd(charge), usd(charge), usd(0)); err != nil {
		t.Fatal(err)
	}
	a.net += charge - q.Credit.Gross.Minor
	a.price, a.steps = price, a.steps+1
	return q
}

// over is what was paid beyond the time used, once the period has ended.
func (a *account) over() *big.Rat {
	a.use(january.End)
	return new(big.Rat).Sub(big.NewRat(a.net, 1), a.used)
}

// second draws an instant of the period not before another.
func second(t *rapid.T, from calendar.Instant) calendar.Instant {
	left := int64(january.End.Sub(from) / time.Second)
	return from.Add(time.Duration(rapid.Int64Range(0, left).Draw(t, "seconds")) * time.Second)
}

// TestAChainOfChangesCostsPriceTimesTime: rules 25, R302. Prorated, nobody is
// over- or undercharged by more than one minor unit per change.
func TestAChainOfChangesCostsPriceTimesTime(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		a := open(rapid.Int64Range(1, 1_000_000).Draw(t, "price"))
		for range rapid.IntRange(1, 30).Draw(t, "changes") {
			a.change(t, proration.Prorated, rapid.Int64Range(1, 1_000_000).Draw(t, "price"), second(t, a.since))
		}
		off := a.over()
		if off.Abs(off).Cmp(big.NewRat(a.steps, 1)) > 0 {
			t.Fatalf("%d changes are off by %s", a.steps, off.FloatString(3))
		}
	})
}

// TestTogglingNeverPays: rules 1. However somebody changes to and fro, by
// whatever mode that bills and leaves the cycle alone, they never pay less
// than the time used times its price.
func TestTogglingNeverPays(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		cheap := rapid.Int64Range(1, 50_000).Draw(t, "cheap")
		dear := cheap + rapid.Int64Range(0, 50_000).Draw(t, "more")
		a := open(cheap)
		for i := range 100 {
			to := []int64{dear, cheap}[i%2]
			mode := rapid.SampledFrom([]proration.Mode{proration.Prorated, proration.Difference}).Draw(t, "mode")
			at := a.since.Add(time.Duration(rapid.Int64Range(0, 25_000).Draw(t, "seconds")) * time.Second)
			a.change(t, mode, to, min(at, january.End))
		}
		if off := a.over(); off.Cmp(big.NewRat(-a.steps, 1)) < 0 {
			t.Fatalf("100 toggles saved %s", off.FloatString(3))
		}
	})
}

// TestACreditAndTheConsumedShareAreWhatWasPaid: rules 25.
func TestACreditAndTheConsumedShareAreWhatWasPaid(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		due := rapid.Int64Range(1, 1_000_000).Draw(t, "due")
		got := rapid.Int64Range(0, due).Draw(t, "paid")
		tax := rapid.Int64Range(0, got).Draw(t, "tax")
		at := second(t, january.Start)
		q, err := proration.Price(proration.Change{
			Mode: proration.Prorated, Old: plan(due), New: plan(1), Period: january, At: at, Zone: time.UTC,
			Funded: proration.Funded{From: january.Start, Paid: usd(got), Due: usd(due), Tax: usd(tax)},
		})
		if err != nil {
			t.Fatal(err)
		}
		consumed := new(big.Rat).Sub(big.NewRat(1, 1), q.Left)
		consumed.Mul(consumed, big.NewRat(got, 1))
		off := consumed.Add(consumed, big.NewRat(q.Credit.Net.Minor-got, 1))
		if off.Abs(off).Cmp(big.NewRat(1, 2)) > 0 {
			t.Errorf("off by %s", off.FloatString(3))
		}
		if q.Credit.Gross.Minor > got+tax || q.Credit.Tax.Minor > tax {
			t.Errorf("gave back %+v of %d and %d tax", q.Credit, got, tax)
		}
	})
}

// TestTheSamePriceCostsNothing: rules 25, however often.
func TestTheSamePriceCostsNothing(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		a := open(rapid.Int64Range(1, 1_000_000).Draw(t, "price"))
		before := a.net
		for range rapid.IntRange(1, 20).Draw(t, "changes") {
			mode := rapid.SampledFrom([]proration.Mode{proration.Prorated, proration.Difference}).Draw(t, "mode")
			a.change(t, mode, a.price, second(t, a.since))
		}
		if a.net != before {
			t.Errorf("cost %d", a.net-before)
		}
	})
}

// TestWhatWasNeverPaidIsNeverGivenBack: rules 2. An unbilled upgrade is worth
// no more than the plan that was paid for.
func TestWhatWasNeverPaidIsNeverGivenBack(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		a := open(rapid.Int64Range(1, 100_000).Draw(t, "price"))
		first := a.net
		a.change(t, proration.DoNotBill, a.price+rapid.Int64Range(0, 900_000).Draw(t, "more"), second(t, a.since))
		q := a.change(t, proration.Prorated, 1, second(t, a.since))
		most, err := money.Of(first, "USD").Part(q.Left)
		if err != nil || q.Credit.Gross.Minor > most.Minor+1 {
			t.Errorf("gave back %d of %d, %v", q.Credit.Gross.Minor, most.Minor, err)
		}
	})
}
