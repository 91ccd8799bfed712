package billing

import "perennial/shared/calendar"

// HasBackup reports whether the customer has allowed another method to be
// charged when the first is dead, and it can be.
func (s Subscription) HasBackup() bool {
	return !s.Backup.IsZero() && !s.BackupAt.IsZero() && !s.Backup.Same(s.Method) && s.Backup.Charges(s.Price.Amount.Currency)
}

// SetBackup allows a method to be charged when the first is dead, or with an
// empty one takes that consent back. One that cannot be charged in the
// subscription's currency is an ErrMethodCurrency.
func (s Subscription) SetBackup(m Method, at calendar.Instant) (Subscription, []Event, error) {
	if s.Lock.Set() {
		return s, nil, ErrLocked
	}
	if s.Status.Ended() {
		return s, nil, ErrInactive
	}
	if err := m.PaysIn(s.Price.Amount.Currency); err != nil {
		return s, nil, err
	}
	if m.IsZero() {
		s = s.unbacked()
	} else {
		s.Backup, s.BackupAt = m, at
	}
	return s, s.events(EventSubscriptionUpdated, ""), nil
}

// LoseBackup is the subscription once its customer has removed a saved method:
// the consent to charge it goes with it. ok is false when it was not the
// backup. A payment in flight is left alone.
func (s Subscription) LoseBackup(m Method) (left Subscription, told []Event, ok bool) {
	if s.Status.Ended() || s.Backup.IsZero() || !s.Backup.Same(m) {
		return s, nil, false
	}
	s = s.unbacked()
	return s, s.events(EventSubscriptionUpdated, ""), true
}

// unbacked is the subscription without a backup. A retry that was to charge it
// is called off: the first method is useless, or it would not be needed.
func (s Subscription) unbacked() Subscription {
	s.Backup, s.BackupAt = Method{}, 0
	if s.Failure.Backup {
		s.Failure.Backup, s.Failure.NextRetry = false, 0
	}
	return s
}

// RetryMethod is what the next automatic retry charges, and whether that is
// the backup. A backup that pays becomes the subscription's method: the first
// one is dead.
func (s Subscription) RetryMethod() (m Method, backup bool) {
	if s.Failure.Backup && s.HasBackup() {
		return s.Backup, true
	}
	return s.Method, false
}
