package merchant

import (
	"slices"

	"perennial/shared/fault"
)

// announced are the triggers whose first mail tells customers what they must
// know: no setting takes it away, only its words and its company change.
var announced = []Trigger{TriggerConfirm, TriggerOnHold}

// announcement is the shipped first mail of a trigger, sent at once.
func announcement(t Trigger) MailStep { return MailStep{ID: string(t) + "_0", Trigger: t} }

// announcing is where a trigger's announcement stands: its first step that is
// sent at once; -1 when there is none.
func (q Sequences) announcing(t Trigger) int {
	return slices.IndexFunc(q.Steps, func(s MailStep) bool { return s.Trigger == t && s.Delay == 0 && !s.Off })
}

// Announces reports the step that begins its trigger's sequence and is sent
// whatever the customer has chosen.
func (q Sequences) Announces(s MailStep) bool {
	i := q.announcing(s.Trigger)
	return i >= 0 && q.Steps[i].ID == s.ID && slices.Contains(announced, s.Trigger)
}

// Complete are the sequences with every announcement: those that were stored
// before it was a step, or are written without it, get the shipped one before
// the other steps of its trigger.
func (q Sequences) Complete() Sequences {
	for _, t := range announced {
		if q.announcing(t) >= 0 {
			continue
		}
		step := announcement(t)
		for _, taken := q.Step(step.ID); taken; _, taken = q.Step(step.ID) {
			step.ID += "_0"
		}
		at := slices.IndexFunc(q.Steps, func(s MailStep) bool { return s.Trigger == t })
		if at < 0 {
			at = len(q.Steps)
		}
		q.Steps = slices.Insert(slices.Clone(q.Steps), at, step)
	}
	return q
}

// checkAnnouncements refuses to switch an announcement off.
func (q Sequences) checkAnnouncements(check *fault.Check) {
	for _, t := range announced {
		off := slices.IndexFunc(q.Steps, func(s MailStep) bool { return s.Trigger == t && s.Delay == 0 && s.Off })
		check.That(off < 0 || q.announcing(t) >= 0, stepField(off)+".enabled",
			"must be true: customers are always told at once that this has happened; texts change its words")
	}
}
