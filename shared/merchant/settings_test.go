package merchant_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"perennial/shared/fault"
	"perennial/shared/merchant"
)

func problems(s merchant.State) []string {
	var check fault.Check
	s.Settings.Check(&check)
	s.Recovery.Check(&check)
	f := fault.Of(check.Fault("X", "x"))
	if f == nil {
		return nil
	}
	var all []string
	for _, p := range f.Problems {
		all = append(all, p.Field)
	}
	return all
}

func TestTheDefaultsAreInOrder(t *testing.T) {
	t.Parallel()
	s := merchant.State{Recovery: merchant.DefaultRecovery()}
	if got := problems(s); got != nil {
		t.Errorf("the defaults are refused: %v", got)
	}
	r := s.Settings.Subscriptions
	// R110: customers change plans only where the merchant has switched it on.
	if r.AllowsChangePlan() || r.AllowsPause() || !r.AllowsCancelNow() || !r.AllowsMultiple() || !r.BillsUsageAtPause() ||
		r.PreventsTrialAbuse() || r.CollectsByLink() || s.Settings.PlanChange.RestartsCycle() {
		t.Errorf("the defaults are not the documented ones: %+v", r)
	}
}

func TestEverythingWrongWithSettingsIsNamedAtOnce(t *testing.T) {
	t.Parallel()
	s := merchant.State{
		Recovery: merchant.Recovery{GraceDays: 31, WindowDays: 5, KeepDays: -1, EndAction: "x", Retries: []time.Duration{time.Minute}},
		Settings: merchant.Settings{
			PlanChange: merchant.PlanChangeRules{UpgradeProration: "difference_immediately", Restart: merchant.SwitchOn, DowngradeAt: "never"},
			Branding: merchant.Branding{
				Name: strings.Repeat("x", 101), LogoURL: "http://shop.example/logo.png", ReturnURL: "javascript:alert(1)",
				Font: "Comic Sans", Light: merchant.Palette{Text: "#ffffff"}, Dark: merchant.Palette{Accent: "red"},
			},
			Notices: map[merchant.Notice][]string{"x": nil, merchant.NoticeDisputeWon: {"no address"}},
		},
	}
	want := []string{
		"plan_change.effective_at_on_downgrade", "plan_change.proration_billing_mode_on_upgrade",
		"branding.name", "branding.logo_url", "branding.return_url", "branding.font", "branding.light.text", "branding.dark.accent",
		"notifications.dispute_won", "notifications.x",
		"recovery.grace_days", "recovery.grace_days", "recovery.keep_days", "recovery.end_action", "recovery.retry_delay_hours",
	}
	if diff := cmp.Diff(want, problems(s)); diff != "" {
		t.Error(diff)
	}
}

func TestRetriesFitIntoTheWindow(t *testing.T) {
	t.Parallel()
	r := merchant.DefaultRecovery()
	r.Timing, r.WindowDays = merchant.TimingList, 9 // the ten days of the default's list do not fit
	if got := problems(merchant.State{Recovery: r}); len(got) != 1 {
		t.Errorf("got %v", got)
	}
}

func TestContrastIsThatOfWCAG(t *testing.T) {
	t.Parallel()
	if got := merchant.Contrast("#000000", "#ffffff"); got < 20.99 || got > 21.01 {
		t.Errorf("black on white is %v", got)
	}
	if got := merchant.Contrast("#777777", "#FFFFFF"); got < 4.47 || got > 4.49 { // WebAIM's example
		t.Errorf("grey on white is %v", got)
	}
	if merchant.Contrast("#12345", "#ffffff") != 0 || merchant.Contrast("#12345g", "#ffffff") != 0 {
		t.Error("no colour has a contrast")
	}
}

// R254: each notice can be switched on and off.
func TestANoticeGoesToWhomTheMerchantSays(t *testing.T) {
	t.Parallel()
	s := merchant.State{Business: merchant.Business{Email: "owner@shop.example"}, Settings: merchant.Settings{
		Notices: map[merchant.Notice][]string{merchant.NoticeDisputeWon: {}, merchant.NoticePaymentFailed: {"a@shop.example"}},
	}}
	for notice, want := range map[merchant.Notice][]string{
		merchant.NoticeDisputeLost: {"owner@shop.example"}, merchant.NoticeDisputeWon: {},
		merchant.NoticePaymentFailed: {"a@shop.example"}, merchant.NoticePaymentReceived: nil,
	} {
		if diff := cmp.Diff(want, s.Recipients(notice)); diff != "" {
			t.Errorf("%s: %s", notice, diff)
		}
	}
}
