package checkout_test

import (
	"testing"

	"perennial/shared/billing"
	"perennial/shared/gateway"
)

func TestR131AMethodLinkSavesACardOnce(t *testing.T) {
	t.Parallel()
	s := open(t)
	sub := s.Active("visa_ok")
	path := s.ask(sub.ID, "https://shop.example/account")
	form := s.get(path)
	form.Must(t, 200, "New payment method", "Atlas Pro", "Save card", "$0.00")
	form.MustNot(t, "Pay $", "reactivate")
	s.get(path+"/return").Must(t, 200, "Save card") // nothing has happened yet
	s.pay(path, "expired_card").Must(t, 422, "The card has expired", "Save card")
	done := s.leadsTo(s.pay(path, "mastercard_ok"), path+"/return")
	done.Must(t, 200, "Thank you", "your payment method is updated", "February 28, 2027", "https://shop.example/account?status=active")
	first := s.Sub(sub.ID).Method
	again := s.get(path)
	again.Must(t, 200, "Thank you", "your payment method is updated")
	again.MustNot(t, "data-card-fields")
	s.leadsTo(s.pay(path, "amex_ok"), path).Must(t, 200, "Thank you")
	if got := s.Sub(sub.ID).Method; got.Last4 != "4444" || got.ID != first.ID {
		t.Errorf("the link was used twice: %+v", got)
	}
	if n := len(s.Gateway.Ledger()); n != 1 {
		t.Errorf("%d charges, want only the first payment", n)
	}
	s.Reconcile()
}

func TestR133AMethodLinkOnHoldPaysTheDuesOnce(t *testing.T) {
	t.Parallel()
	s := open(t)
	sub := s.OnHold()
	path := s.ask(sub.ID, "")
	s.get(path).Must(t, 200, "Atlas Pro", "Due today", "$20.00", "Next payment", "March 31, 2027", "Pay $20.00 and reactivate")
	s.pay(path, "decline_on_charge").Must(t, 422, "Nothing was charged.", "Pay $20.00 and reactivate")
	if got := s.Sub(sub.ID); got.Status != billing.StatusOnHold || got.Method.ID != sub.Method.ID {
		t.Errorf("after a decline it is %s with %s", got.Status, got.Method.Last4)
	}
	done := s.leadsTo(s.pay(path, "mastercard_ok"), path+"/return")
	done.Must(t, 200, "Atlas Pro is active", "your payment method is updated", "March 31, 2027")
	charges := len(s.Gateway.Ledger())
	again := s.get(path)
	again.Must(t, 200, "Thank you")
	again.MustNot(t, "data-card-fields")
	s.leadsTo(s.pay(path, "visa_ok"), path)
	if got := s.Sub(sub.ID); got.Method.Last4 != "4444" || len(s.Gateway.Ledger()) != charges {
		t.Errorf("the link was used twice: %s, %d charges", got.Method.Last4, len(s.Gateway.Ledger()))
	}
	s.Reconcile()
}

func TestAMethodLinkIsUsedHoweverItsPaymentSettles(t *testing.T) {
	t.Parallel()
	s := open(t)
	sub := s.OnHold()
	path := s.ask(sub.ID, "")
	s.pay(path, "authenticate_always")
	if _, err := s.Gateway.Approve(gateway.Intent(s.Sub(sub.ID).Lock.Intent)); err != nil {
		t.Fatal(err)
	}
	if err := s.Collect(sub.ID); err != nil { // the customer never came back
		t.Fatal(err)
	}
	got := s.get(path)
	got.Must(t, 200, "Atlas Pro is active")
	got.MustNot(t, "data-card-fields")
	s.Reconcile()
}

func TestAMethodLinkOfACancelledSubscriptionIsGone(t *testing.T) {
	t.Parallel()
	s := open(t)
	sub := s.Active("visa_ok")
	path := s.ask(sub.ID, "")
	sub = s.Sub(sub.ID)
	sub.Status = billing.StatusCancelled
	s.Put(sub)
	s.get(path).Must(t, 410, "no longer available")
	s.leadsTo(s.pay(path, "mastercard_ok"), path).Must(t, 410)
	if got := s.Sub(sub.ID).Method; got.Last4 != "4242" {
		t.Errorf("the method is %s", got.Last4)
	}
}
