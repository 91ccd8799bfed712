package dunning

import (
	"cmp"
	"slices"
	"time"

	"perennial/shared/billing"
	"perennial/shared/calendar"
	"perennial/shared/merchant"
)

// ComingKind is what is going to happen to a failing subscription.
type ComingKind string

// The kinds.
const (
	ComingRetry  ComingKind = "retry"
	ComingHold   ComingKind = "hold"   // access ends
	ComingClosed ComingKind = "closed" // the window ends: no more retries
	ComingCancel ComingKind = "cancel" // the window ends, and the subscription with it
	ComingMail   ComingKind = "mail"   // a step of a mail sequence
)

// Coming is one thing that will happen if nobody pays before.
type Coming struct {
	At      calendar.Instant
	Kind    ComingKind
	Backup  bool   // the retry charges the backup method
	Assumed bool   // it is planned only if the bank says the same again
	Step    string // id of the mail's step
}

// Timeline is a recovery told in order: what was tried, and what comes next.
// For a subscription that does not fail it is empty.
type Timeline struct {
	Since     calendar.Instant // the first failure
	WindowEnd calendar.Instant
	HoldAt    calendar.Instant // when access ends; zero when it has, or does not
	Pacing    billing.Pacing
	Tries     []billing.Payment // oldest first
	Next      []Coming
	Mails     billing.Campaign
}

// Outlook is what a timeline is foretold from.
type Outlook struct {
	Policy   merchant.Recovery
	Mails    merchant.Sequences
	Sub      billing.Subscription
	Payments []billing.Payment // any of the customer's
	Tally    billing.Tally     // of the card that is charged next
	Zone     *time.Location    // the customer's
	At       calendar.Instant
}

// Foretell is a dry run: it tells what was tried for the open invoices and
// what the rules will do from now on. Nothing is written or charged. Retries
// after the next one assume that the bank answers as it did last.
func Foretell(o Outlook) Timeline {
	s := o.Sub
	f := s.Failure
	if f.At.IsZero() || s.Status.Ended() {
		return Timeline{Mails: s.Mails, Next: o.mails()}
	}
	t := Timeline{Mails: s.Mails, Since: f.At, WindowEnd: f.WindowEnd, HoldAt: f.HoldAt, Pacing: f.Pacing}
	for _, p := range o.Payments {
		if p.Subscription == s.ID && slices.ContainsFunc(p.Invoices, func(id string) bool { return slices.Contains(s.Open, id) }) {
			t.Tries = append(t.Tries, p)
		}
	}
	slices.SortFunc(t.Tries, func(a, b billing.Payment) int { return cmp.Compare(a.CreatedAt, b.CreatedAt) })
	if !f.HoldAt.IsZero() && s.Status != billing.StatusOnHold {
		t.Next = append(t.Next, Coming{At: f.HoldAt, Kind: ComingHold})
	}
	end := ComingClosed
	if o.Policy.EndAction == merchant.EndCancel {
		end = ComingCancel
	}
	if f.WindowEnd > o.At {
		t.Next = append(t.Next, Coming{At: f.WindowEnd, Kind: end})
	}
	if len(s.Disputes) == 0 {
		t.Next = append(t.Next, o.retries()...)
	}
	t.Next = append(t.Next, o.mails()...)
	slices.SortStableFunc(t.Next, func(a, b Coming) int { return cmp.Compare(a.At, b.At) })
	return t
}

// mails are the steps of the campaign that are still to come. Where access is
// to end before the dues are paid, those of the hold follow.
func (o Outlook) mails() []Coming {
	var out []Coming
	add := func(s billing.Subscription, until calendar.Instant) {
		for _, m := range Mails(o.Mails, s, o.At) {
			if until.IsZero() || m.At < until {
				out = append(out, Coming{At: max(m.At, o.At), Kind: ComingMail, Step: m.Step.ID})
			}
		}
	}
	s, held := o.Sub, o.Sub.Failure.HoldAt
	if len(s.Disputes) > 0 {
		return nil
	}
	if s.Status == billing.StatusOnHold || s.Status.Ended() || s.Failure.At.IsZero() {
		held = 0
	}
	add(s, held)
	if !held.IsZero() {
		s.Mails = billing.Campaign{Trigger: merchant.TriggerOnHold, At: held}
		add(s, 0)
	}
	return out
}

// retries plays the policy forward, the same decline again and again.
func (o Outlook) retries() []Coming {
	s, tally := o.Sub, o.Tally
	var out []Coming
	for at := s.Failure.NextRetry; !at.IsZero() && len(out) < 2*smartMost; {
		out = append(out, Coming{At: max(at, o.At), Kind: ComingRetry, Backup: s.Failure.Backup, Assumed: len(out) > 0})
		m, _ := s.RetryMethod()
		tally = tally.Counted(m, at, at.Time())
		if s.Status != billing.StatusOnHold && !s.Failure.HoldAt.IsZero() && s.Failure.HoldAt <= at {
			s.Status = Lapse(o.Policy, s, at).Status
			s.HoldEpoch++
		}
		f := Decide(o.Policy, s, Failed{Decline: s.Failure.Decline, At: at, Zone: o.Zone, Tally: tally})
		if f.Status == billing.StatusOnHold && s.Status != billing.StatusOnHold {
			s.HoldEpoch++
		}
		s.Status, s.Failure.Retries, s.Failure.HoldAt, s.Failure.Backup = f.Status, f.Retries, f.HoldAt, f.Backup
		at = f.NextRetry
	}
	return out
}
