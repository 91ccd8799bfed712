package billing_test

import (
	"testing"

	"perennial/shared/billing"
	"perennial/shared/calendar"
	"perennial/shared/money"
)

// R101, R102: what decides is what the customer pays per day, for everything.
func TestAnUpgradeCostsAtLeastAsMuchPerDay(t *testing.T) {
	t.Parallel()
	plan := func(minor, quantity int64, every calendar.Unit, addons ...int64) billing.Plan {
		p := billing.Plan{
			Price:    billing.Price{Amount: money.Of(minor, "USD"), Every: calendar.Interval{Count: 1, Unit: every}},
			Quantity: quantity,
		}
		for _, a := range addons {
			p.Addons = append(p.Addons, billing.AddonItem{Unit: money.Of(a, "USD"), Quantity: 2})
		}
		return p
	}
	month, year, week := calendar.Month, calendar.Year, calendar.Week
	for name, c := range map[string]struct {
		from, to billing.Plan
		upgrade  bool
	}{
		"dearer":                          {plan(1000, 1, month), plan(2000, 1, month), true},
		"cheaper":                         {plan(2000, 1, month), plan(1000, 1, month), false},
		"the same":                        {plan(1000, 1, month), plan(1000, 1, month), true},
		"a year at twelve months' price":  {plan(1000, 1, month), plan(12000, 1, year), true},
		"a year with two months free":     {plan(1000, 1, month), plan(10000, 1, year), false},
		"a month dearer than its year":    {plan(10000, 1, year), plan(900, 1, month), true},
		"a week dearer than a month":      {plan(2000, 1, month), plan(1000, 1, week), true},
		"cheaper for more people":         {plan(1000, 1, month), plan(600, 2, month), true},
		"fewer people":                    {plan(1000, 3, month), plan(1000, 2, month), false},
		"an addon more":                   {plan(1000, 1, month), plan(1000, 1, month, 300), true},
		"dearer without its addons":       {plan(1000, 1, month, 300), plan(1500, 1, month), false},
		"cheaper with more addons":        {plan(1000, 1, month), plan(900, 1, month, 100), true},
		"addons of a year beside a month": {plan(1000, 1, month, 100), plan(12000, 1, year, 100), false},
	} {
		got, err := c.from.UpgradesTo(c.to)
		if err != nil || got != c.upgrade {
			t.Errorf("%s: %t, %v", name, got, err)
		}
	}
}
