package subscriptions_test

import (
	"errors"
	"testing"
	"time"

	"perennial/shared/billing"
	"perennial/shared/gateway"
	"perennial/shared/gateway/gatewaytest"
	"perennial/shared/lifecycle/lifecycletest"
	"perennial/shared/money"
	"perennial/shared/proration"
	"perennial/shared/purchases"
	"perennial/shared/record"
	"perennial/shared/recovery"
	"perennial/shared/subscriptions"
)

// debit saves a bank debit of the customer's.
func (s shop) debit(test string) billing.Method {
	s.T.Helper()
	c := lifecycletest.Get[billing.Customer](s.World, s.Customer.ID)
	m, err := s.Recovery.Wallet.Save(s.T.Context(), s.Scope, record.System, c, s.Gateway.Token(test), gateway.Fields{})
	if err != nil {
		s.T.Fatal(err)
	}
	return m
}

// stuck is a subscription in dollars that is charged to a bank debit all the
// same, as one could be chosen before.
func (s shop) stuck(plan string) billing.Subscription {
	s.T.Helper()
	sub := s.on(plan)
	sub.Method = s.debit("sepa_debit")
	s.Put(sub)
	return s.Sub(sub.ID)
}

// book is a product that is bought once.
func (s shop) book(currency money.Currency) billing.Cart {
	s.Put(billing.Product{
		ID: "pdt_book", Name: "Handbook", TaxCategory: "e_book", CreatedAt: s.Now(), Price: billing.Price{Kind: billing.PriceOneTime, Amount: money.Of(1500, currency)},
	})
	return billing.Cart{
		Items: []billing.CartItem{{Product: "pdt_book", Quantity: 1}}, Customer: s.Customer.ID, Billing: billing.Address{Country: "DE"}, TrialDays: -1,
	}
}

func (s shop) pay(sub string, p recovery.Pay) error {
	p.Scope, p.Subscription, p.By, p.Actor = s.Scope, sub, billing.ByCustomer, record.Actor{Kind: record.ByCustomer, ID: s.Customer.ID}
	_, err := s.Recovery.ChangeMethod(s.T.Context(), p)
	return err
}

// R050: a bank debit is charged in euros only, and is refused in dollars
// wherever it can be chosen or charged; nothing is left behind.
func TestADebitIsRefusedInDollarsAtEveryEntry(t *testing.T) {
	t.Parallel()
	for name, entry := range map[string]func(s shop) func() error{
		"the first payment, with what was just typed": func(s shop) func() error {
			sub := s.Subscribe().Subscription
			return func() error { return s.pay(sub.ID, recovery.Pay{Token: s.Gateway.Token("sepa_debit")}) }
		},
		"the first payment, with a saved method": func(s shop) func() error {
			sub, m := s.Subscribe().Subscription, s.debit("sepa_debit")
			return func() error { return s.pay(sub.ID, recovery.Pay{Method: m.ID}) }
		},
		"a free trial": func(s shop) func() error {
			o := s.Wish()
			o.Cart.TrialDays = 14
			placed, err := s.Place(o)
			if err != nil {
				s.T.Fatal(err)
			}
			return func() error {
				return s.pay(placed.Subscription.ID, recovery.Pay{Token: s.Gateway.Token("sepa_debit")})
			}
		},
		"another payment method, typed": func(s shop) func() error {
			sub := s.on("pdt_basic")
			return func() error { return s.pay(sub.ID, recovery.Pay{Token: s.Gateway.Token("sepa_debit")}) }
		},
		"another payment method, saved": func(s shop) func() error {
			sub, m := s.on("pdt_basic"), s.debit("sepa_debit")
			return func() error { return s.pay(sub.ID, recovery.Pay{Method: m.ID}) }
		},
		"another payment method, by the merchant": func(s shop) func() error {
			sub, m := s.on("pdt_basic"), s.debit("sepa_debit")
			return func() error {
				_, err := s.plans.UseMethod(s.T.Context(), s.Scope, record.System, sub.ID, m.ID)
				return err
			}
		},
		"the dues of a hold": func(s shop) func() error {
			sub, m := s.OnHold(), s.debit("sepa_debit")
			return func() error { return s.pay(sub.ID, recovery.Pay{Method: m.ID}) }
		},
		"a backup": func(s shop) func() error {
			sub, m := s.on("pdt_basic"), s.debit("sepa_debit")
			return func() error {
				_, err := s.plans.SetBackup(s.T.Context(), subscriptions.Backup{Scope: s.Scope, Actor: record.System, Subscription: sub.ID, Method: m.ID, Consent: true})
				return err
			}
		},
		"a change of plan that is charged to it": func(s shop) func() error {
			sub := s.stuck("pdt_basic")
			return func() error {
				_, err := s.plans.ChangePlan(s.T.Context(), s.order(sub.ID, "pdt_pro", proration.Prorated))
				return err
			}
		},
		"a change of plan that waits, with a saved method": func(s shop) func() error {
			sub, m := s.on("pdt_basic"), s.debit("sepa_debit")
			s.Gateway.Program(sub.Method.Reference, gatewaytest.Decline("insufficient_funds"))
			wish := s.order(sub.ID, "pdt_pro", proration.Prorated)
			wish.Prevent = true
			s.change(wish)
			return func() error {
				_, err := s.plans.PayPlan(s.T.Context(), subscriptions.PlanPayment{Scope: s.Scope, Actor: record.System, Subscription: sub.ID, Method: m.ID})
				return err
			}
		},
		"a charge on demand": func(s shop) func() error {
			o := s.Wish()
			o.Cart.OnDemand = &billing.OnDemand{}
			placed, err := s.Place(o)
			if err == nil {
				_, err = s.Pay(placed.Subscription.ID, "visa_ok")
			}
			if err != nil {
				s.T.Fatal(err)
			}
			sub := s.Sub(placed.Subscription.ID)
			sub.Method = s.debit("sepa_debit")
			s.Put(sub)
			return func() error {
				_, err := s.Sales(s.Store).Charge(s.T.Context(), s.Scope, record.System, sub.ID, billing.Charge{Amount: 500})
				return err
			}
		},
		"a purchase, typed": func(s shop) func() error {
			placed, err := s.Sales(s.Store).Order(s.T.Context(), purchases.Order{Scope: s.Scope, Actor: record.System, Cart: s.book("USD")})
			if err != nil {
				s.T.Fatal(err)
			}
			return func() error {
				_, err := s.Sales(s.Store).Pay(s.T.Context(), purchases.Pay{Scope: s.Scope, Purchase: placed.Purchase.ID, Token: s.Gateway.Token("sepa_debit"), By: billing.ByCustomer})
				return err
			}
		},
		"a purchase, with a saved method": func(s shop) func() error {
			m := s.debit("sepa_debit")
			placed, err := s.Sales(s.Store).Order(s.T.Context(), purchases.Order{Scope: s.Scope, Actor: record.System, Cart: s.book("USD")})
			if err != nil {
				s.T.Fatal(err)
			}
			return func() error {
				_, err := s.Sales(s.Store).Pay(s.T.Context(), purchases.Pay{Scope: s.Scope, Purchase: placed.Purchase.ID, Method: m.ID, By: billing.ByCustomer})
				return err
			}
		},
		"an order that is charged at once": func(s shop) func() error {
			m, cart := s.debit("sepa_debit"), s.book("USD")
			return func() error {
				_, err := s.Sales(s.Store).OrderAndPay(s.T.Context(), purchases.Order{Scope: s.Scope, Actor: record.System, Cart: cart}, m.ID)
				return err
			}
		},
		"a subscription that is charged at once": func(s shop) func() error {
			m := s.debit("sepa_debit")
			return func() error {
				_, err := s.Sales(s.Store).OrderAndPay(s.T.Context(), s.Wish(), m.ID)
				return err
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newShop(t)
			attempt := entry(s)
			methods, commits, taken := len(lifecycletest.All[billing.Method](s.World)), len(s.Store.Commits()), s.taken()
			if err := attempt(); !errors.Is(err, billing.ErrMethodCurrency) {
				t.Fatalf("answered %v", err)
			}
			if n := len(s.Store.Commits()) - commits; n != 0 || len(lifecycletest.All[billing.Method](s.World)) != methods || s.taken() != taken {
				t.Errorf("%d commits, %d methods, %d taken", n, len(lifecycletest.All[billing.Method](s.World)), s.taken())
			}
		})
	}
}

// What was chosen before is not asked for money in vain: the renewal fails with
// its reason, and a backup that can be charged is.
func TestARenewalNeverAsksADebitForDollars(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		backup string
		status billing.Status
	}{
		"no backup":                     {"", billing.StatusOnHold},
		"a card as backup":              {"mastercard_ok", billing.StatusActive},
		"a backup that cannot, neither": {"sepa_debit", billing.StatusOnHold},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newShop(t)
			sub := s.stuck("pdt_basic")
			if c.backup != "" {
				sub.Backup, sub.BackupAt = s.debit(c.backup), s.Now()
				s.Put(sub)
			}
			s.AdvanceTo(sub.Period.End)
			failed := s.Sub(sub.ID)
			if d := failed.Failure.Decline; failed.Status != billing.StatusOnHold || d.Code != "currency_not_supported" || d.Class != billing.ClassNeedsCustomer {
				t.Fatalf("%s, declined %+v", failed.Status, d)
			}
			s.Advance(3 * day)
			if got := s.Sub(sub.ID); got.Status != c.status || got.Status == billing.StatusActive && got.Method.Brand != "mastercard" {
				t.Errorf("three days later it is %s by %s", got.Status, got.Method.Kind())
			}
			s.Reconcile()
		})
	}
}

// The same debit pays in euros, a while later.
func TestADebitPaysInEuros(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	m := s.debit("sepa_debit")
	got, err := s.Sales(s.Store).OrderAndPay(t.Context(), purchases.Order{Scope: s.Scope, Actor: record.System, Cart: s.book("EUR")}, m.ID)
	if err != nil || got.Payment.Status != billing.PaymentProcessing || s.taken() != 0 {
		t.Fatalf("%s, %v", got.Payment.Status, err)
	}
	s.Clock.Advance(time.Minute)
	paid, err := s.Sales(s.Store).Finish(t.Context(), s.Scope, got.Purchase.ID)
	if err != nil || paid.Payment.Status != billing.PaymentSucceeded || s.taken() != 1500 {
		t.Errorf("%s, %v, %d taken", paid.Payment.Status, err, s.taken())
	}
	s.Reconcile()
}
