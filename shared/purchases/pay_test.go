package purchases_test

import (
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"perennial/shared/billing"
	"perennial/shared/charging"
	"perennial/shared/gateway"
	"perennial/shared/gateway/gatewaytest"
	"perennial/shared/lifecycle/lifecycletest"
	"perennial/shared/purchases"
	"perennial/shared/record"
)

func TestAPurchaseIsPaidOnceWithAnInvoice(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	placed := s.order(s.cart())
	if placed.Payment.Amount.Minor != 3000 || placed.Payment.Status != billing.PaymentRequiresMethod || placed.Checkout.Payment != placed.Payment.ID {
		t.Errorf("placed %+v", placed)
	}
	got, err := s.pay(placed.Purchase.ID, "visa_ok")
	if err != nil || got.Payment.ID != placed.Payment.ID || got.Payment.Status != billing.PaymentSucceeded {
		t.Fatalf("%+v, %v", got.Payment, err)
	}
	if p := got.Payment; p.Purchase != placed.Purchase.ID || len(p.Items) != 1 || p.Items[0].Quantity != 2 || p.Metadata["order"] != "42" {
		t.Errorf("payment %+v", p)
	}
	invoice := lifecycletest.Get[billing.Invoice](s.World, placed.Invoice.ID)
	if invoice.Status != billing.InvoicePaid || invoice.Number == "" || invoice.Lines[0].Kind != billing.LineOneTime {
		t.Errorf("invoice %+v", invoice)
	}
	if now := s.purchase(placed.Purchase.ID); now.Status != billing.PurchasePaid || now.Payment != placed.Payment.ID || now.Due() != 0 {
		t.Errorf("purchase %+v", now)
	}
	if _, err := s.pay(placed.Purchase.ID, "visa_ok"); !errors.Is(err, billing.ErrPaid) {
		t.Errorf("paid twice: %v", err)
	}
	if !slices.Contains(s.events(), "payment.succeeded") || len(s.Gateway.Ledger()) != 1 {
		t.Errorf("events %v, ledger %v", s.events(), s.Gateway.Ledger())
	}
	s.Reconcile()
}

func TestADeclinedPurchaseMayBeTriedAgain(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	placed := s.order(s.cart())
	got, err := s.pay(placed.Purchase.ID, "decline_on_charge")
	if err != nil || got.Payment.Status != billing.PaymentFailed || got.Payment.Decline.Code == "" {
		t.Fatalf("%+v, %v", got.Payment, err)
	}
	again, err := s.pay(placed.Purchase.ID, "visa_ok")
	if err != nil || again.Payment.Status != billing.PaymentSucceeded || again.Payment.ID == got.Payment.ID || again.Payment.Retry != 1 {
		t.Fatalf("%+v, %v", again.Payment, err)
	}
	s.Reconcile()
}

func TestManyWhoPayAtOnceAreChargedOnce(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	placed := s.order(s.cart())
	var wait sync.WaitGroup
	for range 8 {
		wait.Go(func() {
			_, err := s.pay(placed.Purchase.ID, "visa_ok")
			if err != nil && !errors.Is(err, billing.ErrLocked) && !errors.Is(err, billing.ErrPaid) {
				t.Error(err)
			}
		})
	}
	wait.Wait()
	if n := len(s.Gateway.Ledger()); n != 1 {
		t.Errorf("%d charges", n)
	}
	s.Reconcile()
}

// A crash, or a gateway that does not answer, at any request leaves a lock
// that the next run finishes: the money is never taken twice and never lost.
func TestNoPurchaseIsChargedTwiceOrLost(t *testing.T) {
	t.Parallel()
	for _, op := range []gatewaytest.Op{gatewaytest.OpPrepare, gatewaytest.OpConfirm} {
		for _, when := range []gatewaytest.When{gatewaytest.Before, gatewaytest.After} {
			s := openShop(t)
			placed := s.order(s.cart())
			s.Gateway.Break(op, when)
			got, err := s.pay(placed.Purchase.ID, "visa_ok")
			if err != nil || !got.Pending {
				t.Fatalf("%v %v: %+v, %v", op, when, got, err)
			}
			if _, err := s.pay(placed.Purchase.ID, "visa_ok"); !errors.Is(err, billing.ErrLocked) && !errors.Is(err, billing.ErrPaid) && err != nil {
				t.Errorf("%v %v: in between %v", op, when, err)
			}
			s.Clock.Advance(time.Hour)
			if err := s.collect(placed.Purchase.ID); err != nil {
				t.Fatal(err)
			}
			if now := s.purchase(placed.Purchase.ID); now.Lock.Set() || len(s.Gateway.Ledger()) > 1 {
				t.Errorf("%v %v: %+v after %d charges", op, when, now, len(s.Gateway.Ledger()))
			}
			s.Reconcile()
		}
	}
}

func TestTheGatewaysWordSettlesAPurchase(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	placed := s.order(s.cart())
	got, err := s.pay(placed.Purchase.ID, "authenticate_always")
	if err != nil || got.ActionURL == "" {
		t.Fatalf("%+v, %v", got, err)
	}
	lock := s.purchase(placed.Purchase.ID).Lock
	out, err := s.Gateway.Approve(gateway.Intent(lock.Intent))
	if err != nil {
		t.Fatal(err)
	}
	notice := charging.Notice{Account: lifecycletest.Account(s.Scope), Event: "evt_1", Outcome: out}
	for range 2 {
		if err := s.Charging.Hear(t.Context(), notice); err != nil {
			t.Fatal(err)
		}
	}
	if now := s.purchase(placed.Purchase.ID); now.Status != billing.PurchasePaid {
		t.Errorf("purchase %+v", now)
	}
	s.Reconcile()
}

func TestAPurchaseThatNobodyPaysExpires(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	placed := s.order(s.cart())
	s.Advance(25 * time.Hour)
	if now := s.purchase(placed.Purchase.ID); now.Status != billing.PurchaseExpired {
		t.Errorf("purchase %+v", now)
	}
	if p := lifecycletest.Get[billing.Payment](s.World, placed.Payment.ID); p.Status != billing.PaymentCancelled {
		t.Errorf("the promised payment is %s", p.Status)
	}
	if _, err := s.pay(placed.Purchase.ID, "visa_ok"); !errors.Is(err, billing.ErrNotForSale) {
		t.Errorf("paying it: %v", err)
	}
	s.Reconcile()
}

func TestAnothersPurchaseDoesNotExist(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	placed := s.order(s.cart())
	_, err := s.sales.Pay(t.Context(), purchases.Pay{Scope: s.Scope, Purchase: placed.Purchase.ID, Customers: []string{"cus_2"}, Token: s.Gateway.Token("visa_ok")})
	if !errors.Is(err, record.ErrNotFound) || len(s.Gateway.Ledger()) != 0 {
		t.Errorf("%v, %v", err, s.Gateway.Ledger())
	}
}
