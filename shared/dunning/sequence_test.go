package dunning_test

import (
	"slices"
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

// What the sweeper could not do for days is left out, not made up for; the
// announcement alone is, until a later mail has told the same.
func TestMailsThatAreDaysLateAreLeftOut(t *testing.T) {
	t.Parallel()
	start := calendar.At(time.Date(2027, 3, 1, 12, 0, 0, 0, time.UTC))
	for name, c := range map[string]struct {
		sent   []string
		window int // days
		at     int // days
		want   []string
	}{
		"at once":           {nil, 30, 0, []string{"on_hold_0", "on_hold_1", "on_hold_2", "on_hold_3"}},
		"eight days late":   {nil, 30, 8, []string{"on_hold_0", "on_hold_2", "on_hold_3"}},
		"announced":         {[]string{"on_hold_0"}, 30, 8, []string{"on_hold_2", "on_hold_3"}},
		"told by another":   {[]string{"on_hold_1"}, 30, 8, []string{"on_hold_2", "on_hold_3"}},
		"beyond the window": {nil, 10, 0, []string{"on_hold_0", "on_hold_1", "on_hold_2"}},
		"no window is left": {nil, 0, 0, []string{"on_hold_0"}},
	} {
		s := billing.Subscription{Mails: billing.Campaign{Trigger: merchant.TriggerOnHold, At: start, Sent: c.sent}}
		s.Failure.WindowEnd = start.Add(time.Duration(c.window) * merchant.Day)
		var got []string
		for _, m := range dunning.Mails(merchant.DefaultSequences(), s, start.Add(time.Duration(c.at)*merchant.Day)) {
			got = append(got, m.Step.ID)
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: planned %v, want %v", name, got, c.want)
		}
	}
}
