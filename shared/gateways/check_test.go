package gateways_test

import (
	"strings"
	"testing"
	"time"

	"perennial/shared/billing"
	"perennial/shared/calendar"
	"perennial/shared/gateway/stripe"
	"perennial/shared/gateways"
	"perennial/shared/ids"
	"perennial/shared/merchant"
	"perennial/shared/money"
	"perennial/shared/record"
)

func (d *desk) check() gateways.Checked {
	d.Helper()
	v, err := d.service.Check(d.Context(), live, "acct_1")
	d.must(err)
	return v
}

func TestACheckTellsWhatIsNotRightAndChangesNothing(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		spoil func(d *desk, endpoint string)
		want  []string
		text  string // in the first finding
	}{
		"nothing": {func(*desk, string) {}, nil, ""},
		"permissions": {func(d *desk, _ string) {
			d.twin.Forbid("acct_1", "disputes", "read")
			d.twin.Forbid("acct_1", "payment_intents", "read")
		}, []string{"permission_missing", "permission_missing"}, "PaymentIntents"},
		"the key may not even say whose it is": {func(d *desk, _ string) { d.twin.Forbid("acct_1", "account", "read") }, []string{"key_refused"}, "may not read its own account"},
		"optional permissions": {func(d *desk, _ string) {
			d.twin.Forbid("acct_1", "webhook_endpoints", "read")
			d.twin.Forbid("acct_1", "payment_method_domains", "read")
		}, []string{"webhook_unknown", "wallets_unknown"}, "Webhook Endpoints"},
		"payouts":         {func(d *desk, _ string) { d.twin.StopPayouts("acct_1") }, []string{"payouts_off"}, "not paid out"},
		"switched off":    {func(d *desk, id string) { d.twin.Disable(id) }, []string{"webhook_disabled"}, "gateway setup acct_1"},
		"a second one":    {func(d *desk, _ string) { d.twin.Hook("acct_1", hookURL, stripe.Events...) }, []string{"webhook_duplicate"}, "2 webhook endpoints"},
		"removed":         {func(d *desk, id string) { d.twin.Remove(id) }, []string{"webhook_missing"}, hookURL},
		"made by another": {func(d *desk, id string) { d.twin.Remove(id); d.twin.Hook("acct_1", hookURL, stripe.Events...) }, []string{"webhook_secret_unknown"}, "we_"},
		"a host off":      {func(d *desk, _ string) { d.twin.Switch("acct_1", "checkout.example.com", false) }, []string{"wallets_off"}, "checkout.example.com"},
		"a host that is new": {func(d *desk, _ string) {
			d.service.Pages[merchant.Live] = append(d.service.Pages[merchant.Live], "https://new.example.com")
		}, []string{"wallets_unregistered"}, "new.example.com"},
		"a clock 70 s behind": {func(d *desk, _ string) { d.twin.Ahead(70 * time.Second) }, []string{"clock_skew"}, "behind"},
		"a clock 70 s ahead":  {func(d *desk, _ string) { d.twin.Ahead(-70 * time.Second) }, []string{"clock_skew"}, "ahead of"},
		"a clock 30 s ahead":  {func(d *desk, _ string) { d.twin.Ahead(-30 * time.Second) }, nil, ""},
		"a replaced deployment": {func(d *desk, _ string) { d.service.Hooks = "https://api2.example.com" },
			[]string{"webhook_missing"}, "https://api2.example.com/gateway-events/stripe/bus_1.live.acct_1"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newDesk(t)
			d.connected("")
			c.spoil(d, d.one().ID)
			before := len(d.store.Commits())
			got := d.check()
			if d.found(got, c.want...); len(got.Findings) > 0 && !strings.Contains(got.Findings[0].Message+got.Findings[0].Remedy, c.text) {
				t.Errorf("%+v", got.Findings[0])
			}
			if len(d.store.Commits()) != before || got.At.IsZero() {
				t.Error("looking changed something")
			}
		})
	}
}

func TestSettingUpMendsWhatACheckFinds(t *testing.T) {
	t.Parallel()
	for name, spoil := range map[string]func(d *desk, endpoint string){
		"switched off":    func(d *desk, id string) { d.twin.Disable(id) },
		"a second one":    func(d *desk, _ string) { d.twin.Hook("acct_1", hookURL, stripe.Events...) },
		"removed":         func(d *desk, id string) { d.twin.Remove(id) },
		"made by another": func(d *desk, id string) { d.twin.Remove(id); d.twin.Hook("acct_1", hookURL, "charge.failed") },
		"a host off":      func(d *desk, _ string) { d.twin.Switch("acct_1", "checkout.example.com", false) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newDesk(t)
			d.connected("")
			spoil(d, d.one().ID)
			if len(d.check().Findings) == 0 {
				t.Fatal("nothing is wrong")
			}
			d.found(d.setup(false))
			d.one()
		})
	}
}

// A key without the optional permissions connects, and the answer says what to
// do by hand; with them the rest follows.
func TestAKeyThatMayNotMakeEndpointsConnects(t *testing.T) {
	t.Parallel()
	for _, right := range []string{"read", "write"} {
		d := newDesk(t)
		d.twin.Forbid("acct_1", "webhook_endpoints", right)
		d.twin.Forbid("acct_1", "payment_method_domains", right)
		v := d.connected("")
		want := map[string][]string{
			"read": {"webhook_secret_missing", "wallets_unknown"}, "write": {"webhook_missing", "wallets_unregistered", "wallets_unregistered"},
		}[right]
		d.found(v, want...)
		byHand := v.Findings[0].Remedy
		for _, part := range []string{hookURL, "payment_method.automatically_updated", "perennial gateway webhook acct_1"} {
			if !strings.Contains(byHand, part) {
				t.Errorf("%s does not say %s", byHand, part)
			}
		}
		d.twin.Permit("acct_1")
		d.found(d.setup(false))
		d.one()
	}
}

func TestAnAddressThatIsRefusedIsTold(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	for range 16 {
		d.twin.Hook("acct_1", "https://other.example.com", "charge.failed")
	}
	d.found(d.connected(""), "webhook_refused", "webhook_missing")
}

func TestAWalletThatIsInactiveIsToldWithItsReason(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.twin.NoApplePay("Apple says no.")
	v := d.connected("")
	d.found(v, "wallet_inactive", "wallet_inactive")
	if want := "Apple Pay is not offered at checkout.example.com: Apple says no."; v.Findings[0].Message != want {
		t.Errorf("%+v", v.Findings[0])
	}
	d.twin.NoApplePay("")
	d.found(d.setup(false))
}

// A retired account takes no new payment methods, and hears of refunds and
// disputes as before.
func TestARetiredAccountNeedsItsEndpointAndNoHosts(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.connected("")
	_, err := d.service.Disconnect(t.Context(), live, record.System, "acct_1", false)
	d.must(err)
	d.twin.Switch("acct_1", "checkout.example.com", false)
	d.found(d.check())
	d.twin.Disable(d.twin.Hooks("acct_1")[0].ID)
	d.found(d.check(), "webhook_disabled")
}

func TestAnAccountThatIsPaidAndNotHeardIsTold(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.connected("")
	paid := billing.Payment{
		ID: ids.New(ids.Payment, d.now), Customer: "cus_1", Status: billing.PaymentSucceeded, Intent: "pi_1", Amount: money.Of(100, "EUR"),
		Method: billing.Method{ID: "pm_1", Account: account("acct_1").ID, Gateway: "stripe"}, CreatedAt: calendar.At(d.now.Add(-7 * time.Hour)),
	}
	d.must(d.store.Commit(t.Context(), record.Commit{Scope: live, Actor: record.System, Cause: "test", Put: []any{paid}}))
	d.found(d.check(), "webhooks_not_heard")
	d.ring.Heard(t.Context(), account("acct_1"))
	d.found(d.check())
}

func TestAGatewayThatDoesNotAnswerIsNoFailure(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.connected("")
	gone := stripe.New(stripe.Options{BaseURL: "http://127.0.0.1:1"})
	d.service.Inspectors["stripe"] = gone
	d.service.Helpers["stripe"] = gateways.Helper{Endpoints: gone, Domains: gone, Prober: gone}
	d.found(d.check(), "no_answer", "no_answer", "no_answer", "no_answer")
}
