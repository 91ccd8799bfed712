package mails_test

import (
	"testing"
	"time"

	"perennial/shared/billing"
	"perennial/shared/calendar"
	"perennial/shared/mails"
	"perennial/shared/money"
	"perennial/shared/record"
)

// told commits the subscription with an event and gives the mail it asks for.
func (b *bench) told(t billing.EventType, reason string, edit func(*billing.Subscription)) record.DueItem {
	b.t.Helper()
	s, err := record.Get[billing.Subscription](b.t.Context(), b.store, scope, "sub_1")
	if err != nil {
		b.t.Fatal(err)
	}
	s.Anchor = s.Period.Start
	if edit != nil {
		edit(&s)
	}
	b.commit(record.Commit{Put: []any{s}, Events: []billing.Event{{Type: t, Object: s.ID, Reason: reason}}})
	return b.mail()
}

// R308: the reminder names amount, day, card and the way out.
func TestAReminderTellsWhatWillBeChargedAndWhen(t *testing.T) {
	t.Parallel()
	for reminder, template := range map[billing.Reminder]mails.Template{
		billing.RemindRenewal: mails.UpcomingRenewal, billing.RemindTrial: mails.TrialEnding, billing.RemindRise: mails.PriceRise,
	} {
		b := newBench(t)
		b.send(b.told(billing.EventReminder, string(reminder), nil))
		if len(b.office.letters) != 1 {
			t.Fatalf("%s: no mail", reminder)
		}
		l := b.office.letters[0]
		if l.Template != template || l.Amount != money.Of(3800, "USD") || l.NextBill != calendar.At(noon.AddDate(0, 1, 0)) ||
			l.Card.Last4 != "4242" || l.URL != "https://test.portal/login/bus_1?next=%2Fsubscriptions%2Fsub_1" {
			t.Errorf("%s: wrote %+v", reminder, l)
		}
	}
}

func TestAReminderOfWhatWillNotComeIsNotSent(t *testing.T) {
	t.Parallel()
	for name, edit := range map[string]func(*billing.Subscription){
		"cancelled":            func(s *billing.Subscription) { s.Status = billing.StatusCancelled },
		"cancelled at the end": func(s *billing.Subscription) { s.Cancel.AtPeriodEnd = true },
		"moved":                func(s *billing.Subscription) { s.Period.End = s.Period.End.Add(24 * time.Hour) },
		"renewed already":      func(s *billing.Subscription) { s.Period.End = calendar.At(noon.AddDate(0, 2, 0)) },
		"over by then":         func(s *billing.Subscription) { s.EndsAt = s.Period.End },
	} {
		b := newBench(t)
		item := b.told(billing.EventReminder, string(billing.RemindRenewal), nil)
		b.change(edit)
		b.send(item)
		if len(b.office.sent) != 0 {
			t.Errorf("%s: sent %v", name, b.subjects())
		}
	}
}

func TestANewCardIsNotSaidToExpire(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	item := b.told(billing.EventReminder, string(billing.RemindCard), nil)
	b.change(func(s *billing.Subscription) { s.Method.ID = "pm_9" })
	b.send(item)
	if len(b.office.sent) != 0 {
		t.Errorf("sent %v", b.subjects())
	}
}

func TestWhatWasDoneIsConfirmed(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		event  billing.EventType
		reason string
		edit   func(*billing.Subscription)
		undo   func(*billing.Subscription)
	}{
		"cancel_scheduled": {
			billing.EventSubscriptionUpdated, billing.ReasonCancelScheduled,
			func(s *billing.Subscription) { s.Cancel.AtPeriodEnd = true }, func(s *billing.Subscription) { s.Cancel.AtPeriodEnd = false },
		},
		"cancelled": {
			billing.EventSubscriptionCanceled, "",
			func(s *billing.Subscription) { s.Status, s.Cancel.At = billing.StatusCancelled, calendar.At(noon) }, nil,
		},
		"plan_changed":   {billing.EventPlanChanged, "plan_change", nil, func(s *billing.Subscription) { s.Status = billing.StatusCancelled }},
		"method_changed": {billing.EventMethodUpdated, "", nil, func(s *billing.Subscription) { s.Status = billing.StatusExpired }},
	} {
		b := newBench(t)
		b.send(b.told(c.event, c.reason, c.edit))
		if got := b.subjects(); len(got) != 1 || got[0] != name+" to Ada@example.com" {
			t.Errorf("%s: sent %v", name, got)
		}
		if c.undo == nil {
			continue
		}
		undone := newBench(t)
		item := undone.told(c.event, c.reason, c.edit)
		undone.change(c.undo)
		undone.send(item)
		if len(undone.office.sent) != 0 {
			t.Errorf("%s: confirmed though undone", name)
		}
	}
}
