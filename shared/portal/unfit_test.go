package portal_test

import (
	"net/url"
	"testing"

	"perennial/shared/billing"
	"perennial/shared/gateway"
	"perennial/shared/lifecycle/lifecycletest"
	"perennial/shared/record"
)

// R050: a bank debit is not offered for a subscription in dollars, on no page,
// and refused in plain words where it is sent all the same.
func TestADebitIsNotOfferedForDollars(t *testing.T) {
	t.Parallel()
	s := open(t)
	sub := s.Active("visa_ok")
	debit, err := s.Recovery.Wallet.Save(t.Context(), s.Scope, record.System, lifecycletest.Get[billing.Customer](s.World, s.Customer.ID), s.Gateway.Token("sepa_debit"), gateway.Fields{})
	if err != nil {
		t.Fatal(err)
	}
	s.signIn()
	method, backup := "/subscriptions/"+sub.ID+"/payment-method", "/subscriptions/"+sub.ID+"/backup"
	for _, path := range []string{method, backup} {
		s.get(path).MustNot(t, debit.ID)
	}
	s.get("/payment-methods").Must(t, 200, "SEPA Direct Debit", "/payment-methods/"+debit.ID+"/remove")
	s.get("/payment-methods").MustNot(t, "/payment-methods/"+debit.ID+"/use")
	const why = "This payment method cannot be charged in this currency."
	s.form(method, url.Values{"method": {debit.ID}}).Must(t, 422, why)
	s.form(method, url.Values{"token": {s.Gateway.Token("sepa_debit")}}).Must(t, 422, why)
	s.form(backup, url.Values{"method": {debit.ID}, "consent": {"yes"}}).Must(t, 422, why)
	s.form("/payment-methods/"+debit.ID+"/use", url.Values{"due": {""}})
	if got := s.Sub(sub.ID); got.Method.ID != sub.Method.ID || got.HasBackup() || len(lifecycletest.All[billing.Method](s.World)) != 2 {
		t.Errorf("%+v, backup %+v", got.Method, got.Backup)
	}
	sub.Price.Amount.Currency = "EUR"
	s.Put(sub)
	for _, path := range []string{method, backup} {
		s.get(path).Must(t, 200, debit.ID)
	}
}
