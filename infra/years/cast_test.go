package years

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"perennial/infra/years/oracle"
	"perennial/shared/billing"
	"perennial/shared/calendar"
	"perennial/shared/lifecycle/lifecycletest"
	"perennial/shared/money"
	"perennial/shared/tax"
)

// place is where a customer lives, and what is taxed there. The seller is in
// France. Rates after the first are set by the merchant as overrides.
type place struct {
	country, zone string // of tax days
	steps         []oracle.Step
}

var places = []place{
	{"US", "UTC", nil}, // no registration: nothing is collected (rules 15)
	{"DE", "Europe/Berlin", []oracle.Step{{From: "2020", Percent: "19"}, {From: "2028-07-01", Percent: "16"}, {From: "2029-01-01", Percent: "19.5"}}},
	{"FR", "Europe/Paris", []oracle.Step{{From: "2020", Percent: "20"}}},
	{"GB", "Europe/London", []oracle.Step{{From: "2020", Percent: "20"}, {From: "2028-04-06", Percent: "17.5"}}},
	{"CH", "Europe/Zurich", []oracle.Step{{From: "2024", Percent: "8.1"}, {From: "2028-01-01", Percent: "8.875"}}},
	{"FI", "Europe/Helsinki", []oracle.Step{{From: "2024-09-01", Percent: "25.5"}}},
	{"JP", "UTC", []oracle.Step{{From: "2020-01-01", Percent: "10"}, {From: "2028-10-01", Percent: "12"}}},
	{"KW", "UTC", []oracle.Step{{From: "2020-01-01", Percent: "5"}}},
}

// seller is the merchant's tax settings for the places.
func seller() tax.Seller {
	s := tax.Seller{Country: "FR", Registrations: []tax.Registration{
		{Country: "FR", Scheme: tax.Local, Number: "FR40303265045", From: "2020-01-01"},
		{Country: "FR", Scheme: tax.OSS, Number: "FR40303265045", From: "2020-01-01"},
	}}
	for _, p := range places {
		if slices.Contains([]string{"GB", "CH", "JP", "KW"}, p.country) {
			s.Registrations = append(s.Registrations, tax.Registration{Country: p.country, Scheme: tax.Local, Number: p.country + "1", From: "2020-01-01"})
		}
		for _, step := range p.steps {
			if rate, err := tax.ParseRate(step.Percent); err == nil && len(step.From) == len(time.DateOnly) {
				s.Overrides = append(s.Overrides, tax.Override{Country: p.country, Rate: rate, From: tax.Date(step.From)})
			}
		}
	}
	return s
}

// member is one customer with one subscription, in the engine and in the
// oracle.
type member struct {
	name     string
	customer billing.Customer
	sub      string // id in the engine
	o        *oracle.Sub
	card     oracle.Card
	plans    []oracle.Plan // of products pdt_<name>_<n>, without addons
	addon    oracle.Item
	bills    int               // of the oracle's that were compared
	invoices []billing.Invoice // as they were compared, one for each bill
	quiet    time.Time         // until then a change waits for its payment, and holds credit
	refunded map[string]int64  // by payment
	log      []string
}

func (m *member) note(at time.Time, format string, args ...any) {
	m.log = append(m.log, at.Format("2006-01-02 15:04:05 ")+fmt.Sprintf(format, args...))
}

var (
	zones     = []string{"UTC", "Europe/Berlin", "America/New_York", "Asia/Tokyo", "Australia/Lord_Howe", "America/St_Johns", "Pacific/Apia", "Asia/Kolkata"}
	intervals = []oracle.Every{
		{Count: 1, Unit: "Month"}, {Count: 1, Unit: "Month"}, {Count: 1, Unit: "Month"}, {Count: 3, Unit: "Month"}, {Count: 6, Unit: "Month"},
		{Count: 1, Unit: "Year"}, {Count: 30, Unit: "Day"}, {Count: 2, Unit: "Week"}, {Count: 1, Unit: "Week"}, {Count: 1, Unit: "Month"},
	}
	currencies = []struct {
		code  money.Currency
		price int64
		least int64 // the smallest charge
	}{{"USD", 1999, 50}, {"EUR", 2900, 50}, {"JPY", 1480, 50}, {"KWD", 6475, 0}, {"EUR", 4995, 50}}
	discounts = [][]oracle.Discount{
		nil, nil,
		{{Bps: 5000, Cycles: 1}},
		{{Bps: 1500, Cycles: 3, Keep: true}},
		{{Bps: 2000, Keep: true}, {Bps: 1000, Cycles: 12, Keep: true}},
		{{Bps: 1000}},
		{{Flat: 333, Keep: true}},
		{{Bps: 540, Keep: true}, {Flat: 250, Cycles: 4, Keep: true}},
		{{Bps: 5000, Cap: 700, Cycles: 6}},
	}
)

// settle lets a new customer buy, with everything about them drawn from the
// random source, and the number making sure that every kind is there.
func (tn *town) settle(n int, r *rand.Rand) *member {
	tn.t.Helper()
	name := fmt.Sprintf("m%02d", n)
	m := &member{name: name, refunded: map[string]int64{}}
	now := tn.now()
	cur, where := currencies[n%len(currencies)], places[r.IntN(len(places))]
	if n%10 == 9 { // less than any gateway takes
		cur.price = 14
	}
	every := intervals[n%len(intervals)]
	if n == 7 { // pays on the very day on which a rate changes
		every, where = oracle.Every{Count: 1, Unit: "Day"}, places[1]
	}
	m.customer = billing.Customer{ID: "cus_" + name, Email: name + "@example.com", Name: name, InvoicePrefix: "C" + name, CreatedAt: now}
	inclusive := n%3 == 0
	objects := []any{m.customer}
	term := oracle.Every{Count: 10 - 8*(n%5/4), Unit: "Year"} // some end within the story
	for i, factor := range []int64{100, 251, 63} {
		plan := oracle.Plan{Every: every, Inclusive: inclusive, Items: []oracle.Item{{ID: fmt.Sprintf("pdt_%s_%d", name, i), Unit: cur.price * factor / 100, Quantity: 1}}}
		if i == 2 && n%4 == 0 {
			plan.Every = oracle.Every{Count: 1, Unit: "Year"}
			plan.Items[0].Unit *= 7
		}
		m.plans = append(m.plans, plan)
		objects = append(objects, product(plan, term, cur.code, now))
	}
	m.addon = oracle.Item{ID: "adn_" + name, Unit: cur.price / 7, Quantity: 3}
	objects = append(objects, billing.Addon{ID: m.addon.ID, Name: "Seat", TaxCategory: "saas", Price: money.Of(m.addon.Unit, cur.code), CreatedAt: now})
	var codes []string
	given := slices.Clone(discounts[r.IntN(len(discounts))])
	for i := range given {
		given[i].ID = fmt.Sprintf("dsc_%s_%d", name, i)
		d := discount(given[i], cur.code)
		codes = append(codes, d.Code)
		objects = append(objects, d, billing.DiscountCode{Code: d.Code, Discount: d.ID})
	}
	zone := zones[r.IntN(len(zones))]
	state := tn.state()
	state.Business.Zone = zone
	tn.put(append(objects, state)...)
	first := m.plans[0]
	first.Items = slices.Clone(first.Items)
	first.Items[0].Quantity = 1 + int64(n%3)
	trial := []int{0, 0, 0, 14, 0, 30, 0, 7}[r.IntN(8)]
	if n%10 == 9 {
		trial = 14 // no first payment is so little
	}
	m.o = &oracle.Sub{
		Zone: zoneOf(zone), Rates: oracle.Rates{Zone: zoneOf(where.zone), Steps: where.steps}, Plan: first,
		Discounts: given, TrialDays: trial, Term: term, Keep: 7 * 24 * time.Hour, Least: cur.least,
		Retries: []time.Duration{24 * time.Hour, 48 * time.Hour, 72 * time.Hour, 96 * time.Hour},
	}
	m.o.Card = func(time.Time) oracle.Card { return m.card }
	m.buy(tn, where, codes)
	return m
}

// newcomer is a plain monthly subscription in the United States.
func (tn *town) newcomer() *member {
	tn.t.Helper()
	m := &member{name: "plain", refunded: map[string]int64{}}
	plan := oracle.Plan{Every: oracle.Every{Count: 1, Unit: "Month"}, Items: []oracle.Item{{ID: "pdt_plain", Unit: 2000, Quantity: 1}}}
	term := oracle.Every{Count: 10, Unit: "Year"}
	m.customer = billing.Customer{ID: "cus_plain", Email: "plain@example.com", Name: "Plain", InvoicePrefix: "PLAIN", CreatedAt: tn.now()}
	tn.put(m.customer, product(plan, term, "USD", tn.now()))
	m.o = &oracle.Sub{
		Zone: time.UTC, Rates: oracle.Rates{Zone: time.UTC}, Plan: plan, Term: term, Keep: 7 * 24 * time.Hour, Least: 50,
		Card: func(time.Time) oracle.Card { return m.card },
	}
	m.buy(tn, places[0], nil)
	return m
}

// buy orders and pays, in the engine and in the oracle.
func (m *member) buy(tn *town, where place, codes []string) {
	tn.t.Helper()
	in := lifecycletest.One(tn.scope, m.o.Plan.Items[0].ID, m.customer.ID, where.country)
	in.Cart.Items[0].Quantity, in.Cart.TrialDays, in.Cart.Codes = m.o.Plan.Items[0].Quantity, m.o.TrialDays, codes
	sold, err := tn.sales.Order(tn.t.Context(), in)
	tn.must(err)
	m.sub = sold.Subscription.ID
	tn.pay(m, "visa_ok")
	at := tn.now().Time()
	m.o.Begin(at)
	m.note(at, "begins on %+v every %v in %s, %s, trial %d, discounts %+v", m.o.Plan.Items, m.o.Plan.Every, m.o.Zone, where.country, m.o.TrialDays, m.o.Discounts)
}

func zoneOf(name string) *time.Location {
	zone, err := time.LoadLocation(name)
	if err != nil {
		panic(err)
	}
	return zone
}

// product is a plan as a merchant sells it.
func product(p oracle.Plan, term oracle.Every, c money.Currency, now calendar.Instant) billing.Product {
	return billing.Product{
		ID: p.Items[0].ID, Name: p.Items[0].ID, TaxCategory: "saas", CreatedAt: now,
		Price: billing.Price{
			Amount: money.Of(p.Items[0].Unit, c), TaxInclusive: p.Inclusive,
			Every: calendar.Interval{Count: p.Every.Count, Unit: calendar.Unit(p.Every.Unit)},
			Term:  calendar.Interval{Count: term.Count, Unit: calendar.Unit(term.Unit)},
		},
	}
}

func discount(d oracle.Discount, c money.Currency) billing.Discount {
	out := billing.Discount{
		ID: d.ID, Code: "CODE" + d.ID[4:], Type: billing.DiscountPercentage, BasisPoints: d.Bps, Cycles: d.Cycles, KeepOnChange: d.Keep,
		Options: []billing.DiscountOption{{Currency: c, Default: true, Max: d.Cap}},
	}
	out.Code = billing.NormalCode(out.Code)
	if d.Flat > 0 {
		out.Type, out.BasisPoints = billing.DiscountFlat, 0
		out.Options[0].Max = d.Flat
	}
	return out
}
