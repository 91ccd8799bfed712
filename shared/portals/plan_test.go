package portals_test

import (
	"testing"

	"perennial/shared/billing"
	"perennial/shared/merchant"
	"perennial/shared/portals"
	"perennial/shared/proration"
)

func TestTheTermsOfAChangeAreInherited(t *testing.T) {
	t.Parallel()
	var none billing.Collection
	own := billing.Collection{
		OnUpgrade: billing.ChangeTerms{EffectiveAt: "next_billing_date"}, OnPaymentFailure: "apply_change",
		OnDowngrade: billing.ChangeTerms{EffectiveAt: "immediately", Proration: "difference_immediately"},
	}
	restart := merchant.PlanChangeRules{Restart: merchant.SwitchOn}
	for name, c := range map[string]struct {
		rules   merchant.PlanChangeRules
		from    billing.Collection
		upgrade bool
		want    portals.Terms
	}{
		"an upgrade by default":           {from: none, upgrade: true, want: portals.Terms{Upgrade: true, Prevent: true, Mode: proration.Prorated}},
		"a downgrade by default":          {from: none, want: portals.Terms{Later: true, Prevent: true, Mode: proration.Full}},
		"the collection's upgrade":        {from: own, upgrade: true, want: portals.Terms{Upgrade: true, Later: true, Mode: proration.Full}},
		"a downgrade by difference":       {from: own, want: portals.Terms{Later: true, Mode: proration.Full}},
		"the business's failure":          {rules: merchant.PlanChangeRules{PortalFailure: "apply_change"}, from: none, upgrade: true, want: portals.Terms{Upgrade: true, Mode: proration.Prorated}},
		"a difference with a new cycle":   {rules: restart, from: billing.Collection{OnUpgrade: billing.ChangeTerms{Proration: "difference_immediately"}}, upgrade: true, want: portals.Terms{Upgrade: true, Prevent: true, Mode: proration.Prorated}},
		"a downgrade at once, full price": {rules: merchant.PlanChangeRules{DowngradeAt: "immediately", DowngradeProration: "full_immediately"}, from: none, want: portals.Terms{Prevent: true, Mode: proration.Full}},
	} {
		if got := portals.TermsOf(c.rules, c.from, c.upgrade); got != c.want {
			t.Errorf("%s: %+v, want %+v", name, got, c.want)
		}
	}
}
