package merchantapi_test

import (
	"strings"
	"testing"
	"time"

	dodo "github.com/dodopayments/dodopayments-go"

	"perennial/shared/billing"
	"perennial/shared/calendar"
	"perennial/shared/lifecycle/lifecycletest"
	"perennial/shared/money"
)

// extend asks for more time.
func (b *bench) extend(id string, body map[string]any) (dodo.Subscription, error) {
	b.T.Helper()
	var out dodo.Subscription
	err := b.client.Post(b.T.Context(), "subscriptions/"+id+"/extend", body, &out)
	return out, err
}

// R222: the next billing date is postponed; R224: it is never moved earlier.
func TestASubscriptionIsExtendedAndNeverShortened(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	sub := b.Active("visa_ok")
	since := len(b.Store.Events())
	got, err := b.extend(sub.ID, map[string]any{"days": 5})
	want := sub.Period.End.Add(120 * time.Hour).Time()
	if err != nil || !got.NextBillingDate.Equal(want) || !got.ExpiresAt.Equal(sub.EndsAt.Add(120*time.Hour).Time()) {
		t.Fatalf("until %v, ends %v, %v", got.NextBillingDate, got.ExpiresAt, err)
	}
	if told := b.events(since); !has(told, "subscription.updated") {
		t.Errorf("told %v", told)
	}
	if _, err := b.extend(sub.ID, map[string]any{"next_billing_date": want.Add(-time.Hour)}); err == nil || !strings.Contains(err.Error(), "later") {
		t.Errorf("an hour earlier: %v", err)
	}
	b.AdvanceTo(sub.Period.End)
	if n := len(b.Gateway.Ledger()); n != 1 {
		t.Errorf("%d captures on the old date", n)
	}
	b.AdvanceTo(calendar.At(want))
	if n := len(b.Gateway.Ledger()); n != 2 {
		t.Errorf("%d captures on the new date", n)
	}
}

// R305: a life ends with its term, and nothing is charged on its last day.
func TestATermEndsAndIsLongerWhereItWasMadeLonger(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	p := lifecycletest.Get[billing.Product](b.World, b.Product.ID)
	p.Price.Term = calendar.Interval{Count: 2, Unit: calendar.Month}
	b.Put(p)
	short, long := b.Active("visa_ok"), b.Active("visa_ok")
	_, err := b.client.Subscriptions.Update(t.Context(), long.ID, dodo.SubscriptionUpdateParams{SubscriptionPeriodCount: dodo.F[int64](3)})
	b.must(err)
	b.AdvanceTo(short.EndsAt)
	if s := b.get(short.ID); s.Status != "expired" {
		t.Errorf("at the end of its term it is %s", s.Status)
	}
	if s := b.get(long.ID); s.Status != "active" || !s.ExpiresAt.After(short.EndsAt.Time()) {
		t.Errorf("the longer one is %s until %v", s.Status, s.ExpiresAt)
	}
	if n := len(b.Gateway.Ledger()); n != 5 { // two months of the short one, three of the long one
		t.Errorf("%d captures", n)
	}
}

func TestAddonsAreBoughtWithTheSubscription(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	p := lifecycletest.Get[billing.Product](b.World, b.Product.ID)
	p.Addons = []string{"adn_seat"}
	seat := billing.Addon{ID: "adn_seat", Name: "Seat", TaxCategory: "saas", Price: money.Of(500, "USD"), CreatedAt: b.Now()}
	b.Put(p, seat, billing.Addon{ID: "adn_other", Name: "Other", TaxCategory: "saas", Price: money.Of(1, "USD"), CreatedAt: b.Now()})
	with := func(id string) (*dodo.SubscriptionNewResponse, error) {
		return b.order(func(o *dodo.SubscriptionNewParams) {
			o.Addons = dodo.F([]dodo.AttachAddonParam{{AddonID: dodo.F(id), Quantity: dodo.F[int64](3)}})
		})
	}
	made, err := with("adn_seat")
	b.must(err)
	if len(made.Addons) != 1 || made.RecurringPreTaxAmount != 5500 {
		t.Errorf("made with %v at %d", made.Addons, made.RecurringPreTaxAmount)
	}
	b.pay(b.session(made.ClientSecret), "visa_ok")
	b.AdvanceTo(b.Sub(made.SubscriptionID).Period.End)
	if ledger := b.Gateway.Ledger(); len(ledger) != 2 || ledger[0].Amount.Minor != 5500 || ledger[1].Amount.Minor != 5500 {
		t.Errorf("captured %v", ledger)
	}
	if _, err := with("adn_other"); err == nil || !strings.Contains(err.Error(), "MISSING_ADDON_IDS") {
		t.Errorf("what the product does not offer: %v", err)
	}
	if _, err := with("adn_none"); err == nil || !strings.Contains(err.Error(), "MISSING_ADDON_IDS") {
		t.Errorf("what does not exist: %v", err)
	}
}

func TestALocalizedPriceIsCharged(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	p := lifecycletest.Get[billing.Product](b.World, b.Product.ID)
	p.Mode, p.Price.ReductionBps = billing.ByCurrency, 1000
	p.Local = []billing.LocalPrice{{ID: "lcp_1", Amount: money.Of(1800, "EUR")}}
	p.Price.TrialDays, p.Price.TrialAmount = 7, 200
	b.Put(p)
	made, err := b.order(func(o *dodo.SubscriptionNewParams) { o.BillingCurrency = dodo.F(dodo.CurrencyEur) })
	b.must(err)
	b.pay(b.session(made.ClientSecret), "visa_ok")
	sub := b.Sub(made.SubscriptionID)
	b.AdvanceTo(sub.Period.End)
	// A tenth off 18.00, two of them; the trial costs a tenth of the price.
	if ledger := b.Gateway.Ledger(); len(ledger) != 2 || ledger[0].Amount != money.Of(360, "EUR") || ledger[1].Amount != money.Of(3240, "EUR") {
		t.Errorf("captured %v", ledger)
	}
	if _, err := b.order(func(o *dodo.SubscriptionNewParams) { o.BillingCurrency = dodo.F(dodo.CurrencyGbp) }); err == nil || !strings.Contains(err.Error(), "UNSUPPORTED_BILLING_CURRENCY") {
		t.Errorf("in a currency without a price: %v", err)
	}
}
