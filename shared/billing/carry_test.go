package billing_test

import (
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"perennial/shared/billing"
	"perennial/shared/calendar"
	"perennial/shared/merchant"
	"perennial/shared/money"
)

// chain is a subscription that renews, with what it should cost.
type chain struct {
	*rapid.T
	sub             billing.Subscription
	owed, paid      int64
	credit, applied int64 // that it had, and that paid invoices used
}

// lines is what is carried.
func (c *chain) lines() (sum int64) {
	for _, l := range c.sub.Carried.Lines {
		sum += l.Amount.Minor
	}
	return sum
}

// renew bills the next period, and charges or carries it.
func (c *chain) renew(n int) {
	before := c.sub
	at := before.Period.End
	locked, v, err := before.Renewal(billing.Terms{Invoice: fmt.Sprintf("inv_%d", n)}, at, time.UTC)
	if err != nil {
		c.Fatal(err)
	}
	c.owed += before.Price.Amount.Minor
	open := billing.Case{Subscription: locked, Customer: billing.Customer{ID: "cus_1", InvoicePrefix: "C1"}}
	try := billing.Attempt{Payment: fmt.Sprintf("pay_%d", n), Method: before.Method, By: billing.BySystem, At: at, Wall: at.Time()}
	k, err := open.Begin(try, billing.Dues{Invoices: []billing.Invoice{v}, Total: v.Due(), Next: v.Period.End})
	if err != nil {
		c.Fatal(err)
	}
	k.At, k.Zone, k.Fresh = at, time.UTC, []string{"inv_fresh"}
	settle, small := func() (billing.Change, error) { return k.Paid("ch") }, k.Small()
	if small {
		settle = k.Carried
	}
	ch, err := settle()
	if err != nil {
		c.Fatal(err)
	}
	c.sub = ch.Subscription
	c.sub.Version++
	switch last := ch.Invoices[0]; {
	case small && (ch.Payment != nil || ch.Entry != nil || last.Status != billing.InvoiceVoid || last.Number != ""):
		c.Fatalf("carried, %s %q with payment %v and entry %v", last.Status, last.Number, ch.Payment, ch.Entry)
	case !small:
		c.paid, c.applied = c.paid+ch.Payment.Amount.Minor, c.applied+last.Credit.Minor
		if merchant.TooSmall(before.Method.Gateway, ch.Payment.Amount) || last.Number == "" || len(c.sub.Carried.Lines) != 0 {
			c.Fatalf("paid %v by invoice %q, still carried %v", ch.Payment.Amount, last.Number, c.sub.Carried.Lines)
		}
	}
	if c.sub.Status != billing.StatusActive || c.sub.Period.Start != at || len(c.sub.Open) != 0 || c.sub.Lock.Set() || !c.sub.Failure.At.IsZero() {
		c.Fatalf("after a renewal it is %+v", c.sub)
	}
}

// Rules 9: over any chain of renewals, whatever they cost, nothing is lost
// and nothing is paid twice: what was owed is paid, covered by credit, or
// carried; and no payment is less than the gateway takes.
func TestNothingIsLostByCarrying(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		cur := rapid.SampledFrom([]money.Currency{"USD", "GBP", "JPY", "HUF", "KWD"}).Draw(t, "currency")
		c := &chain{T: t}
		c.sub, _ = held(calendar.Interval{Count: 1, Unit: calendar.Month}, billing.StatusActive)
		c.sub.Open, c.sub.Method = nil, billing.Method{ID: "pm_1", Gateway: merchant.GatewaySandbox}
		if c.credit = rapid.Int64Range(0, 300).Draw(t, "credit"); c.credit > 0 {
			some := money.Of(c.credit, cur)
			c.sub.Credits = []billing.Credit{{ID: "pc_1", Gross: some, Left: some, At: start}}
		}
		for n := range rapid.IntRange(1, 40).Draw(t, "renewals") {
			c.sub.Price.Amount = money.Of(rapid.Int64Range(0, 120).Draw(t, "price"), cur)
			c.renew(n)
			if left := c.sub.Balance().Minor; left != c.credit-c.applied {
				t.Fatalf("credit of %d of which %d was used leaves %d", c.credit, c.applied, left)
			}
			if got := c.paid + c.applied + c.lines(); got != c.owed {
				t.Fatalf("owed %d, paid %d, credited %d, carried %d", c.owed, c.paid, c.applied, c.lines())
			}
			if len(c.sub.Carried.Lines) > 0 && !merchant.TooSmall("sandbox", c.sub.Carried.Due) {
				t.Fatalf("%v is carried", c.sub.Carried.Due)
			}
		}
	})
}

// Somebody who moves to a gateway with another minimum, or to a larger plan,
// pays what was carried with the next renewal, exactly once.
func TestWhatIsCarriedFollowsTheMethod(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		c := &chain{T: t}
		c.sub, _ = held(calendar.Interval{Count: 1, Unit: calendar.Month}, billing.StatusActive)
		c.sub.Open, c.sub.Price.Amount = nil, money.Of(20, "USD")
		for n := range 10 {
			c.sub.Method = billing.Method{ID: "pm_1", Gateway: rapid.SampledFrom([]string{merchant.GatewaySandbox, "another"}).Draw(t, "gateway")}
			c.renew(n)
			if c.sub.Method.Gateway == "another" && len(c.sub.Carried.Lines) > 0 {
				t.Fatalf("a gateway without a minimum carries %v", c.sub.Carried)
			}
			if c.paid+c.lines() != c.owed {
				t.Fatalf("owed %d, paid %d, carried %d", c.owed, c.paid, c.lines())
			}
		}
	})
}

// A discount's smallest cart is that of the period's own lines, and no
// discount touches what was carried.
func TestDiscountsLeaveCarriedLinesAlone(t *testing.T) {
	t.Parallel()
	s, _ := held(calendar.Interval{Count: 1, Unit: calendar.Month}, billing.StatusActive)
	s.Open, s.Price.Amount = nil, money.Of(1000, "USD")
	s.Carried.Lines = []billing.Line{{Kind: billing.LineCarried, Firm: true, Amount: money.Of(40, "USD"), Period: s.Period}}
	half := billing.Discount{ID: "dsc_1", Type: billing.DiscountPercentage, BasisPoints: 5000}
	half.Options = []billing.DiscountOption{{Currency: "USD", Default: true, MinimumSubtotal: 1001}}
	for least, want := range map[int64]int64{1001: 1040, 1000: 540} {
		half.Options[0].MinimumSubtotal = least
		s.Discounts = billing.ApplyDiscounts([]billing.Discount{half})
		_, v, err := s.Renewal(billing.Terms{Invoice: "inv_2"}, s.Period.End, time.UTC)
		if err != nil || v.Due().Minor != want || v.Own().Minor != want-40 {
			t.Errorf("from %d on, %v is due, of it %v its own, %v", least, v.Due(), v.Own(), err)
		}
	}
}
