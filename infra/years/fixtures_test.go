package years

import (
	"fmt"
	"math/big"
	"testing"
	"time"

	"perennial/infra/years/oracle"
	"perennial/shared/calendar"
	"perennial/shared/money"
	"perennial/shared/proration"
	"perennial/shared/tax"
)

// changed is a worked example of a plan change in the middle of a period.
type changed struct {
	name, source string
	from, to     []oracle.Item
	mode         oracle.Mode
	start, at    string // days at midnight, UTC
	every        oracle.Every
	now          int64   // charged at once
	renewals     []int64 // charged at the dates that follow
}

const (
	dodo   = "Dodo Payments, guide to upgrades and downgrades: 30-day cycle from 1 January, change on 16 January"
	stripe = "Stripe, billing/subscriptions/prorations"
)

func one(id string, unit int64) []oracle.Item {
	return []oracle.Item{{ID: id, Unit: unit, Quantity: 1}}
}

var (
	basic, pro, starter = one("basic", 3000), one("pro", 8000), one("starter", 2000)
	thirtyDays          = oracle.Every{Count: 30, Unit: "Day"}
	monthly             = oracle.Every{Count: 1, Unit: "Month"}
)

// changes are the examples. What is charged follows rules.md where it decides
// otherwise than the page: the cycle goes on (rules 1).
var changes = []changed{
	{name: "Basic to Pro, prorated", source: dodo, from: basic, to: pro, mode: oracle.Prorated,
		start: "2028-01-01", at: "2028-01-16", every: thirtyDays, now: 2500, renewals: []int64{8000}},
	{name: "Pro to Starter, prorated: a credit of 30.00", source: dodo, from: pro, to: starter, mode: oracle.Prorated,
		start: "2028-01-01", at: "2028-01-16", every: thirtyDays, now: 0, renewals: []int64{0, 1000, 2000}},
	{name: "Basic to Pro, by difference", source: dodo, from: basic, to: pro, mode: oracle.Difference,
		start: "2028-01-01", at: "2028-01-16", every: thirtyDays, now: 5000, renewals: []int64{8000}},
	{name: "Basic to Pro, full", source: dodo, from: basic, to: pro, mode: oracle.FullPrice,
		start: "2028-01-01", at: "2028-01-16", every: thirtyDays, now: 8000, renewals: []int64{8000}},
	{name: "Basic to Pro, nothing billed", source: dodo, from: basic, to: pro, mode: oracle.DoNotBill,
		start: "2028-01-01", at: "2028-01-16", every: thirtyDays, now: 0, renewals: []int64{8000}},
	{name: "Basic to Pro with three seats at 10.00", source: dodo, from: basic,
		to: append(one("pro", 8000), oracle.Item{ID: "seat", Unit: 1000, Quantity: 3}), mode: oracle.Prorated,
		start: "2028-01-01", at: "2028-01-16", every: thirtyDays, now: 4000, renewals: []int64{11000}},
	{name: "10 to 20 USD at half time: -5 + 10", source: stripe, from: one("ten", 1000), to: one("twenty", 2000), mode: oracle.Prorated,
		start: "2028-04-01", at: "2028-04-16", every: monthly, now: 500, renewals: []int64{2000}},
	{name: "100 to 200 USD in the middle of May", source: stripe, from: one("a", 10000), to: one("b", 20000), mode: oracle.Prorated,
		start: "2028-05-01", at: "2028-05-16T12:00", every: monthly, now: 5000, renewals: []int64{20000}},
	{name: "by hand: 19.99 to 49.99 with 10 of 31 days left is 16.13 - 6.45", source: "reckoned by hand: 4999*10/31 = 1612.58, 1999*10/31 = 644.84",
		from: one("a", 1999), to: one("b", 4999), mode: oracle.Prorated,
		start: "2028-03-01", at: "2028-03-22", every: monthly, now: 1613 - 645, renewals: []int64{4999}},
}

func day(text string) time.Time {
	for _, layout := range []string{"2006-01-02", "2006-01-02T15:04", "2006-01-02T15:04:05"} {
		if at, err := time.Parse(layout, text); err == nil {
			return at
		}
	}
	panic("not a day: " + text)
}

// play lets the oracle live through an example.
func (c changed) play() *oracle.Sub {
	s := &oracle.Sub{
		Zone: time.UTC, Rates: oracle.Rates{Zone: time.UTC}, Plan: oracle.Plan{Items: c.from, Every: c.every},
		Term: oracle.Every{Count: 10, Unit: "Year"}, Card: func(time.Time) oracle.Card { return oracle.Good },
	}
	s.Begin(day(c.start))
	s.Advance(day(c.at))
	s.Change(day(c.at), oracle.Plan{Items: c.to, Every: c.every}, c.mode, false)
	return s
}

// Rules 1, 2, 25; R302: the vendors' worked examples, by the oracle.
func TestTheOracleAgreesWithTheExamples(t *testing.T) {
	t.Parallel()
	for _, c := range changes {
		s := c.play()
		var now int64
		for _, b := range s.Bills[1:] {
			now += b.Due()
		}
		if now != c.now {
			t.Errorf("%s (%s): charged %d, want %d", c.name, c.source, now, c.now)
		}
		for i, want := range c.renewals {
			s.Advance(s.End)
			if got := s.Bills[len(s.Bills)-1].Due(); got != want {
				t.Errorf("%s (%s): renewal %d is %d, want %d", c.name, c.source, i+1, got, want)
			}
		}
	}
}

// The same examples by the engine's arithmetic.
func TestTheEngineAgreesWithTheExamples(t *testing.T) {
	t.Parallel()
	for _, c := range changes {
		old, fresh := c.items(c.from), c.items(c.to)
		var paid int64
		for _, i := range c.from {
			paid += i.Unit * i.Quantity
		}
		start := calendar.At(day(c.start))
		end := calendar.Boundary(start, calendar.Interval{Count: c.every.Count, Unit: calendar.Unit(c.every.Unit)}, 1, time.UTC)
		q, err := proration.Price(proration.Change{
			Mode: proration.Mode(c.mode), Old: old, New: fresh, Period: calendar.Period{Start: start, End: end},
			At: calendar.At(day(c.at)), Zone: time.UTC,
			Funded: proration.Funded{From: start, Paid: money.Of(paid, "USD"), Due: money.Of(paid, "USD"), Tax: money.Of(0, "USD")},
		})
		if err != nil {
			t.Fatal(err)
		}
		now := -q.Credit.Gross.Minor
		for _, l := range q.Charge {
			now += l.Amount.Minor
		}
		if max(now, 0) != c.now {
			t.Errorf("%s (%s): charged %d, want %d", c.name, c.source, now, c.now)
		}
	}
}

func (c changed) items(of []oracle.Item) []proration.Item {
	var items []proration.Item
	for _, i := range of {
		items = append(items, proration.Item{ID: i.ID, Unit: money.Of(i.Unit, "USD"), Quantity: i.Quantity})
	}
	return items
}

// dates are billing dates as bookkeepers know them.
var dates = []struct {
	name, zone, start string
	every             oracle.Every
	want              []string // local
}{
	{"monthly from the 31st (Stripe, billing cycle anchor)", "UTC", "2027-01-31", monthly,
		[]string{"2027-02-28", "2027-03-31", "2027-04-30", "2027-05-31"}},
	{"monthly from the 30th, leap year", "UTC", "2028-01-30", monthly, []string{"2028-02-29", "2028-03-30"}},
	{"yearly from 29 February", "UTC", "2028-02-29", oracle.Every{Count: 1, Unit: "Year"},
		[]string{"2029-02-28", "2030-02-28", "2031-02-28", "2032-02-29"}},
	{"quarterly from 30 November", "UTC", "2026-11-30", oracle.Every{Count: 3, Unit: "Month"},
		[]string{"2027-02-28", "2027-05-30", "2027-08-30", "2027-11-30"}},
	{"daily over the skipped hour in Berlin", "Europe/Berlin", "2027-03-27T01:30", oracle.Every{Count: 1, Unit: "Day"},
		[]string{"2027-03-28T01:00", "2027-03-29T00:30"}},
	{"monthly onto the repeated hour in New York: the earlier", "America/New_York", "2027-10-07T05:30", monthly,
		[]string{"2027-11-07T05:30"}},
	{"weekly over the end of summer time in Berlin", "Europe/Berlin", "2027-10-26T09:00", oracle.Every{Count: 1, Unit: "Week"},
		[]string{"2027-11-02T10:00"}},
}

// Peers 4.1, 4.2: month ends, leap years and clock changes; both calendars.
// Starts and dates are UTC instants.
func TestBothCalendarsAgreeWithTheExamples(t *testing.T) {
	t.Parallel()
	for _, d := range dates {
		zone, err := time.LoadLocation(d.zone)
		if err != nil {
			t.Fatal(err)
		}
		for i, want := range d.want {
			if got := oracle.DateAt(day(d.start), d.every, i+1, zone); !got.Equal(day(want)) {
				t.Errorf("%s: the oracle's date %d is %v, want %s", d.name, i+1, got, want)
			}
			every := calendar.Interval{Count: d.every.Count, Unit: calendar.Unit(d.every.Unit)}
			if got := calendar.Boundary(calendar.At(day(d.start)), every, i+1, zone).Time(); !got.Equal(day(want)) {
				t.Errorf("%s: the engine's date %d is %v, want %s", d.name, i+1, got, want)
			}
		}
	}
}

// taxes were reckoned by hand: amount, rate in percent, tax.
var taxes = []struct {
	amount    int64
	percent   string
	inclusive bool
	tax       int64
}{
	{2000, "19", false, 380},
	{11900, "19", true, 1900},
	{9999, "21", false, 2100},     // 2099.79
	{9999, "21", true, 1735},      // 1735.36
	{1050, "8.875", false, 93},    // 93.1875
	{100, "10.5", false, 11},      // 10.5: half away from zero
	{1000, "10", true, 91},        // 90.909, yen
	{333, "5", false, 17},         // 16.65
	{123456, "10", false, 12346},  // 12345.6, three decimals
	{-1000, "10.05", false, -101}, // -100.5: a credit mirrors its charge
	{1, "25.5", false, 0},         // 0.255
}

// R271, rules 5 of design: tax on top and within, one rounding.
func TestBothTaxesAgreeWithTheExamples(t *testing.T) {
	t.Parallel()
	for _, c := range taxes {
		rate, err := tax.ParseRate(c.percent)
		if err != nil {
			t.Fatal(err)
		}
		got, err := tax.Decision{Rate: rate}.Apply(money.Of(c.amount, "USD"), c.inclusive)
		if err != nil || got.Tax.Minor != c.tax {
			t.Errorf("engine: %s %% of %d is %v (%v), want %d", c.percent, c.amount, got.Tax, err, c.tax)
		}
		share, _ := new(big.Rat).SetString(c.percent)
		if tax := oracle.Tax(c.amount, share.Quo(share, big.NewRat(100, 1)), c.inclusive); tax != c.tax {
			t.Errorf("oracle: %s %% of %d is %d, want %d", c.percent, c.amount, tax, c.tax)
		}
	}
}

// stacked are discounts in their order, reckoned by hand.
var stacked = []struct {
	name      string
	prices    []int64
	discounts []oracle.Discount
	want      []int64
}{
	{"10 % then 20 % is 28 %", []int64{10000}, []oracle.Discount{{Bps: 1000}, {Bps: 2000}}, []int64{2800}},
	{"540 basis points of 19.99", []int64{1999}, []oracle.Discount{{Bps: 540}}, []int64{108}}, // 107.946
	{"5.00 off two lines, pooled", []int64{1000, 2000}, []oracle.Discount{{Flat: 500}}, []int64{167, 333}},
	{"a flat amount never exceeds the price", []int64{300}, []oracle.Discount{{Flat: 500}}, []int64{300}},
	{"half, at most 8.00", []int64{1000, 3000}, []oracle.Discount{{Bps: 5000, Cap: 800}}, []int64{200, 600}},
	{"three equal lines share a cent that is left to the first", []int64{100, 100, 100}, []oracle.Discount{{Flat: 100}}, []int64{34, 33, 33}},
}

// Dodo 3.4: codes stack in their order, each on the reduced price.
func TestTheOracleStacksDiscounts(t *testing.T) {
	t.Parallel()
	for _, c := range stacked {
		if got := fmt.Sprint(oracle.Taken(c.prices, c.discounts)); got != fmt.Sprint(c.want) {
			t.Errorf("%s: %s, want %v", c.name, got, c.want)
		}
	}
}
