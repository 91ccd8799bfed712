package billing

import (
	"slices"
	"time"

	"perennial/shared/calendar"
)

// Shelf stands among the disputes of a subscription whose business is
// archived: like an open dispute it withholds renewals, retries and mails.
const Shelf = "archive"

// Shelve stops renewals and automatic retries while the business is archived.
// The customer keeps what is paid, and access.
func (s Subscription) Shelve() Subscription {
	s.Mails = s.Mails.Ended(CampaignArchived)
	return s.Withhold(Shelf)
}

// Shelved reports that the archive of its business withholds charges.
func (s Subscription) Shelved() bool { return slices.Contains(s.Disputes, Shelf) }

// Unshelve lets a subscription go on at its next date, as after a dispute.
// What was not charged meanwhile never is: one whose renewal fell due and was
// not even looked at counts as shelved. ok is false when nothing changes.
func (s Subscription) Unshelve(at calendar.Instant, zone *time.Location) (back Subscription, ok bool) {
	if !s.Shelved() && (s.Next(at) != StepRenew || s.Manual.On) {
		return s, false
	}
	return s.Release(Shelf, at, zone), true
}

// Sells reports a step that charges, or leads to a charge or a mail about one.
func (step Step) Sells() bool {
	switch step {
	case StepRenew, StepRetry, StepRemind, StepMail, StepBill, StepConvert, StepOverdue, StepLapse:
		return true
	case StepNone, StepRecover, StepFail, StepCancel, StepExpire, StepHold, StepDiscard:
	}
	return false
}
