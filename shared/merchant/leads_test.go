package merchant_test

import (
	"testing"

	"pgregory.net/rapid"

	"perennial/shared/fault"
	"perennial/shared/merchant"
)

func TestMandatoryNoticesComeBetweenSevenAndThirtyDaysBefore(t *testing.T) {
	t.Parallel()
	for name, l := range map[string]merchant.Leads{
		"none before a year":       {Long: merchant.Never},
		"too late before a year":   {Long: 6},
		"too soon before a year":   {Long: 31},
		"none before a trial":      {Trial: merchant.Never},
		"too late before a trial":  {Trial: 3},
		"too soon before a month":  {Renewal: 31},
		"a card of the far future": {Card: 40},
	} {
		var check fault.Check
		merchant.Settings{Reminders: l}.Check(&check)
		if check.Fault("X", "x") == nil {
			t.Errorf("%s is allowed", name)
		}
	}
	var check fault.Check
	merchant.Settings{Reminders: merchant.Leads{Renewal: merchant.Never, Card: merchant.Never, Long: 7, Trial: 30}}.Check(&check)
	if err := check.Fault("X", "x"); err != nil {
		t.Errorf("refused: %v", err)
	}
}

func TestLeadsAtTheirDefaultsFollowTheDefaults(t *testing.T) {
	t.Parallel()
	if got := (merchant.Leads{}).Filled().Bare(); got != (merchant.Leads{}) {
		t.Errorf("the defaults are kept as %+v", got)
	}
	rapid.Check(t, func(r *rapid.T) {
		days := rapid.IntRange(-1, 30)
		l := merchant.Leads{Renewal: days.Draw(r, "r"), Long: days.Draw(r, "l"), Trial: days.Draw(r, "t"), Card: days.Draw(r, "c")}
		if l.Filled().Bare().Filled() != l.Filled() {
			r.Fatalf("%+v changes when it is kept", l)
		}
	})
}
