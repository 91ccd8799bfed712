package hooks_test

import (
	"testing"

	dodo "github.com/dodopayments/dodopayments-go"

	"perennial/shared/billing"
	"perennial/shared/hooks"
	"perennial/shared/merchant"
)

func TestTheListIsTheSDKsAndOneNewerType(t *testing.T) {
	t.Parallel()
	var newer []string
	for _, name := range hooks.Types {
		if !dodo.WebhookEventType(name).IsKnown() {
			newer = append(newer, name)
		}
	}
	if len(hooks.Types) != 48 || len(newer) != 1 || newer[0] != "subscription.past_due" {
		t.Errorf("%d types, unknown to the SDK: %v", len(hooks.Types), newer)
	}
}

func TestNoFilterMeansAllAndAnEmptyFilterNothing(t *testing.T) {
	t.Parallel()
	events := []billing.Event{{Type: billing.EventPaymentFailed}}
	for _, c := range []struct {
		types []string
		want  bool
	}{{nil, true}, {[]string{}, false}, {[]string{"payment.failed"}, true}, {[]string{"payment.succeeded"}, false}} {
		if got := hooks.WantsAny(merchant.Endpoint{Types: c.types}, events); got != c.want {
			t.Errorf("filter %v wants payment.failed: %t", c.types, got)
		}
	}
	for _, kind := range []billing.EventType{billing.EventDunningStarted, billing.EventDunningDone, billing.EventTrialCancelled} {
		if hooks.Wanted(merchant.Endpoint{}, kind) || !hooks.Wanted(merchant.Endpoint{Types: []string{string(kind)}}, kind) {
			t.Errorf("%s is not for those alone who name it", kind)
		}
	}
	if hooks.WantsAny(merchant.Endpoint{}, []billing.Event{{Type: billing.EventNotice}}) {
		t.Error("an internal event went to an endpoint that did not name it")
	}
}
