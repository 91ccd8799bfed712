package purchases_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"perennial/shared/billing"
	"perennial/shared/charging"
	"perennial/shared/gateway"
	"perennial/shared/gateway/gatewaytest"
	"perennial/shared/lifecycle/lifecycletest"
	"perennial/shared/record"
)

// liar captures and says that it was declined.
type liar struct{ *gatewaytest.Fake }

func (l liar) Confirm(ctx context.Context, account gateway.Account, intent gateway.Intent, key string) (gateway.Outcome, error) {
	out, err := l.Fake.Confirm(ctx, account, intent, key)
	if out.State == gateway.StateSucceeded {
		out.State, out.Decline = gateway.StateDeclined, gateway.Decline{Code: "generic_decline"}
	}
	return out, err
}

// liedTo is a purchase whose payment was told to be declined and captured.
func liedTo(t *testing.T) (*shop, billing.Purchase, billing.Payment) {
	t.Helper()
	s := openShop(t)
	placed := s.order(s.cart())
	s.Charging.Gateway = liar{s.Gateway}
	got, err := s.pay(placed.Purchase.ID, "visa_ok")
	if err != nil || got.Payment.Status != billing.PaymentFailed || len(s.Gateway.Ledger()) != 1 {
		t.Fatalf("%+v, %v", got.Payment, err)
	}
	s.Charging.Gateway = s.Gateway
	s.Clock.Advance(time.Minute)
	return s, placed.Purchase, got.Payment
}

// hear brings the gateway's word on a payment.
func (s *shop) hear(p billing.Payment, event string) error {
	account := lifecycletest.Account(s.Scope)
	out, err := s.Gateway.Find(s.T.Context(), account, gateway.Intent(p.Intent))
	if err != nil {
		s.T.Fatal(err)
	}
	return s.Charging.Hear(s.T.Context(), charging.Notice{Account: account, Event: event, Outcome: out})
}

// kept is what the gateway has taken and not given back.
func (s *shop) kept() (minor int64) {
	for _, line := range s.Gateway.Ledger() {
		if line.Kind == gatewaytest.Refund {
			minor -= line.Amount.Minor
		} else {
			minor += line.Amount.Minor
		}
	}
	return minor
}

// A capture that comes late fulfils the purchase that still waits for it, and
// goes back from any other, once, in whatever order and how often it is told.
func TestALateCaptureFulfilsThePurchaseThatStillWaits(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		meanwhile func(*shop, billing.Purchase)
		status    billing.PurchaseStatus
		pays      bool
		kept      int64
	}{
		"still open": {func(*shop, billing.Purchase) {}, billing.PurchasePaid, true, 3000},
		"expired":    {func(s *shop, _ billing.Purchase) { s.Advance(25 * time.Hour) }, billing.PurchaseExpired, false, 0},
		"its time is over, but nobody has looked": {func(s *shop, _ billing.Purchase) {
			state := s.State()
			state.Clock.Offset += 25 * time.Hour
			s.Put(state)
		}, billing.PurchaseOpen, false, 0},
		"another sum is due now": {func(s *shop, p billing.Purchase) {
			v := lifecycletest.Get[billing.Invoice](s.World, p.Invoice)
			v.Lines[0].Amount.Minor += 100
			s.Put(v)
		}, billing.PurchaseOpen, false, 0},
		"on its way back": {func(s *shop, p billing.Purchase) {
			failed := lifecycletest.Get[billing.Payment](s.World, p.Failure.Payment)
			failed.Returning = true
			s.Put(failed)
		}, billing.PurchaseOpen, false, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, bought, failed := liedTo(t)
			c.meanwhile(s, s.purchase(bought.ID))
			for _, event := range []string{"evt_1", "evt_1", "evt_2"} {
				if err := s.hear(failed, event); err != nil {
					t.Fatal(err)
				}
			}
			now, p := s.purchase(bought.ID), lifecycletest.Get[billing.Payment](s.World, failed.ID)
			if now.Status != c.status || now.Lock.Set() || (p.Status == billing.PaymentSucceeded) != c.pays || s.kept() != c.kept {
				t.Errorf("the purchase is %s, the payment %s, %d kept", now.Status, p.Status, s.kept())
			}
			if v := lifecycletest.Get[billing.Invoice](s.World, bought.Invoice); (v.Number != "") != c.pays || (now.Payment == failed.ID) != c.pays {
				t.Errorf("invoice %q, paid by %q", v.Number, now.Payment)
			}
			s.Reconcile()
		})
	}
}

// Who pays again before the gateway tells is charged nothing, and who has paid
// by then gets the late capture back.
func TestALateCaptureIsNeverASecondCharge(t *testing.T) {
	t.Parallel()
	t.Run("told by the last look", func(t *testing.T) {
		t.Parallel()
		s, bought, failed := liedTo(t)
		got, err := s.pay(bought.ID, "visa_ok")
		if err != nil || got.Payment.ID != failed.ID || got.Purchase.Status != billing.PurchasePaid || s.kept() != 3000 || len(s.Gateway.Ledger()) != 1 {
			t.Errorf("%s by %s, %v; %d kept", got.Purchase.Status, got.Payment.ID, err, s.kept())
		}
		s.Reconcile()
	})
	t.Run("paid otherwise", func(t *testing.T) {
		t.Parallel()
		s := openShop(t)
		placed := s.order(s.cart())
		s.Charging.Gateway = liar{s.Gateway}
		first, err := s.pay(placed.Purchase.ID, "visa_ok")
		if err != nil {
			t.Fatal(err)
		}
		// What the first has captured is not known when the second is paid.
		open := s.purchase(placed.Purchase.ID)
		open.Failure = billing.Failure{}
		s.Put(open)
		s.Charging.Gateway = s.Gateway
		second, err := s.pay(placed.Purchase.ID, "visa_ok")
		if err != nil || second.Payment.Status != billing.PaymentSucceeded {
			t.Fatalf("%+v, %v", second.Payment, err)
		}
		for _, event := range []string{"evt_1", "evt_2"} {
			if err := s.hear(first.Payment, event); err != nil {
				t.Fatal(err)
			}
		}
		if now := s.purchase(placed.Purchase.ID); now.Payment != second.Payment.ID || s.kept() != 3000 {
			t.Errorf("paid by %s, %d kept", now.Payment, s.kept())
		}
		s.Reconcile()
	})
}

// A crash at any write leaves the capture to the next who hears of it.
func TestALateCaptureSurvivesACrash(t *testing.T) {
	t.Parallel()
	died := errors.New("the function died here")
	for n := 1; n <= 2; n++ {
		for _, before := range []bool{true, false} {
			s, bought, failed := liedTo(t)
			writes := 0
			die := func(record.Commit) error {
				if writes++; writes == n {
					return died
				}
				return nil
			}
			if s.Store.Before = die; !before {
				s.Store.Before, s.Store.After = nil, die
			}
			if err := s.hear(failed, "evt_1"); !errors.Is(err, died) {
				t.Fatalf("write %d: %v", n, err)
			}
			s.Store.Before, s.Store.After = nil, nil
			s.Clock.Advance(time.Hour)
			if err := s.collect(bought.ID); err != nil {
				t.Fatal(err)
			}
			if err := s.hear(failed, "evt_1"); err != nil {
				t.Fatal(err)
			}
			if now := s.purchase(bought.ID); now.Status != billing.PurchasePaid || now.Lock.Set() || s.kept() != 3000 {
				t.Errorf("write %d, before %t: %s, %d kept", n, before, now.Status, s.kept())
			}
			s.Reconcile()
		}
	}
}
