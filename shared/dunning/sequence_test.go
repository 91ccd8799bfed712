package dunning_test

import (
	"testing"
	"time"

	"perennial/shared/billing"
	"perennial/shared/calendar"
	"perennial/shared/dunning"
	"perennial/shared/merchant"
)

// Rules 21: one mail a day, and in live mode by day.
func TestMailsAboutFailuresWaitForTheDayAndForEachOther(t *testing.T) {
	t.Parallel()
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	at := func(day, hour int) calendar.Instant {
		return calendar.At(time.Date(2027, 3, day, hour, 0, 0, 0, berlin))
	}
	for name, c := range map[string]struct {
		last, now calendar.Instant
		live      bool
		want      calendar.Instant
	}{
		"by day":                      {0, at(2, 12), true, at(2, 12)},
		"by night":                    {0, at(2, 3), true, at(2, 8)},
		"in the evening":              {0, at(2, 20), true, at(3, 8)},
		"by night, test mode":         {0, at(2, 3), false, at(2, 3)},
		"an hour after the last":      {at(2, 11), at(2, 12), true, at(3, 11)},
		"a day after the last":        {at(2, 12), at(3, 12), true, at(3, 12)},
		"the night clocks are put on": {0, at(28, 1), true, at(28, 8)},
	} {
		if got := c.now.Add(dunning.MailWait(c.last, c.now, berlin, c.live)); got != c.want {
			t.Errorf("%s: it goes out at %s, want %s", name, got, c.want)
		}
	}
}

// What the sweeper could not do for days is left out, not made up for.
func TestMailsThatAreDaysLateAreLeftOut(t *testing.T) {
	t.Parallel()
	start := calendar.At(time.Date(2027, 3, 1, 12, 0, 0, 0, time.UTC))
	s := billing.Subscription{Mails: billing.Campaign{Trigger: merchant.TriggerOnHold, At: start}}
	s.Failure.WindowEnd = start.Add(30 * merchant.Day)
	planned := dunning.Mails(merchant.DefaultSequences(), s, start.Add(8*merchant.Day))
	if len(planned) != 2 || planned[0].Step.ID != "on_hold_2" || planned[1].Step.ID != "on_hold_3" {
		t.Errorf("planned %+v", planned)
	}
	s.Failure.WindowEnd = start.Add(10 * merchant.Day)
	if planned = dunning.Mails(merchant.DefaultSequences(), s, start); len(planned) != 2 {
		t.Errorf("beyond the recovery window: %+v", planned)
	}
}
