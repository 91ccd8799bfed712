package billing

import "perennial/shared/calendar"

// Refresh is a saved method with what its gateway tells of it now.
func (m Method) Refresh(told Method) Method {
	m.Brand, m.Last4, m.Country = told.Brand, told.Last4, told.Country
	m.ExpMonth, m.ExpYear, m.Fingerprint = told.ExpMonth, told.ExpYear, told.Fingerprint
	m.Wallet = told.Wallet
	return m
}

// Refreshed is the subscription after its network replaced the card it is
// charged to, or its backup. What failed with the old card is tried again at once, with this
// one, as long as the recovery window is open; a payment in flight is left
// alone. ok is false when nothing changes.
func (s Subscription) Refreshed(m Method, at calendar.Instant) (fresh Subscription, ok bool) {
	if s.Status.Ended() {
		return s, false
	}
	if s.Backup.Same(m) && s.Backup.Refresh(m) != s.Backup {
		s.Backup, ok = s.Backup.Refresh(m), true
	}
	if !s.Method.Same(m) || s.Method.Refresh(m) == s.Method {
		return s, ok
	}
	s.Method = s.Method.Refresh(m)
	open := !s.Failure.At.IsZero() && s.Failure.Method.Same(m) && (s.Failure.WindowEnd.IsZero() || at < s.Failure.WindowEnd)
	if open && !s.Lock.Set() {
		s.Failure.NextRetry, s.Failure.Backup = at, false
	}
	return s, true
}

// Kind is the one word that tells customers what a method is: its wallet, its
// type, or the network of the card (R313).
func (m Method) Kind() string {
	switch {
	case m.Wallet != "":
		return m.Wallet
	case m.Type != "":
		return m.Type
	}
	return m.Brand
}
