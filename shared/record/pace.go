package record

import (
	"context"
	"fmt"
	"time"

	"perennial/shared/calendar"
	"perennial/shared/merchant"
)

// paceLife is how long the record of a customer's last mail about a failure
// is kept.
const paceLife = 30 * 24 * time.Hour

// Pace is the record of the last mail about a failure to a customer, over all
// subscriptions (rules 21). Whoever sends the next one writes it in the same
// commit, so that two never meet.
func Pace(ctx context.Context, l Loader, scope merchant.Scope, customer string) (Mail, error) {
	id := "failure:" + customer
	found, err := l.Load(ctx, scope, RefOf[Mail](id))
	if err != nil {
		return Mail{}, fmt.Errorf("mails about failures to %s: %w", customer, err)
	}
	last, _ := found[0].(Mail) // none so far: zero
	last.ID = id
	return last, nil
}

// Last is the business time of the mail that a pace is about; zero when there
// was none.
func (m Mail) Last() calendar.Instant {
	if m.SentAt.IsZero() {
		return 0
	}
	return calendar.At(m.SentAt)
}

// Paced is the pace after a mail at a business time.
func (m Mail) Paced(at calendar.Instant, wall time.Time) Mail {
	m.Outbox, m.SentAt, m.Expires = "", at.Time(), wall.Add(paceLife)
	return m
}
