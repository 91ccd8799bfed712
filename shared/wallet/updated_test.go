package wallet_test

import (
	"testing"

	"perennial/shared/billing"
	"perennial/shared/gateway"
	"perennial/shared/lifecycle/lifecycletest"
	"perennial/shared/merchant"
	"perennial/shared/wallet"
)

func TestACardThatItsNetworkReplacedIsTriedAtOnce(t *testing.T) {
	t.Parallel()
	w := lifecycletest.New(t)
	s := w.OnHold()
	u := &wallet.Updater{Store: w.Store, Wall: w.Clock.Now}
	told := gateway.Updated{Customer: w.Customer.ID, Method: gateway.Method{
		Ref: s.Method.Reference, Brand: "visa", Last4: "1881", ExpMonth: 1, ExpYear: 2039, Fingerprint: "fresh",
	}}
	for range 2 {
		if err := u.Update(t.Context(), lifecycletest.Account(w.Scope), told); err != nil {
			t.Fatal(err)
		}
	}
	got := w.Sub(s.ID)
	if got.Method.Last4 != "1881" || got.Failure.NextRetry.IsZero() || got.Failure.NextRetry > w.Now() {
		t.Errorf("%+v, next retry %s", got.Method, got.Failure.NextRetry)
	}
	method := lifecycletest.Get[billing.Method](w, w.Customer.ID+"/"+s.Method.ID)
	if method.Last4 != "1881" || method.ExpYear != 2039 {
		t.Errorf("the saved card is %+v", method)
	}
	version := got.Version
	told.Method.Last4 = "0002"
	for _, a := range []gateway.Account{{Gateway: "stripe", ID: merchant.GatewayAccount(w.Scope, "acct_1")}, {Gateway: "sandbox", ID: "bus_2.test"}, {}} {
		if err := u.Update(t.Context(), a, told); err != nil && a.ID == "" {
			t.Errorf("%+v: %v", a, err)
		}
	}
	if after := w.Sub(s.ID); after.Version != version {
		t.Error("another account has replaced this card")
	}
}
