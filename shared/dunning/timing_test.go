package dunning_test

import (
	"fmt"
	"math"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"perennial/shared/billing"
	"perennial/shared/calendar"
	"perennial/shared/dunning"
	"perennial/shared/merchant"
)

// chain follows a policy while the same decline comes again and again, and
// gives the times of the retries since the failure.
func chain(p merchant.Recovery, code string, zone *time.Location, from calendar.Instant) []calendar.Instant {
	s, at := active, from
	s.ID = "sub_1"
	var out []calendar.Instant
	var tally billing.Tally
	for {
		tally = tally.Counted(billing.Method{Brand: "visa"}, at, at.Time())
		f := dunning.Decide(p, s, dunning.Failed{Decline: dunning.Classify(code, ""), At: at, Zone: zone, Tally: tally})
		if f.NextRetry.IsZero() {
			return out
		}
		if s.Failure.At.IsZero() {
			s.Failure.At = at
		}
		if s.Status != billing.StatusOnHold && f.Status == billing.StatusOnHold {
			s.HoldEpoch++
		}
		s.Status, s.Failure.Retries, s.Failure.Pacing, s.Failure.HoldAt = f.Status, f.Retries, f.Pacing, f.HoldAt
		s.Failure.WindowEnd, at = f.WindowEnd, f.NextRetry
		out = append(out, at)
	}
}

// Rules 14: Dodo's own table, whatever soft decline it is.
func TestThePresetRetriesExactlyAsDodo(t *testing.T) {
	t.Parallel()
	all := []float64{12, 36, 84, 156, 252, 372, 540, 708}
	for window, want := range map[int][]float64{13: all[:5], 30: all, 1: all[:1]} {
		for _, code := range []string{"insufficient_funds", "processing_error", "generic_decline"} {
			p := merchant.DodoRecovery()
			p.WindowDays = window
			var got []float64
			for _, at := range chain(p, code, nil, now) {
				got = append(got, at.Sub(now).Hours())
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%s in %d days: %s", code, window, diff)
			}
		}
	}
}

// R309: who had no money is charged in the morning, first the next day, then
// when wages have arrived.
func TestMoneyIsAwaitedOnPaydayMornings(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"America/Chicago", "Asia/Kolkata", "Europe/Berlin", "Pacific/Auckland"} {
		zone, err := time.LoadLocation(name)
		if err != nil {
			t.Fatal(err)
		}
		tries := chain(merchant.DefaultRecovery(), "insufficient_funds", zone, now)
		if len(tries) < 5 || len(tries) > 10 {
			t.Fatalf("%s: %d retries", name, len(tries))
		}
		before := now
		for i, at := range tries {
			local := at.Time().In(zone)
			if local.Hour() < 9 || local.Hour() > 10 || i > 0 && !dunning.Payday(local) {
				t.Errorf("%s: retry %d on %s", name, i+1, local)
			}
			gap := map[bool]time.Duration{true: 6 * time.Hour, false: 18 * time.Hour}[i == 0]
			if at.Sub(before) < gap || at.Sub(now) > 30*day {
				t.Errorf("%s: retry %d is %s after the one before", name, i+1, at.Sub(before))
			}
			before = at
		}
		if tries[0].Sub(now) > 32*time.Hour {
			t.Errorf("%s: the first retry is only on %s", name, tries[0])
		}
	}
}

// The morning after an evening's or a night's failure is the next one that
// dawns, and no retry follows within six hours.
func TestTheFirstRetryIsOnTheNextMorning(t *testing.T) {
	t.Parallel()
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	for clock, want := range map[string]string{
		"2027-03-04 19:36": "2027-03-05", "2027-03-04 23:59": "2027-03-05", "2027-03-05 00:37": "2027-03-05",
		"2027-03-05 02:59": "2027-03-05", "2027-03-05 05:01": "2027-03-06", "2027-03-05 10:30": "2027-03-06",
	} {
		failed, err := time.ParseInLocation("2006-01-02 15:04", clock, berlin)
		if err != nil {
			t.Fatal(err)
		}
		for _, code := range []string{"insufficient_funds", "do_not_honor"} {
			first := chain(merchant.DefaultRecovery(), code, berlin, calendar.At(failed))[0].Time().In(berlin)
			if first.Format(time.DateOnly) != want || first.Hour() < 9 || first.Hour() > 10 {
				t.Errorf("%s at %s is retried at %s", code, clock, first)
			}
		}
	}
}

func TestPaydays(t *testing.T) {
	t.Parallel()
	var got []int
	for d := 1; d <= 28; d++ {
		if dunning.Payday(time.Date(2027, 2, d, 12, 0, 0, 0, time.UTC)) {
			got = append(got, d)
		}
	}
	// The last of February 2027 is a Sunday: its last working day is Friday the 26th.
	if want := []int{1, 5, 12, 15, 19, 26}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestTroubleIsTriedAgainWithinHours(t *testing.T) {
	t.Parallel()
	tries := chain(merchant.DefaultRecovery(), "issuer_not_available", nil, now)
	if len(tries) < 5 || tries[0].Sub(now) > 90*time.Minute || tries[2].Sub(now) > 14*time.Hour {
		t.Errorf("retried at %v", tries)
	}
}

func TestJitterIsTheSameForTheSameFailureAndSpreadsOthers(t *testing.T) {
	t.Parallel()
	minutes := map[time.Duration]bool{}
	for i := range 50 {
		s := active
		s.ID = fmt.Sprintf("sub_%d", i)
		d := dunning.Failed{Decline: dunning.Classify("insufficient_funds", ""), At: now}
		f := dunning.Decide(merchant.DefaultRecovery(), s, d)
		if again := dunning.Decide(merchant.DefaultRecovery(), s, d); again != f {
			t.Fatalf("decided %+v, then %+v", f, again)
		}
		minutes[f.NextRetry.Sub(now).Truncate(time.Minute)] = true
	}
	if len(minutes) < 25 {
		t.Errorf("50 retries fall on only %d minutes", len(minutes))
	}
}

func TestMastercardsAdviceIsWaitedFor(t *testing.T) {
	t.Parallel()
	for advice, wait := range map[string]time.Duration{
		"02": day, "24": time.Hour, "25": day, "26": 2 * day, "27": 4 * day, "28": 6 * day, "29": 8 * day, "30": 10 * day,
	} {
		for _, p := range []merchant.Recovery{merchant.DefaultRecovery(), list(), merchant.DodoRecovery()} {
			f := dunning.Decide(p, active, dunning.Failed{Decline: dunning.Classify("insufficient_funds", advice), At: now})
			if f.NextRetry.Sub(now) < wait {
				t.Errorf("advice %s: retried after %s", advice, f.NextRetry.Sub(now))
			}
		}
	}
	if c := dunning.Classify("do_not_honor", "01").Class; c != billing.ClassNeedsCustomer {
		t.Errorf("advice 01 asks for new data, but it is %s", c)
	}
}

func TestVagueDeclinesAreASetting(t *testing.T) {
	t.Parallel()
	p := merchant.DefaultRecovery()
	if n := len(chain(p, "do_not_honor", nil, now)); n < 5 || n > 7 {
		t.Errorf("%d retries", n)
	}
	p.RetryVague = false
	if n := len(chain(p, "do_not_honor", nil, now)); n != 0 {
		t.Errorf("%d retries although switched off", n)
	}
}

func TestTheHoldoutIsAStableShare(t *testing.T) {
	t.Parallel()
	p := merchant.DefaultRecovery()
	p.Holdout = 20
	held := 0
	for i := range 5000 {
		s := active
		s.ID = fmt.Sprintf("sub_%d", i)
		f := dunning.Decide(p, s, dunning.Failed{Decline: dunning.Classify("insufficient_funds", ""), At: now})
		if f.Pacing != billing.PacingHoldout {
			continue
		}
		held++
		if f.NextRetry != now.Add(day) {
			t.Fatalf("a holdout is retried after %s", f.NextRetry.Sub(now))
		}
		p2 := p
		p2.Holdout = 0 // the plan of a failure stays although the setting changes
		s.Failure = billing.Failure{At: now, Pacing: f.Pacing}
		if later := dunning.Decide(p2, s, dunning.Failed{Decline: dunning.Classify("do_not_honor", ""), At: now.Add(day)}); later.Pacing != billing.PacingHoldout {
			t.Fatalf("became %s", later.Pacing)
		}
	}
	if share := float64(held) / 5000; math.Abs(share-0.2) > 0.02 {
		t.Errorf("%.3f are held out", share)
	}
}

// Peers 4.11: only with consent, and only after the first is useless.
func TestABackupIsChargedOnceTheFirstIsDead(t *testing.T) {
	t.Parallel()
	s := active
	s.Method = billing.Method{ID: "pm_1", Reference: "a"}
	decide := func(s billing.Subscription, code string) billing.FollowUp {
		return dunning.Decide(merchant.DefaultRecovery(), s, dunning.Failed{Decline: dunning.Classify(code, ""), At: now})
	}
	s.Backup = billing.Method{ID: "pm_2", Reference: "b"}
	if f := decide(s, "stolen_card"); f.Backup || !f.NextRetry.IsZero() {
		t.Errorf("charged without consent: %+v", f)
	}
	s.BackupAt = now.Add(-day)
	if f := decide(s, "insufficient_funds"); f.Backup {
		t.Error("charged although the first may have money tomorrow")
	}
	f := decide(s, "stolen_card")
	if !f.Backup || f.NextRetry != now.Add(dunning.BackupDelay) {
		t.Fatalf("not charged: %+v", f)
	}
	s.Status, s.Failure = f.Status, billing.Failure{At: now, Backup: true, Pacing: f.Pacing, WindowEnd: f.WindowEnd}
	if f := decide(s, "lost_card"); !f.NextRetry.IsZero() {
		t.Errorf("both are dead, and yet: %+v", f)
	}
	if f := decide(s, "insufficient_funds"); !f.Backup || f.NextRetry.IsZero() {
		t.Errorf("the backup has no money today: %+v", f)
	}
	for _, s.Status = range []billing.Status{billing.StatusActive, billing.StatusOnHold} {
		if f := decide(s, "invalid_request"); !f.NextRetry.IsZero() || f.Status != billing.StatusOnHold {
			t.Errorf("the gateway does not take the backup: %+v", f)
		}
	}
}
