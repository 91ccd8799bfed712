package main

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"perennial/shared/billing"
	"perennial/shared/calendar"
	"perennial/shared/money"
	"perennial/shared/proration"
	"perennial/shared/tax"
)

// rulesFor is how long each rule is repeated.
const rulesFor = 500 * time.Millisecond

// ruleSection counts how often the pure rules can be applied in a second, by
// one goroutine and without storage.
func ruleSection(ctx context.Context, _ place) (*table, error) {
	sample, err := newSample()
	if err != nil {
		return nil, err
	}
	t := newTable("Rules", "rule", "per second", "µs each")
	for _, r := range []struct {
		name string
		do   func() error
	}{
		{"next billing date, a month in Europe/Berlin", sample.date},
		{"first invoice of a subscription", sample.subscribe},
		{"renewal and its invoice", sample.renew},
		{"proration of a plan change", sample.prorate},
		{"plan change, proration with its invoice", sample.propose},
	} {
		n, began := 0, time.Now()
		for time.Since(began) < rulesFor && ctx.Err() == nil {
			if err := r.do(); err != nil {
				return nil, fmt.Errorf("%s: %w", r.name, err)
			}
			n++
		}
		each := time.Since(began).Seconds() / float64(n)
		t.row(r.name, strconv.Itoa(int(1/each)), fmt.Sprintf("%.1f", each*1e6))
	}
	t.note("Pro with three seats as addon, two discounts, German VAT. One goroutine, no storage.")
	return t, ctx.Err()
}

// sample is a subscription with everything that makes rules work.
type sample struct {
	order   billing.Order
	sub     billing.Subscription // whose renewal is due
	terms   billing.Terms
	change  billing.ChangeOrder
	berlin  *time.Location
	half    calendar.Instant
	prorate func() error
}

func newSample() (*sample, error) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		return nil, err
	}
	begun := calendar.At(time.Date(2026, 1, 31, 10, 0, 0, 0, berlin))
	seller := tax.Seller{Country: "DE", Registrations: []tax.Registration{{Country: "DE", Scheme: tax.Local, Number: "DE123456789"}}}
	product := billing.Product{
		ID: "pdt_pro", Name: "Atlas Pro", TaxCategory: "saas",
		Price: billing.Price{Amount: money.Of(2900, "EUR"), Every: calendar.Interval{Count: 1, Unit: calendar.Month}, Term: calendar.Interval{Count: 10, Unit: calendar.Year}},
	}
	discount := func(id string, basis int64) billing.Discount {
		return billing.Discount{ID: id, Code: id, Type: billing.DiscountPercentage, BasisPoints: basis, KeepOnChange: true}
	}
	s := &sample{berlin: berlin, order: billing.Order{
		ID: "sub_1", InvoiceID: "inv_1", Product: product, Customer: billing.Customer{ID: "cus_1", Email: "ada@example.com", InvoicePrefix: "ADA"},
		Quantity: 1, TrialDays: -1, Zone: "Europe/Berlin", Billing: billing.Address{Country: "DE"}, Seller: seller, At: begun,
		Addons:    []billing.AddonItem{{Addon: "adn_seat", Name: "Seat", Category: "saas", Unit: money.Of(900, "EUR"), Quantity: 3}},
		Discounts: []billing.Discount{discount("WELCOME", 1000), discount("LOYAL", 500)},
	}}
	if s.sub, _, err = billing.Subscribe(s.order); err != nil {
		return nil, err
	}
	end, _ := calendar.Next(begun, product.Price.Every, begun, berlin)
	s.sub.Status, s.sub.Open, s.sub.Anchor = billing.StatusActive, nil, begun
	s.sub.Period = calendar.Period{Start: begun, End: end}
	s.sub.EndsAt = calendar.Boundary(begun, product.Price.Term, 1, berlin)
	s.terms = billing.Terms{Invoice: "inv_2", Customer: s.order.Customer, Seller: seller}
	product.ID, product.Name, product.Price.Amount = "pdt_max", "Atlas Max", money.Of(7900, "EUR")
	plan, err := billing.PlanOf(product, 1)
	plan.Addons, plan.Discounts = s.sub.Addons, s.sub.Discounts
	s.half = begun.Add(14 * 24 * time.Hour)
	s.change = billing.ChangeOrder{ID: "chg_1", Plan: plan, Mode: proration.Prorated, At: s.half, Zone: berlin}
	s.prorate = s.quoting()
	return s, err
}

func (s *sample) date() error {
	calendar.Next(s.sub.Anchor, s.sub.Price.Every, s.sub.Period.End, s.berlin)
	return nil
}

func (s *sample) subscribe() error {
	_, _, err := billing.Subscribe(s.order)
	return err
}

func (s *sample) renew() error {
	_, _, err := s.sub.Renewal(s.terms, s.sub.Period.End, s.berlin)
	return err
}

func (s *sample) propose() error {
	_, err := s.sub.Propose(s.change, s.terms)
	return err
}

// quoting prepares the change as the rule of proration takes it.
func (s *sample) quoting() func() error {
	items := func(amount int64) []proration.Item {
		return []proration.Item{{Unit: money.Of(amount, "EUR"), Quantity: 1}, {Unit: money.Of(900, "EUR"), Quantity: 3}}
	}
	paid := money.Of(5600, "EUR")
	change := proration.Change{
		Mode: proration.Prorated, Old: items(2900), New: items(7900), Period: s.sub.Period, At: s.half, Zone: s.berlin,
		Funded: proration.Funded{From: s.sub.Period.Start, Paid: paid, Due: paid, Tax: money.Of(0, "EUR")},
	}
	return func() error {
		_, err := proration.Price(change)
		return err
	}
}
