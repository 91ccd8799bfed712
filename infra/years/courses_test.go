package years

import (
	"fmt"
	"testing"

	"perennial/shared/billing"
	"perennial/shared/calendar"
	"perennial/shared/lifecycle/lifecycletest"
	"perennial/shared/money"
	"perennial/shared/proration"
	"perennial/shared/record"
)

// courses are examples of how subscriptions run.
var courses = []example{
	{
		"Trials", "A trial charges nothing, stores the card with the bank's consent, and moves the first paid period to its end. Its end is the anchor of all later dates.",
		statement, trialCourse,
	},
	{
		"Counting days, and starting a new cycle", "By seconds unless `count_days` is set; then the day of the change counts for the new plan whole. With `restart_billing_cycle`, or where the interval changes, the new plan is charged for a whole period that begins now, less what is left of the old one.",
		[]string{"20.00 to 50.00 at 18:00 on 16 May", "Left of May", "Charged", "Given back", "To pay", "New period"}, grains,
	},
	{
		"On demand", "The first step stores a method and charges nothing. Then nothing happens by date: the merchant's program names each amount.",
		statement, onDemandCourse,
	},
	{
		"Manual", "The invoice is issued seven days before the period ends, with its number; paid at any time until then, the dates stay.",
		[]string{"On", "Happens", "Invoice", "Is", "Period paid until"}, manualCourse,
	},
	{
		"Reminders", "Before every renewal of at least four weeks, longer before what is charged once a year, and before a trial turns into a charge; the last two cannot be switched off.",
		[]string{"Subscription", "Mail", "Days before the charge"}, reminderCourse,
	},
	{
		"The test clock", "Moved by `POST /test-clock/advance`, it stops at each thing that falls due, in order; nothing is skipped and nothing happens twice. Here it is moved once, from 3 February, by 65 days, with 20.00 a month since 31 January and 50.00 every three weeks since that day.",
		[]string{"On", "Charged"}, clockCourse,
	},
	{
		"What comes next", "`GET /subscriptions/{id}/upcoming` makes the next invoices as renewals will: with the discounts and credits that will be left by then. Here half off, for two periods, one of which is paid.",
		[]string{"Invoice for", "Price", "Discount", "To pay"}, upcomingCourse,
	},
}

func trialCourse(t *testing.T) [][]string {
	w := lifecycletest.New(t)
	ordered(w, func(c *billing.Cart) { c.TrialDays = 14 })
	w.Advance(45 * aDay)
	return documents(w)
}

func grains(t *testing.T) [][]string {
	usd := func(minor int64) money.Amount { return money.Of(minor, "USD") }
	may := calendar.Period{Start: calendar.At(day("2027-05-01")), End: calendar.At(day("2027-06-01"))}
	change := proration.Change{
		Mode: proration.Prorated, Period: may, At: calendar.At(day("2027-05-16T18:00")), Zone: day("2027-05-01").Location(),
		Old: []proration.Item{{ID: "a", Unit: usd(2000), Quantity: 1}}, New: []proration.Item{{ID: "b", Unit: usd(5000), Quantity: 1}},
		Funded: proration.Funded{From: may.Start, Paid: usd(2000), Due: usd(2000), Tax: usd(0)},
	}
	var rows [][]string
	for _, c := range []struct {
		name   string
		policy proration.Policy
	}{{"by seconds", proration.Policy{}}, {"`count_days`", proration.Policy{Days: true}}, {"`restart_billing_cycle`", proration.Policy{Restart: true}}} {
		change.Policy = c.policy
		q, err := proration.Price(change)
		if err != nil {
			t.Fatal(err)
		}
		charged := q.Charge[0].Amount
		back := q.Credit.Gross
		period := "1 May to 1 Jun, as before"
		if q.Restart {
			period = "16 May to 16 Jun"
		}
		rows = append(rows, []string{c.name, q.Left.RatString(), amount(charged), amount(back), amount(usd(charged.Minor - back.Minor)), period})
	}
	return rows
}

func onDemandCourse(t *testing.T) [][]string {
	w := lifecycletest.New(t)
	sub := ordered(w, func(c *billing.Cart) { c.OnDemand = &billing.OnDemand{MandateOnly: true} })
	for _, minor := range []int64{700, 1250} {
		w.Advance(40 * aDay)
		if _, err := w.Sales(w.Store).Charge(t.Context(), w.Scope, record.System, sub.ID, billing.Charge{Amount: minor}); err != nil {
			t.Fatal(err)
		}
	}
	return documents(w)
}

func manualCourse(t *testing.T) [][]string {
	w := lifecycletest.New(t)
	sell(w, func(p *billing.Product) { p.Collect = billing.CollectManual })
	s := w.Active("visa_ok")
	var rows [][]string
	note := func(happens, invoice string) {
		s = w.Sub(s.ID)
		v := lifecycletest.Get[billing.Invoice](w, invoice)
		rows = append(rows, []string{onDay(w.Now()), happens, v.Number, string(v.Status), onDay(s.Period.End)})
	}
	first := lifecycletest.All[billing.Invoice](w)[0].ID
	note("the first period is paid", first)
	w.AdvanceTo(s.Period.End.Add(-7 * aDay))
	second := w.Sub(s.ID).Open[0]
	note("the next invoice is issued and mailed", second)
	w.Advance(3 * aDay)
	if _, err := w.Pay(s.ID, "mastercard_ok"); err != nil {
		t.Fatal(err)
	}
	note("its customer pays", second)
	w.AdvanceTo(s.Period.End.Add(-7 * aDay))
	third := w.Sub(s.ID).Open[0]
	note("the next one is issued", third)
	w.Advance(8 * aDay)
	note("nobody has paid: `"+string(w.Sub(s.ID).Status)+"`, with access", third)
	w.Advance(7 * aDay)
	note("nobody has paid in seven days of grace: `"+string(w.Sub(s.ID).Status)+"`", third)
	return rows
}

func reminderCourse(t *testing.T) [][]string {
	var rows [][]string
	for _, c := range []struct {
		name  string
		every calendar.Interval
		trial int
	}{
		{"monthly", calendar.Interval{Count: 1, Unit: calendar.Month}, 0},
		{"yearly", calendar.Interval{Count: 1, Unit: calendar.Year}, 0},
		{"monthly, after a trial of 14 days", calendar.Interval{Count: 1, Unit: calendar.Month}, 14},
	} {
		w := lifecycletest.New(t)
		sell(w, func(p *billing.Product) { p.Price.Every, p.Price.TrialDays = c.every, c.trial })
		w.AdvanceTo(w.Active("visa_ok").Period.End)
		for _, o := range w.Store.Outboxes() {
			for _, e := range o.Events {
				if s, _ := record.Find(o, func(s billing.Subscription) bool { return s.ID == e.Object }); e.Type == billing.EventReminder {
					rows = append(rows, []string{c.name, "`" + e.Reason + "`", fmt.Sprint(s.Period.End.Sub(o.At).Hours() / 24)})
				}
			}
		}
	}
	return rows
}

func clockCourse(t *testing.T) [][]string {
	w := lifecycletest.New(t)
	w.Active("visa_ok")
	w.Advance(3 * aDay)
	sell(w, func(p *billing.Product) {
		p.ID, p.Version, p.Name = "pdt_weeks", 0, "Atlas Archive"
		p.Price.Amount, p.Price.Every = money.Of(5000, "USD"), calendar.Interval{Count: 3, Unit: calendar.Week}
	})
	w.Active("mastercard_ok")
	begun := w.Now()
	w.Advance(65 * aDay)
	var rows [][]string
	for _, p := range lifecycletest.All[billing.Payment](w) { // newest first
		if p.CreatedAt > begun {
			rows = append([][]string{{onDay(p.CreatedAt), amount(p.Amount)}}, rows...)
		}
	}
	return rows
}

func upcomingCourse(t *testing.T) [][]string {
	w := lifecycletest.New(t)
	half := billing.Discount{ID: "dsc_1", Code: "HALF", Type: billing.DiscountPercentage, BasisPoints: 5000, Cycles: 2}
	w.Put(half, billing.DiscountCode{Code: half.Code, Discount: half.ID})
	sub := ordered(w, func(c *billing.Cart) { c.Codes = []string{half.Code} })
	next, err := sub.Upcoming(billing.Terms{Customer: w.Customer}, 3, zoneOf("Europe/Berlin"))
	if err != nil {
		t.Fatal(err)
	}
	var rows [][]string
	for _, v := range next {
		rows = append(rows, []string{periodOf(v.Period), amount(v.Subtotal), amount(v.Discount), amount(v.Due())})
	}
	return rows
}
