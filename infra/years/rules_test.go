package years

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"perennial/infra/years/oracle"
	"perennial/shared/money"
)

var update = flag.Bool("update", false, "write docs/money.md and the examples of docs/billing.md anew")

// docs/money.md says each rule with an example that is reckoned here, so that
// the page cannot say what the rules do not do.
func TestTheRulesAreDocumentedAsTheyWork(t *testing.T) {
	t.Parallel()
	path := filepath.Join("..", "..", "docs", "money.md")
	got := page()
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil { //nolint:gosec // a page for everybody
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("docs/money.md (-) is not what the rules say (+); go test ./infra/years -run Documented -update\n%s", diff)
	}
}

func page() string {
	var b strings.Builder
	b.WriteString(`# How money is reckoned

The rules of periods, prices, plan changes, taxes, discounts, late payments and refunds, each with an example. The examples are not written by hand: a test reckons them with the independent implementation in [infra/years/oracle](../infra/years/oracle), which ` + "`make story`" + ` compares with the engine over three years of fifty subscriptions, and this page with both.

Amounts are whole minor units of one currency. A fraction stays exact until it is rounded once for each line, half away from zero.

`)
	for _, write := range []func(*strings.Builder){writeDates, writeChanges, writeTaxes, writeDiscounts, writeSmall, writeLate, writePause, writeRefunds} {
		write(&b)
		b.WriteString("\n")
	}
	return strings.TrimRight(b.String(), "\n") + "\n"
}

// table writes a heading, a text and rows under their names.
func table(b *strings.Builder, title, text string, columns []string, rows [][]string) {
	fmt.Fprintf(b, "## %s\n\n%s\n\n| %s |\n|%s\n", title, text, strings.Join(columns, " | "), strings.Repeat(" --- |", len(columns)))
	for _, r := range rows {
		fmt.Fprintf(b, "| %s |\n", strings.Join(r, " | "))
	}
}

func writeDates(b *strings.Builder) {
	var rows [][]string
	for _, d := range dates {
		zone := zoneOf(d.zone)
		var local []string
		for n := range d.want {
			local = append(local, oracle.DateAt(day(d.start), d.every, n+1, zone).In(zone).Format("2 Jan 2006 15:04"))
		}
		rows = append(rows, []string{d.name, day(d.start).In(zone).Format("2 Jan 2006 15:04"), strings.Join(local, ", ")})
	}
	table(b, "Billing dates", "Date n is the first date moved by n intervals in the business's time zone, on the last day of a month that is too short; it is never counted from the date before. A time that clocks skip moves to the first one after the gap; of one that they repeat the earlier counts.",
		[]string{"Case", "Begins (local)", "Dates (local)"}, rows)
}

func usd(minor int64) string { return fmt.Sprintf("%d.%02d", minor/100, minor%100) }

func writeChanges(b *strings.Builder) {
	var rows [][]string
	for _, c := range changes {
		s := c.play()
		var now int64
		for _, bill := range s.Bills[1:] {
			now += bill.Due()
		}
		credit := s.Credit
		var later []string
		for range c.renewals {
			s.Advance(s.End)
			later = append(later, usd(s.Bills[len(s.Bills)-1].Due()))
		}
		rows = append(rows, []string{c.name, "`" + string(c.mode) + "`", usd(now), usd(credit), strings.Join(later, ", ")})
	}
	table(b, "Plan changes", "`prorated_immediately` charges the new plan for the time that is left, by the second and over the whole period, and gives back what was paid for that time on the old one. `difference_immediately` charges the whole difference; a cheaper plan gives back unused time only. Neither moves the billing date. `full_immediately` charges the whole price and begins a period, as do a change of interval and the end of a trial. `do_not_bill` changes nothing now. What is given back is at most what was paid and not refunded or disputed, with the tax that was paid on it; it goes off after tax, and what is left of it pays the next invoices.",
		[]string{"Example", "Mode", "Now", "Credit left", "Renewals"}, rows)
}

func writeTaxes(b *strings.Builder) {
	var rows [][]string
	for _, c := range taxes {
		how := "on top"
		if c.inclusive {
			how = "within"
		}
		rows = append(rows, []string{fmt.Sprint(c.amount), c.percent + " %", how, fmt.Sprint(c.tax)})
	}
	table(b, "Tax", "Tax is reckoned for each line after its discounts, on top of an exclusive price and within an inclusive one, at the rate of the day of payment, in the buyer's country. An issued invoice never changes. The merchant sells: without a registration that is valid that day nothing is collected.",
		[]string{"Amount (minor units)", "Rate", "Tax", "Is"}, rows)
}

func writeDiscounts(b *strings.Builder) {
	var rows [][]string
	for _, c := range stacked {
		rows = append(rows, []string{c.name, strings.Trim(fmt.Sprint(c.prices), "[]"), strings.Trim(fmt.Sprint(oracle.Taken(c.prices, c.discounts)), "[]")})
	}
	table(b, "Discounts", "Codes take off in their order, each from what the ones before have left. A flat amount and a cap are spread over the lines by largest remainder. A cycle is used up by a paid period: by no trial, and by no change of plan within a period.",
		[]string{"Example", "Prices", "Taken off"}, rows)
}

func writeSmall(b *strings.Builder) {
	s := &oracle.Sub{
		Zone: time.UTC, Rates: oracle.Rates{Zone: time.UTC, Steps: []oracle.Step{{From: "2020", Percent: "19"}}}, TrialDays: 31, Least: 50,
		Plan: oracle.Plan{Items: []oracle.Item{{ID: "tiny", Unit: 20, Quantity: 1}}, Every: monthly},
		Term: oracle.Every{Count: 10, Unit: "Year"}, Card: func(time.Time) oracle.Card { return oracle.Good },
	}
	s.Begin(day("2027-01-01"))
	var rows [][]string
	for range 5 {
		bills, on := len(s.Bills), s.End
		s.Advance(on)
		pays, of, waits := "nothing", "", int64(0)
		if len(s.Bills) > bills {
			last := s.Bills[bills]
			pays, of = usd(last.Due()), fmt.Sprintf("%d, with %s tax", len(last.Lines), usd(last.Tax))
		}
		for _, l := range s.Carried {
			waits += l.Amount
		}
		rows = append(rows, []string{on.Format("2 January"), pays, of, usd(waits)})
	}
	table(b, "Too little to be charged", "What is below the smallest charge of the gateway is carried to the next invoice, of a renewal or of a change of plan: its lines, priced and discounted, are on that invoice beside its own, and all are taxed on the day of payment. The dates move on as if it were paid, and credit waits for the invoice that is. So what is carried, less the credit that waits for it, is always below the smallest charge; when the subscription ends it is written off.",
		[]string{"0.20 a month and 19 %, smallest charge 0.50", "Pays", "Lines", "Carried, before tax"}, rows)
}

// late is a monthly subscription of 20.00 from 31 January whose card fails in
// March and whose customer pays some time after.
func late(after time.Duration) *oracle.Sub {
	card := oracle.Good
	s := &oracle.Sub{
		Zone: time.UTC, Rates: oracle.Rates{Zone: time.UTC}, Plan: oracle.Plan{Items: starter, Every: monthly},
		Term: oracle.Every{Count: 10, Unit: "Year"}, Keep: 7 * 24 * time.Hour, Card: func(time.Time) oracle.Card { return card },
	}
	s.Begin(day("2027-01-31"))
	s.Advance(day("2027-03-01"))
	card = oracle.Dead
	s.Advance(day("2027-03-31"))
	s.Pay(day("2027-03-31").Add(after))
	card = oracle.Good
	return s
}

func writeLate(b *strings.Builder) {
	var rows [][]string
	for _, days := range []int{0, 1, 6, 7, 14, 45} {
		s := late(time.Duration(days) * 24 * time.Hour)
		rows = append(rows, []string{fmt.Sprintf("%d days late", days), usd(s.Bills[len(s.Bills)-1].Due()),
			s.Start.Format("2 January") + " to " + s.End.Format("2 January 2006")})
	}
	table(b, "Late payment", "An unpaid renewal puts a subscription on hold. Paid within seven days of its due date, and before its period is over, it keeps the dates. Later it is replaced by a whole period that begins at payment, and its term ends as much later.",
		[]string{"20.00 a month since 31 January, due on 31 March", "Pays", "For"}, rows)
}

func writePause(b *strings.Builder) {
	s := late(0)
	s.Pause(day("2027-04-10"))
	s.Resume(day("2027-05-02"))
	table(b, "Pauses", "A pause stops time: nothing renews, and the billing date, the trial and the term are later by its length. Paused time counts as neither used nor left.",
		[]string{"Paid until", "Paused", "Resumed", "Paid until then"},
		[][]string{{"30 April 2027", "10 April", "2 May", s.End.Format("2 January 2006")}})
}

func writeRefunds(b *strings.Builder) {
	line := oracle.Line{Tax: 86, Gross: 1147}
	var rows [][]string
	var before int64
	for _, amount := range []int64{822, 34, 291} {
		rows = append(rows, []string{fmt.Sprint(amount), fmt.Sprint(line.Refund(before, amount))})
		before += amount
	}
	table(b, "Refunds", "The tax in a part is the tax of all parts so far, rounded once, less what earlier parts held; a whole refund holds the whole tax. More than was paid never goes back, and what went back is not given as credit again.",
		[]string{"Of 1147 yen with 86 tax within", "Tax in it"}, rows)
}

// The page's amounts have two decimals; its currencies must too.
func TestThePageShowsCents(t *testing.T) {
	t.Parallel()
	if money.Currency("USD").Exponent() != 2 || usd(2505) != "25.05" {
		t.Error("the page would show wrong amounts")
	}
}
