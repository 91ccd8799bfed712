package billing_test

import (
	"testing"

	"perennial/shared/billing"
	"perennial/shared/merchant"
)

// What is due is what there is a step for: otherwise the sweeper would bring
// the same subscription again and again.
func TestACampaignIsDueOnlyWhereAStepIsTaken(t *testing.T) {
	t.Parallel()
	triggers := []merchant.Trigger{merchant.TriggerConfirm, merchant.TriggerPastDue, merchant.TriggerOnHold, merchant.TriggerCancelled}
	for _, trigger := range triggers {
		for _, status := range billing.Statuses {
			for _, manual := range []bool{false, true} {
				s := billing.Subscription{Status: status, Mails: billing.Campaign{Trigger: trigger, At: 100, Next: 100}}
				s.Manual.On, s.Cancel.AtPeriodEnd, s.Period.End, s.CreatedAt = manual, true, 1000, 500
				if due := s.Due(); due == 100 && s.Next(100) != billing.StepMail {
					t.Errorf("%s, %s, by hand %v: due, and the step is %q", trigger, status, manual, s.Next(100))
				}
			}
		}
	}
}
