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

var (
	now    = calendar.At(time.Date(2027, 3, 1, 8, 0, 0, 0, time.UTC))
	active = billing.Subscription{
		Status: billing.StatusActive, Period: calendar.Period{Start: now.Add(-28 * day), End: now},
		Price: billing.Price{Every: calendar.Interval{Count: 1, Unit: calendar.Month}},
	}
)

const day = 24 * time.Hour

// R309, R310: the kind of failure and the merchant's list decide about retries.
func TestRule9WhoLosesAccessWhen(t *testing.T) {
	t.Parallel()
	grace := list()
	grace.GraceDays = 3
	own := list()
	own.Retries = []time.Duration{5 * time.Hour}
	for _, c := range []struct {
		name   string
		policy merchant.Recovery
		code   string
		status billing.Status
		holdIn time.Duration
		retry  time.Duration
	}{
		{"no money, no grace", list(), "insufficient_funds", billing.StatusOnHold, 0, day},
		{"no money, three days of grace", grace, "insufficient_funds", billing.StatusPastDue, 3 * day, day},
		{"no money, the merchant's own list of retries", own, "insufficient_funds", billing.StatusOnHold, 0, 5 * time.Hour},
		{"stolen card is never retried", list(), "stolen_card", billing.StatusOnHold, 0, 0},
		{"expired card waits for the customer", list(), "expired_card", billing.StatusOnHold, 0, 0},
		{"vague", list(), "do_not_honor", billing.StatusOnHold, 0, day},
		{"technical keeps access for a day", list(), "issuer_not_available", billing.StatusActive, day, 2 * time.Hour},
		{"authentication keeps access for a day, no silent retry", list(), "authentication_required", billing.StatusActive, day, 0},
		{"our own fault keeps access", list(), "invalid_amount", billing.StatusActive, 0, 6 * time.Hour},
		{"no method is the customer's to mend", list(), "no_payment_method", billing.StatusOnHold, 0, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			f := dunning.Decide(c.policy, active, dunning.Failed{Decline: dunning.Classify(c.code, ""), At: now})
			if f.Status != c.status || after(f.HoldAt) != c.holdIn || after(f.NextRetry) != c.retry {
				t.Errorf("%s, hold in %v, retry in %v; want %s, %v, %v", f.Status, after(f.HoldAt), after(f.NextRetry), c.status, c.holdIn, c.retry)
			}
		})
	}
}

// list is the default policy without smart timing.
func list() merchant.Recovery {
	p := merchant.DefaultRecovery()
	p.Timing = merchant.TimingList
	return p
}

func after(i calendar.Instant) time.Duration {
	if i.IsZero() {
		return 0
	}
	return i.Sub(now)
}

func TestRule14AdviceForbidsAnotherTry(t *testing.T) {
	t.Parallel()
	for _, advice := range []string{"03", "21"} {
		d := dunning.Classify("insufficient_funds", advice)
		if f := dunning.Decide(merchant.DefaultRecovery(), active, dunning.Failed{Decline: d, At: now}); !f.NextRetry.IsZero() {
			t.Errorf("advice %s: retried at %s", advice, f.NextRetry)
		}
	}
}

func TestRetriesNeverPassTheListTheWindowOrTheClass(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(r *rapid.T) {
		policy := merchant.Recovery{
			WindowDays: rapid.IntRange(1, 30).Draw(r, "window"), GraceDays: rapid.IntRange(0, 40).Draw(r, "grace"), RetryVague: true,
		}
		for range rapid.IntRange(0, 8).Draw(r, "retries") {
			policy.Retries = append(policy.Retries, time.Duration(rapid.IntRange(1, 200).Draw(r, "hours"))*time.Hour)
		}
		s, at, made := active, now, 0
		for {
			d := dunning.Classify(rapid.SampledFrom([]string{"insufficient_funds", "do_not_honor", "lost_card"}).Draw(r, "code"), "")
			f := dunning.Decide(policy, s, dunning.Failed{Decline: d, At: at})
			if f.Status == billing.StatusPastDue && f.HoldAt >= now.Add(31*day) {
				r.Fatalf("grace to %s reaches past the period", f.HoldAt)
			}
			if f.NextRetry.IsZero() {
				return
			}
			if made++; made > len(policy.Retries) || d.Class == billing.ClassHard || f.NextRetry <= at || f.NextRetry > now.Add(time.Duration(policy.WindowDays)*day) {
				r.Fatalf("retry %d at %s after %s (window %d days)", made, f.NextRetry, d.Code, policy.WindowDays)
			}
			if s.Failure.At.IsZero() {
				s.Failure.At = at
			}
			s.Failure.Retries = f.Retries
			s.Status, s.Failure.HoldAt, at = f.Status, f.HoldAt, f.NextRetry
		}
	})
}

func TestTheTrueReasonOfAStolenCardIsNotShown(t *testing.T) {
	t.Parallel()
	stolen := dunning.Explain(dunning.Classify("stolen_card", ""))
	for _, code := range []string{"lost_card", "pickup_card", "fraudulent"} {
		if got := dunning.Explain(dunning.Classify(code, "")); got != stolen {
			t.Errorf("%s is told as %q", code, got)
		}
	}
}

// Rules 9: who was asked at night to confirm, in the morning, keeps the day
// that began then, whatever a replaced card is declined for meanwhile.
func TestALaterDeclineDoesNotShortenTheDayToConfirm(t *testing.T) {
	t.Parallel()
	start := calendar.At(time.Date(2027, 3, 1, 2, 0, 0, 0, time.UTC))
	for _, hours := range []int{10, 26} {
		s := billing.Subscription{Status: billing.StatusActive}
		s.Failure = billing.Failure{At: start, HoldAt: start.Add(30 * time.Hour), Decline: billing.Decline{Class: billing.ClassAuthentication}}
		f := dunning.Decide(merchant.DefaultRecovery(), s, dunning.Failed{
			Decline: billing.Decline{Class: billing.ClassAuthentication}, At: start.Add(time.Duration(hours) * time.Hour), Zone: time.UTC,
		})
		if f.Status != billing.StatusActive || f.HoldAt != s.Failure.HoldAt {
			t.Errorf("declined again after %d hours: %s until %s", hours, f.Status, f.HoldAt)
		}
	}
}
