package merchantapi_test

import (
	"strings"
	"testing"

	dodo "github.com/dodopayments/dodopayments-go"

	"perennial/shared/billing"
	"perennial/shared/lifecycle/lifecycletest"
	"perennial/shared/recovery"
)

// trial gives the world's product a week's trial.
func (b *bench) trial(change func(*billing.Price)) {
	b.T.Helper()
	p := lifecycletest.Get[billing.Product](b.World, b.Product.ID)
	p.Price.TrialDays = 7
	change(&p.Price)
	b.Put(p)
}

func TestAPaidTrialSaysWhatItCosts(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.trial(func(p *billing.Price) { p.TrialAmount = 300 })
	made, err := b.order(nil) // of two
	b.must(err)
	raw := made.JSON.RawJSON()
	if !strings.Contains(raw, `"trial_amount":300`) || !strings.Contains(raw, `"payment_method_required":true`) {
		t.Errorf("made %s", raw)
	}
	b.pay(b.session(made.ClientSecret), "visa_ok")
	paid, err := b.client.Payments.Get(t.Context(), made.PaymentID)
	if err != nil || paid.TotalAmount != 600 || paid.Status != "succeeded" {
		t.Errorf("paid %d, %s, %v", paid.TotalAmount, paid.Status, err)
	}
	if s := b.get(made.SubscriptionID); s.TrialPeriodDays != 7 || !strings.Contains(s.JSON.RawJSON(), `"trial_amount":300`) {
		t.Errorf("it is %s", s.JSON.RawJSON())
	}
}

func TestATrialWithoutAMethodBeginsAtOnceOrOnItsPage(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.trial(func(p *billing.Price) { p.TrialNoMethod = true })
	made, err := b.order(func(p *dodo.SubscriptionNewParams) { p.PaymentLink = dodo.F(false) })
	b.must(err)
	if raw := made.JSON.RawJSON(); !strings.Contains(raw, `"payment_method_required":false`) {
		t.Errorf("made %s", raw)
	}
	s := b.get(made.SubscriptionID)
	if s.Status != "active" || strings.Contains(s.JSON.RawJSON(), `"has_payment_method":true`) {
		t.Errorf("without a page it is %s", s.JSON.RawJSON())
	}
	linked, err := b.order(nil)
	b.must(err)
	if s := b.get(linked.SubscriptionID); s.Status != "pending" {
		t.Fatalf("with a page it is %s", s.Status)
	}
	page := b.session(linked.ClientSecret)
	_, err = b.Recovery.ChangeMethod(t.Context(), recovery.Pay{
		Scope: b.Scope, Subscription: page.Subscription, Customers: []string{page.Customer}, Checkout: page.ID, By: billing.ByCustomer,
	})
	b.must(err)
	if s := b.get(linked.SubscriptionID); s.Status != "active" {
		t.Errorf("after the page it is %s", s.Status)
	}
}
