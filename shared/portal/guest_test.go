package portal_test

import (
	"net/url"
	"testing"

	"perennial/shared/billing"
	"perennial/shared/gateway"
	"perennial/shared/record"
	"perennial/shared/recovery"
)

// Rules 19, 20: a card that somebody typed who had not signed in pays what it
// was typed for. The customer of the address can have nothing else charged to
// it, and loses sight of it when it is no longer needed.
func TestAGuestsCardPaysNothingElse(t *testing.T) {
	t.Parallel()
	s := open(t)
	made := s.Subscribe()
	_, err := s.Recovery.ChangeMethod(t.Context(), recovery.Pay{
		Scope: s.Scope, Subscription: made.Subscription.ID, Customers: []string{s.Customer.ID}, Token: s.Gateway.Token("mastercard_ok"),
		Fields: gateway.Fields{Guest: true}, By: billing.ByCustomer, Actor: record.Actor{Kind: record.ByCustomer, ID: s.Customer.ID},
	})
	if err != nil {
		t.Fatal(err)
	}
	gift, own := s.Sub(made.Subscription.ID), s.Active("visa_ok")
	s.signIn()
	s.get("/payment-methods").Must(t, 200, "Mastercard ending in 4444", "Visa ending in 4242") // each pays something
	s.get("/subscriptions/"+gift.ID+"/payment-method").Must(t, 200, "Mastercard ending in 4444")
	s.get("/subscriptions/"+own.ID+"/payment-method").MustNot(t, "4444")
	s.get("/subscriptions/"+own.ID+"/backup").MustNot(t, "4444")
	s.form("/subscriptions/"+own.ID+"/payment-method", url.Values{"method": {gift.Method.ID}, "due": {""}}).Must(t, 404)
	s.form("/subscriptions/"+own.ID+"/backup", url.Values{"method": {gift.Method.ID}, "consent": {"yes"}}).Must(t, 404)
	s.form("/payment-methods/"+gift.Method.ID+"/use", url.Values{"due": {""}})
	if s.Sub(own.ID).Method.ID != own.Method.ID {
		t.Error("the guest's card pays another subscription")
	}
	if got := s.form("/subscriptions/"+gift.ID+"/payment-method", url.Values{"method": {own.Method.ID}, "due": {""}}); got.Status != 303 {
		t.Fatalf("%d %s", got.Status, got.Text)
	}
	s.get("/payment-methods").MustNot(t, "4444")
}
