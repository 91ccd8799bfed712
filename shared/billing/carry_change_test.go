package billing_test

import (
	"fmt"
	"math/big"
	"testing"
	"time"

	"pgregory.net/rapid"

	"perennial/shared/billing"
	"perennial/shared/calendar"
	"perennial/shared/merchant"
	"perennial/shared/money"
	"perennial/shared/proration"
)

// failer is a test or a check of one.
type failer interface{ Fatal(args ...any) }

// changes is a subscription that changes its plan within one period.
type changes struct {
	failer
	sub   billing.Subscription
	taken int64
	since calendar.Instant
	used  *big.Rat // price times time
}

// begun is such a subscription at 30.00 a month.
func begun(t failer) *changes {
	c := &changes{failer: t, taken: 3000, used: new(big.Rat)}
	c.sub, _ = held(calendar.Interval{Count: 1, Unit: calendar.Month}, billing.StatusActive)
	c.sub.Open, c.sub.Price.Amount, c.since = nil, money.Of(3000, "USD"), c.sub.Period.Start
	c.sub.Method = billing.Method{ID: "pm_1", Gateway: merchant.GatewaySandbox}
	return c
}

// use counts the time until an instant at the present price.
func (c *changes) use(at calendar.Instant) {
	p := c.sub.Period
	share := big.NewRat(int64(at.Sub(c.since)/time.Second), int64(p.End.Sub(p.Start)/time.Second))
	c.used.Add(c.used, share.Mul(share, big.NewRat(c.sub.Price.Amount.Minor, 1)))
	c.since = at
}

// change moves to a plan at another price, which is paid, carried, or costs
// nothing now.
func (c *changes) change(n int, price int64, at calendar.Instant) {
	c.use(at)
	plan := c.sub.Plan()
	plan.Product, plan.Price.Amount = fmt.Sprintf("pdt_%d", price), money.Of(price, "USD")
	p, err := c.sub.Propose(billing.ChangeOrder{ID: fmt.Sprintf("pc_%d", n), Plan: plan, Mode: proration.Prorated, At: at, Zone: time.UTC},
		billing.Terms{Invoice: fmt.Sprintf("inv_%d", n)})
	if err != nil {
		c.Fatal(err)
	}
	buyer := billing.Customer{ID: "cus_1", InvoicePrefix: "C1"}
	if p.Due().Nothing() {
		c.settled(c.sub.Carry(p, billing.Issuer{}, buyer, at))
		return
	}
	open := billing.Case{Subscription: c.sub.Await(p), Customer: buyer}
	try := billing.Attempt{Payment: fmt.Sprintf("pay_%d", n), Method: c.sub.Method, By: billing.BySystem, At: at, Wall: at.Time()}
	k, err := open.Begin(try, p.Invoice.Dues())
	if err != nil {
		c.Fatal(err)
	}
	k.At, k.Zone = at, time.UTC
	if k.Small() {
		c.settled(k.Carried())
		return
	}
	c.settled(k.Paid("ch"))
}

// settled goes on with what became of a change.
func (c *changes) settled(ch billing.Change, err error) {
	if err != nil {
		c.Fatal(err)
	}
	if ch.Payment != nil {
		c.taken += ch.Payment.Amount.Minor
	}
	c.sub = ch.Subscription
	c.sub.Version++
}

// Rules 9, 25: over any chain of changes, what is taken and carried, less the
// credit that is left, is price times time within a minor unit per change; and
// what is carried, less the credit made by carrying, is never enough to be
// charged.
func TestCarryingChangesLosesNothing(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		c := begun(t)
		left := int64(c.sub.Period.End.Sub(c.sub.Period.Start) / time.Second)
		steps := rapid.IntRange(1, 150).Draw(t, "changes")
		for n := range steps {
			wait := rapid.Int64Range(0, left/int64(steps+1)).Draw(t, "seconds")
			price := 3000 + rapid.Int64Range(0, rapid.SampledFrom([]int64{60, 6000}).Draw(t, "range")).Draw(t, "more")
			c.change(n, price, c.since.Add(time.Duration(wait)*time.Second))
			var gross int64
			for _, l := range c.sub.Carried.Lines {
				gross += l.Amount.Minor
			}
			due := gross - c.sub.Carried.Credit.Minor
			if due != c.sub.Carried.Due.Minor || due < 0 || due >= 50 || len(c.sub.Carried.Lines) > 100+61 {
				t.Fatalf("%d lines of %d are carried with %v of credit, %v due", len(c.sub.Carried.Lines), gross, c.sub.Carried.Credit, c.sub.Carried.Due)
			}
		}
		c.use(c.sub.Period.End)
		got := c.taken + c.sub.Carried.Due.Minor - c.sub.Spendable().Minor
		off := new(big.Rat).Sub(big.NewRat(got, 1), c.used)
		if off.Abs(off).Cmp(big.NewRat(int64(steps), 1)) > 0 {
			t.Fatalf("%d changes are off by %s", steps, off.FloatString(3))
		}
	})
}

// A renewal that was captured after its subscription's end was asked for is
// given back, and the credit that was promised to what it billed is written
// off with it.
func TestALateCaptureWritesOffWhatIsCarried(t *testing.T) {
	t.Parallel()
	c := begun(t)
	c.change(1, 3060, c.sub.Period.Start.Add(c.sub.Period.End.Sub(c.sub.Period.Start)/2))
	credit, at := c.sub.Balance(), c.sub.Period.End
	locked, v, err := c.sub.Renewal(billing.Terms{Invoice: "inv_2"}, at, time.UTC)
	if err != nil || credit.Minor != 1500 || v.Credit != credit {
		t.Fatalf("it uses %v of %v, %v", v.Credit, credit, err)
	}
	try := billing.Attempt{Payment: "pay_2", Method: c.sub.Method, By: billing.BySystem, At: at, Wall: at.Time()}
	k, err := billing.Case{Subscription: locked, Customer: billing.Customer{ID: "cus_1"}}.Begin(try, v.Dues())
	if err != nil {
		t.Fatal(err)
	}
	k.Subscription.Cancel.Pending, k.At, k.Zone, k.Refund = true, at, time.UTC, "ref_2"
	ch, err := k.Paid("ch")
	if err != nil || ch.Entry == nil || ch.Entry.Balanced() != nil || ch.Refund == nil {
		t.Fatalf("refunded %v with %+v, %v", ch.Refund, ch.Entry, err)
	}
	var used int64
	for _, p := range ch.Entry.Postings {
		if p.Account == billing.AccountCredit {
			used += p.Amount.Minor
		}
	}
	if left := ch.Subscription.Balance(); used != 1500 || !left.Nothing() || !ch.Subscription.Status.Ended() {
		t.Errorf("it is %s with a credit of %v, the journal took %d off", ch.Subscription.Status, left, used)
	}
}
