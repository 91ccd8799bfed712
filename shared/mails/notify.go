package mails

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"perennial/shared/billing"
	"perennial/shared/dunning"
	"perennial/shared/merchant"
	"perennial/shared/record"
)

// notified names the mail of a notification to the merchant.
func notified(n merchant.Notice) Template { return Template("notify_" + string(n)) }

// Notifications are the rows for merchants (R254): each goes to whom the
// merchant chose, and nowhere when it is switched off.
var notifications = []Mail{
	notification(merchant.NoticePaymentReceived, billing.EventPaymentSucceeded, ""),
	notification(merchant.NoticePaymentFailed, billing.EventPaymentFailed, ""),
	notification(merchant.NoticeOwnFault, billing.EventPaymentFailed, ""),
	notification(merchant.NoticeOwnFault, billing.EventRenewalBlocked, ""),
	notification(merchant.NoticeSubscriptionStarted, billing.EventSubscriptionActive, billing.ReasonFirst),
	notification(merchant.NoticeSubscriptionPastDue, billing.EventSubscriptionPastDue, ""),
	notification(merchant.NoticePlanChanged, billing.EventPlanChanged, ""),
	notification(merchant.NoticeMailBounced, billing.EventMailBounced, ""),
	notification(merchant.NoticeSubscriptionOnHold, billing.EventSubscriptionOnHold, ""),
	notification(merchant.NoticeSubscriptionEnded, billing.EventSubscriptionCanceled, ""),
	notification(merchant.NoticeRefundDone, billing.EventRefundSucceeded, ""),
	notification(merchant.NoticeRefundFailed, billing.EventRefundFailed, ""),
	notification(merchant.NoticeDisputeOpened, billing.EventDisputeOpened, ""),
	notification(merchant.NoticeDisputeCancelled, billing.EventDisputeCancelled, ""),
	notification(merchant.NoticeDisputeWon, billing.EventDisputeWon, ""),
	notification(merchant.NoticeDisputeLost, billing.EventDisputeLost, ""),
	notification(merchant.NoticeDisputeLost, billing.EventDisputeAccepted, ""),
}

func notification(n merchant.Notice, e billing.EventType, reason string) Mail {
	return Mail{Template: notified(n), Event: e, Reason: reason, Owner: "merchant's settings", Notice: n}
}

// noticeOf is the notification that a template is, empty for a customer's
// mail.
func noticeOf(t Template) merchant.Notice {
	i := slices.IndexFunc(notifications, func(m Mail) bool { return m.Template == t })
	if i < 0 {
		return ""
	}
	return notifications[i].Notice
}

// notify writes to the merchant about an event of one of its customers.
func (s *Service) notify(ctx context.Context, o record.Outbox, e billing.Event, n merchant.Notice) (Letter, bool, error) {
	state, err := s.Store.State(ctx, o.Scope)
	if err != nil {
		return Letter{}, false, fmt.Errorf("notify of %s: %w", o.Key, err)
	}
	to := state.Recipients(n)
	l := Letter{
		Template: notified(n), Name: state.Business.Name, At: o.At, URL: s.Reference, Reference: e.Object,
	}.from(state, merchant.Brand{})
	l.Support = "" // it is the merchant who reads this
	customer, ok := l.of(o, e, n)
	if len(to) == 0 || !ok {
		return Letter{}, false, nil
	}
	l.To, l.Also = to[0], to[1:]
	if l.Zone, err = time.LoadLocation(state.Business.Zone); err != nil {
		return Letter{}, false, err
	}
	who, err := record.Get[billing.Customer](ctx, s.Store, o.Scope, customer)
	if errors.Is(err, record.ErrNotFound) {
		return l, true, nil // erased since; what happened is told all the same
	}
	l.Customer = who.Name + " <" + who.Email + ">"
	return l, err == nil, err
}

// of fills in what the event's object tells, and gives its customer. It is
// not told when a more exact notification tells it.
func (l *Letter) of(o record.Outbox, e billing.Event, n merchant.Notice) (customer string, ok bool) {
	for _, obj := range o.State {
		switch v := obj.(type) {
		case billing.Payment:
			if v.ID == e.Object {
				l.Amount, l.Card = v.Amount, v.Method
				if e.Type == billing.EventPaymentFailed {
					l.Reason = dunning.Explain(v.Decline)
				}
				ours := v.Decline.Class == billing.ClassOurFault
				return v.Customer, e.Type != billing.EventPaymentFailed || ours == (n == merchant.NoticeOwnFault)
			}
		case billing.Subscription:
			if v.ID == e.Object {
				l.Product, l.Reason = v.ProductName, cancelWords(v.Cancel)
				if e.Type == billing.EventRenewalBlocked {
					l.Amount, l.Reason = v.Price.Amount, v.Blocked.Reason
				}
				return v.Customer, true
			}
		case billing.Customer:
			if v.ID == e.Object && n == merchant.NoticeMailBounced {
				l.Reason = bounced[e.Reason]
				return v.ID, true
			}
		case billing.Refund:
			if v.ID == e.Object {
				l.Amount, l.Card = v.Amount, v.Method
				return v.Customer, true
			}
		case billing.Dispute:
			if v.ID == e.Object {
				l.Amount, l.Reason = v.Amount, v.Reason
				return v.Customer, true
			}
		}
	}
	return "", false
}

// cancelWords are why a subscription ended, as far as anybody said (R210).
func cancelWords(c billing.Cancellation) string {
	words := c.Feedback
	if words == "" {
		words = c.Reason
	}
	if c.Comment != "" {
		words += ": " + c.Comment
	}
	return words
}
