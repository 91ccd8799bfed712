package portals

import (
	"context"
	"strings"
	"unicode/utf8"

	"perennial/shared/billing"
	"perennial/shared/fault"
	"perennial/shared/lifecycle"
	"perennial/shared/subscriptions"
)

// byCustomer is Dodo's cancel_reason of a customer's own cancellation.
const byCustomer = "cancelled_by_customer"

// MayCancelNow reports whether the visitor may end the subscription at once.
// Without a paid period ahead there is nothing else (rules 10 and 23).
func (v Visitor) MayCancelNow(sub billing.Subscription) bool {
	return v.rules().AllowsCancelNow() || sub.Status != billing.StatusActive
}

// Cancel ends the subscription at its next billing date, which is always
// allowed, or now. Reason and comment are optional (rules 23, R210).
func (s *Service) Cancel(ctx context.Context, v Visitor, sub billing.Subscription, now bool, feedback, comment string) error {
	c := subscriptions.Change{
		Cancel:      lifecycle.CancelAtEnd,
		Particulars: billing.Cancellation{Reason: byCustomer, Feedback: feedback, Comment: comment},
	}
	if now {
		if !v.MayCancelNow(sub) {
			return ErrNoCancelNow
		}
		c.Cancel = lifecycle.CancelNow
	}
	return s.change(ctx, v, sub, c)
}

// Keep takes a scheduled cancellation back. The offer is the discount that the
// visitor was shown for staying, by its id; empty for none.
func (s *Service) Keep(ctx context.Context, v Visitor, sub billing.Subscription, offer string) error {
	if err := v.mine(sub); err != nil {
		return err
	}
	_, err := s.Subscriptions.Keep(ctx, subscriptions.Keep{Scope: v.Scope, Actor: v.Actor, Subscription: sub.ID, Offer: offer})
	return err
}

// PreviewKeep tells what keeping a subscription comes to.
func (s *Service) PreviewKeep(ctx context.Context, v Visitor, sub billing.Subscription) (subscriptions.Kept, error) {
	if err := v.mine(sub); err != nil {
		return subscriptions.Kept{}, err
	}
	return s.Subscriptions.PreviewKeep(ctx, v.Scope, sub.ID)
}

// MayPause reports whether the visitor may pause the subscription, or end a
// pause.
func (v Visitor) MayPause(sub billing.Subscription) bool {
	switch sub.Status {
	case billing.StatusPaused:
		return v.rules().AllowsPause()
	case billing.StatusActive:
		idle := len(sub.Open) == 0 && sub.Failure.At.IsZero() && !sub.Lock.Set() && sub.Change == nil
		return v.rules().AllowsPause() && idle && !sub.Cancel.AtPeriodEnd
	default:
		return false
	}
}

// Pause freezes the subscription, where the business lets customers do so.
func (s *Service) Pause(ctx context.Context, v Visitor, sub billing.Subscription) error {
	if !v.rules().AllowsPause() {
		return ErrNoPause
	}
	return s.change(ctx, v, sub, subscriptions.Change{Pause: true})
}

// Resume ends a pause.
func (s *Service) Resume(ctx context.Context, v Visitor, sub billing.Subscription) error {
	if !v.rules().AllowsPause() {
		return ErrNoPause
	}
	return s.change(ctx, v, sub, subscriptions.Change{Resume: true})
}

// Particulars are who a subscription is billed to (R092).
type Particulars struct {
	Name     string
	Address  billing.Address
	TaxID    string
	Business string
}

// Correct changes who a subscription is billed to, and the customer's name,
// all or nothing.
func (s *Service) Correct(ctx context.Context, v Visitor, sub billing.Subscription, p Particulars) error {
	var check fault.Check
	check.That(p.Name != "", "name", "must not be empty")
	checkAddress(&check, p.Address)
	if err := check.Fault("INVALID_REQUEST_PARAMETERS", "Please look at the details again."); err != nil {
		return err
	}
	if !v.rules().AllowsEditProfile() {
		p.Name = "" // stays what it is
	}
	return s.change(ctx, v, sub, subscriptions.Change{
		Edit:         billing.Edit{Billing: &p.Address, TaxID: &p.TaxID, BusinessName: &p.Business},
		CustomerName: p.Name,
	})
}

// checkAddress names what is wrong with a postal address.
func checkAddress(check *fault.Check, a billing.Address) {
	known := len(a.Country) == 2 && strings.Contains(billing.Countries, a.Country)
	check.That(known, "billing.country", "must be chosen from the list")
	long := false
	for _, part := range []string{a.State, a.City, a.Street, a.Zip} {
		long = long || utf8.RuneCountInString(part) > 200
	}
	check.That(!long, "address", "must be shorter")
}
