package dunning_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"perennial/shared/billing"
	"perennial/shared/calendar"
	"perennial/shared/dunning"
	"perennial/shared/merchant"
)

// Rules 14: however system, customer and merchant try a card, whatever is
// declined, no window of any network's limit holds more charges than allowed.
func TestNoSequenceOfAttemptsBreaksABudget(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(r *rapid.T) {
		m := billing.Method{Brand: rapid.SampledFrom([]string{"visa", "mastercard", "amex", ""}).Draw(r, "brand")}
		var tally billing.Tally
		var made []calendar.Instant
		at := now
		for range rapid.IntRange(1, 200).Draw(r, "attempts") {
			at = at.Add(time.Duration(rapid.IntRange(0, 40*60).Draw(r, "minutes")) * time.Minute)
			by := rapid.SampledFrom([]billing.Initiator{billing.BySystem, billing.ByCustomer, billing.ByMerchant}).Draw(r, "by")
			if by == billing.BySystem && rapid.Bool().Draw(r, "waits") {
				at = dunning.Opens(tally, by, at)
				if !dunning.Room(tally, by, at) {
					r.Fatalf("no room at %s, when it was to open", at)
				}
			}
			if !dunning.Room(tally, by, at) {
				continue
			}
			tally = tally.Counted(m, at, at.Time())
			made = append(made, at)
			for _, l := range dunning.Limits(m.Brand) {
				if n := within(made, l.In, at); n > l.Most || by == billing.BySystem && n > l.Most-dunning.Reserve {
					r.Fatalf("%d charges within %s, asked for by %s", n, l.In, by)
				}
			}
		}
	})
}

func within(made []calendar.Instant, span time.Duration, at calendar.Instant) int {
	n := 0
	for _, i := range made {
		if i > at.Add(-span) {
			n++
		}
	}
	return n
}

// The policy plans no retry for which there would be no room.
func TestNoPlanBreaksABudget(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(r *rapid.T) {
		m := billing.Method{Brand: rapid.SampledFrom([]string{"visa", "mastercard", "amex"}).Draw(r, "brand")}
		var tally billing.Tally
		for range rapid.IntRange(0, 20).Draw(r, "before") {
			before := now.Add(-time.Duration(rapid.IntRange(0, 40*24).Draw(r, "hours ago")) * time.Hour)
			tally = tally.Counted(m, before, before.Time())
		}
		p := merchant.DefaultRecovery()
		p.Timing = rapid.SampledFrom([]merchant.Timing{merchant.TimingSmart, merchant.TimingList, merchant.TimingDodo}).Draw(r, "timing")
		code := rapid.SampledFrom([]string{"insufficient_funds", "processing_error", "do_not_honor", "invalid_amount", "lost_card"}).Draw(r, "code")
		f := dunning.Decide(p, active, dunning.Failed{Decline: dunning.Classify(code, ""), At: now, Tally: tally})
		if !f.NextRetry.IsZero() && (!dunning.Room(tally, billing.BySystem, f.NextRetry) || f.NextRetry > f.WindowEnd) {
			r.Fatalf("planned for %s", f.NextRetry)
		}
	})
}

func TestAForbiddenCardHasNoRoom(t *testing.T) {
	t.Parallel()
	stopped := billing.Tally{Stopped: true, At: []calendar.Instant{now.Add(-day)}}
	if dunning.Room(stopped, billing.ByCustomer, now) || dunning.Opens(stopped, billing.BySystem, now) != 0 {
		t.Error("a card that the bank has forbidden may be charged")
	}
}

func TestVisaMastercardAndOthers(t *testing.T) {
	t.Parallel()
	for network, want := range map[string]int{"visa": 20, "mastercard": 10, "amex": 15, "discover": 15} {
		var tally billing.Tally
		for dunning.Room(tally, billing.ByCustomer, now) {
			tally = tally.Counted(billing.Method{Brand: network}, now, now.Time())
		}
		if len(tally.At) != want {
			t.Errorf("%s: %d at once", network, len(tally.At))
		}
		if dunning.Opens(tally, billing.ByCustomer, now) != now.Add(map[bool]time.Duration{true: day, false: 30 * day}[network == "mastercard"]) {
			t.Errorf("%s opens at %s", network, dunning.Opens(tally, billing.ByCustomer, now))
		}
	}
}
