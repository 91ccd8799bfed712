package billing

import (
	"slices"
	"time"

	"perennial/shared/calendar"
	"perennial/shared/merchant"
)

// The cancel_reasons that begin a sequence of mails: the customer's own wish,
// and a merchant's who asks for it.
const (
	CancelledByCustomer = "cancelled_by_customer"
	CancelledWithMails  = "cancelled_by_merchant_send_dunning"
)

// Campaign is the case of one subscription for which its customer gets a
// sequence of mails: an unpaid renewal, or a cancellation. It is over with
// its cause. What a step is, is the merchant's setting.
type Campaign struct {
	Trigger merchant.Trigger // empty when there is no case
	At      calendar.Instant // when it began
	Sent    []string         // ids of the steps that are done, sent or left out
	Next    calendar.Instant // when the next step is looked at; zero when it is over
	Over    CampaignEnd
	Offer   string // id of the discount whose code was mailed while the subscription still ran
}

// CampaignEnd is why a campaign is over before its cause is.
type CampaignEnd string

// The ends.
const (
	CampaignExhausted    CampaignEnd = "exhausted"    // no step is left
	CampaignOptedOut     CampaignEnd = "opted_out"    // the customer wants no optional mails
	CampaignDisputed     CampaignEnd = "disputed"     // the customer has turned to the bank
	CampaignResubscribed CampaignEnd = "resubscribed" // the customer has bought again
	CampaignArchived     CampaignEnd = "archived"     // the seller does not sell any more
)

// campaign begins a case. What is to be sent when is decided when it is first
// looked at, which is at once.
func campaign(t merchant.Trigger, at calendar.Instant) Campaign {
	return Campaign{Trigger: t, At: at, Next: at}
}

// ConfirmWithin is how long access goes on after the customer was asked to
// confirm a charge with the bank (rules 9).
const ConfirmWithin = 24 * time.Hour

// AwaitsConfirmation reports a subscription with access whose renewal waits
// for its customer to confirm it with the bank.
func (s Subscription) AwaitsConfirmation() bool {
	return s.Status == StatusActive && !s.Failure.At.IsZero() && s.Failure.Decline.Class == ClassAuthentication
}

// Asked is the subscription after its customer is asked to confirm a charge at
// an instant, or will be: only a request that was made can stay unanswered.
func (s Subscription) Asked(at calendar.Instant) Subscription {
	if s.AwaitsConfirmation() {
		s.Failure.HoldAt = max(s.Failure.HoldAt, at.Add(ConfirmWithin))
	}
	return s
}

// Ended is the campaign without further steps.
func (c Campaign) Ended(why CampaignEnd) Campaign {
	if c.Trigger != "" && c.Over == "" {
		c.Next, c.Over = 0, why
	}
	return c
}

// Done is the campaign with one more step behind it, to be looked at again at
// an instant.
func (c Campaign) Done(step string, next calendar.Instant) Campaign {
	c.Sent, c.Next = append(slices.Clone(c.Sent), step), next
	return c
}

// Gave is the campaign once it has mailed the code of a discount to who may
// still stay.
func (c Campaign) Gave(discount string) Campaign {
	c.Offer = discount
	return c
}

// won is the campaign of a subscription that ends for a reason, or is to end.
func (s Subscription) won(reason string, at calendar.Instant) Campaign {
	switch {
	case reason != CancelledByCustomer && reason != CancelledWithMails:
		return Campaign{}
	case s.Mails.Trigger == merchant.TriggerCancelled:
		return s.Mails // it began when the end was scheduled
	case s.Status == StatusPending || len(s.Disputes) > 0:
		return Campaign{}
	}
	return campaign(merchant.TriggerCancelled, at)
}

// mailDue is when a step of the campaign is to be looked at, as long as its
// cause lasts.
func (s Subscription) mailDue() calendar.Instant {
	lasts := map[merchant.Trigger]bool{
		merchant.TriggerConfirm:   s.AwaitsConfirmation(),
		merchant.TriggerPastDue:   s.Status == StatusPastDue,
		merchant.TriggerOnHold:    s.Status == StatusOnHold,
		merchant.TriggerCancelled: s.Status == StatusCancelled || s.Status == StatusActive && s.Cancel.AtPeriodEnd,
	}
	byHand := s.Manual.On && s.Status.Access() // whose customers get the mails of their invoices
	if !lasts[s.Mails.Trigger] || len(s.Disputes) > 0 || byHand {
		return 0
	}
	return s.Mails.Next
}
