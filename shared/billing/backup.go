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
	s.Backup, s.BackupAt = m, at
	if m.IsZero() {
		s.BackupAt = 0
	}
	return s, s.events(EventSubscriptionUpdated, ""), nil
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
