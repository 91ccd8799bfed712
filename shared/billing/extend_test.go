package billing_test

import (
	"errors"
	"testing"
	"time"

	"pgregory.net/rapid"

	"perennial/shared/billing"
	"perennial/shared/calendar"
	"perennial/shared/fault"
	"perennial/shared/money"
)

// inPeriod is an active monthly subscription in the middle of a period.
func inPeriod() (s billing.Subscription, at calendar.Instant) {
	at = calendar.At(time.Date(2027, 3, 10, 12, 0, 0, 0, time.UTC))
	s = billing.Subscription{
		ID: "sub_1", Status: billing.StatusActive, Quantity: 1, Zone: "UTC",
		Price:  billing.Price{Amount: money.Of(2000, "USD"), Every: calendar.Interval{Count: 1, Unit: calendar.Month}, Term: calendar.Interval{Count: 1, Unit: calendar.Year}},
		Period: calendar.Period{Start: at.Add(-240 * time.Hour), End: at.Add(480 * time.Hour)},
		Anchor: at.Add(-240 * time.Hour), EndsAt: at.Add(8000 * time.Hour),
	}
	return s, at
}

// R222: the next billing date is postponed when time is given away.
// R223: for example because somebody asks for a longer trial.
func TestAnExtensionMovesTheDateTheTrialAndTheTerm(t *testing.T) {
	t.Parallel()
	s, at := inPeriod()
	s.TrialEnd = s.Period.End
	ch, err := s.Extend(billing.Extension{Days: 10}, at, time.UTC)
	if err != nil {
		t.Fatal(err)
	}
	got, want := ch.Subscription, s.Period.End.Add(240*time.Hour)
	if got.Period.End != want || got.TrialEnd != want || got.Anchor != want || got.EndsAt.Sub(s.EndsAt) != 240*time.Hour {
		t.Errorf("until %v, trial %v, counted from %v, ends %v", got.Period.End, got.TrialEnd, got.Anchor, got.EndsAt)
	}
	if len(ch.Events) != 1 || ch.Events[0].Type != billing.EventSubscriptionUpdated || ch.Events[0].Reason != billing.ReasonExtended {
		t.Errorf("told %v", ch.Events)
	}
}

// R224: a renewal is never moved earlier; R225: there is no way to.
func TestNoExtensionMovesARenewalEarlier(t *testing.T) {
	t.Parallel()
	s, at := inPeriod()
	rapid.Check(t, func(t *rapid.T) {
		to := at.Add(time.Duration(rapid.Int64Range(-2000, 2000).Draw(t, "hours")) * time.Hour)
		ch, err := s.Extend(billing.Extension{Until: to}, at, time.UTC)
		if later := to > s.Period.End; later != (err == nil) {
			t.Fatalf("to %v from %v: %v", to, s.Period.End, err)
		}
		if err == nil && ch.Subscription.Period.End != to {
			t.Fatalf("it is %v", ch.Subscription.Period.End)
		}
	})
}

func TestWhatCannotBeExtendedIsRefused(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		spoil func(*billing.Subscription)
		by    billing.Extension
		want  error
	}{
		"while it is charged":      {func(s *billing.Subscription) { s.Lock.Payment = "pay_1" }, billing.Extension{Days: 1}, billing.ErrLocked},
		"while a change is unpaid": {func(s *billing.Subscription) { s.Change = &billing.PlanChange{} }, billing.Extension{Days: 1}, billing.ErrChangePending},
		"on hold":                  {func(s *billing.Subscription) { s.Status = billing.StatusOnHold }, billing.Extension{Days: 1}, billing.ErrInactive},
		"on demand":                {func(s *billing.Subscription) { s.OnDemand = true }, billing.Extension{Days: 1}, billing.ErrInactive},
		"ended":                    {func(s *billing.Subscription) { s.Status = billing.StatusExpired }, billing.Extension{Days: 1}, billing.ErrExpired},
		"by nothing":               {func(*billing.Subscription) {}, billing.Extension{}, nil},
		"by both":                  {func(s *billing.Subscription) {}, billing.Extension{Days: 1, Until: 1 << 60}, nil},
		"for ever":                 {func(*billing.Subscription) {}, billing.Extension{Days: 10000}, nil},
	} {
		s, at := inPeriod()
		c.spoil(&s)
		_, err := s.Extend(c.by, at, time.UTC)
		if c.want != nil && !errors.Is(err, c.want) || c.want == nil && (fault.Of(err) == nil || fault.Of(err).Kind != fault.Invalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
