package billing

import (
	"slices"

	"perennial/shared/merchant"
)

// Offered is the discount that a subscription gets when its customer keeps it
// after all, by its id: the one whose code was mailed while it still ran. It
// is empty for most.
func (s Subscription) Offered() string {
	if !s.Ending() || s.Mails.Trigger != merchant.TriggerCancelled {
		return ""
	}
	return s.Mails.Offer
}

// Ending reports a subscription that runs on until the end that it is
// cancelled for.
func (s Subscription) Ending() bool { return s.Status == StatusActive && s.Cancel.AtPeriodEnd }

// Takes refuses a discount that would take nothing off the next renewal, and
// one that the subscription has or had already: keeping it is rewarded once.
func (s Subscription) Takes(d Discount) error {
	plan := s.Plan()
	had := plan.Discounts
	if s.Scheduled != nil {
		plan = s.Scheduled.Plan
		had = append(slices.Clone(had), plan.Discounts...)
	}
	switch {
	case slices.ContainsFunc(had, func(a Applied) bool { return a.ID == d.ID }):
		return ErrDiscountTwice
	case len(s.Discounts) >= MaxDiscounts || len(plan.Discounts) >= MaxDiscounts:
		return ErrDiscountsTooMany
	}
	return d.Fits(plan.Lines(), plan.Price.Amount.Currency)
}

// Keep takes a scheduled cancellation back, and takes discounts on that reduce
// the renewals from the next one on. What is paid already stays as it was.
func (s Subscription) Keep(taken []Applied) (Change, error) {
	done, err := s.Revoke()
	if err != nil || len(taken) == 0 {
		return done, err
	}
	for _, a := range taken {
		if err := s.Takes(a.Discount); err != nil {
			return done, err
		}
	}
	kept := &done.Subscription
	kept.Discounts = append(slices.Clone(kept.Discounts), taken...)
	if s.Scheduled != nil {
		next := *s.Scheduled
		next.Plan.Discounts = append(slices.Clone(next.Plan.Discounts), taken...)
		kept.Scheduled = &next
	}
	return done, nil
}
