package purchases_test

import (
	"context"
	"errors"
	"sync"
	"testing"

	"perennial/shared/billing"
	"perennial/shared/charging"
	"perennial/shared/lifecycle"
	"perennial/shared/lifecycle/lifecycletest"
	"perennial/shared/merchant"
	"perennial/shared/purchases"
	"perennial/shared/record"
	"perennial/shared/recovery"
)

// onlyOne lets each customer have one subscription.
func onlyOne(w *lifecycletest.World) {
	state := w.State()
	state.Settings.Subscriptions.Multiple = merchant.SwitchOff
	w.Put(state)
}

// another writes a product and a customer of the same address.
func (s *shop) another() (billing.Product, billing.Customer) {
	product, twin := s.Product, s.Customer
	product.ID, product.Version, twin.ID, twin.Version, twin.Email = "pdt_other", 0, "cus_2", 0, "ADA@example.com"
	s.Put(product, twin, billing.Mailbox{Email: billing.NormalEmail(twin.Email), Customer: twin.ID},
		billing.Mailbox{Email: billing.NormalEmail(s.Customer.Email), Customer: s.Customer.ID})
	return product, twin
}

func TestACustomerOfOneSubscriptionIsRefusedAnother(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	other, twin := s.another()
	had := s.Active("visa_ok")
	typed := billing.Cart{Email: " Ada@Example.com ", Name: "Somebody", TrialDays: -1, Items: []billing.CartItem{{Product: other.ID, Quantity: 1}}, Billing: billing.Address{Country: "DE"}}
	fresh := typed
	fresh.AlwaysCreate = true
	carts := map[string]billing.Cart{
		"the customer": lifecycletest.One(s.Scope, other.ID, s.Customer.ID, "DE").Cart, "another record of the address": lifecycletest.One(s.Scope, other.ID, twin.ID, "DE").Cart,
		"a typed address": typed, "a typed address, always a new record": fresh,
	}
	order := func(c billing.Cart) error {
		_, err := s.Place(purchases.Order{Scope: s.Scope, Actor: record.Actor{Kind: record.ByCustomer}, Cart: c})
		return err
	}
	onlyOne(s.World)
	before := len(s.Store.Commits())
	for name, cart := range carts {
		if err := order(cart); !errors.Is(err, charging.ErrAnother) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := s.sales.Open(t.Context(), purchases.Session{Scope: s.Scope, Cart: carts["the customer"]}); !errors.Is(err, charging.ErrAnother) {
		t.Errorf("a session: %v", err)
	}
	if n := len(s.Store.Commits()) - before; n != 0 {
		t.Errorf("%d commits", n)
	}
	if err := order(s.cart()); err != nil {
		t.Errorf("handbooks: %v", err)
	}
	if _, err := s.Life.Cancel(t.Context(), lifecycle.Cancel{Scope: s.Scope, Actor: record.System, Subscription: had.ID, Mode: lifecycle.CancelNow}); err != nil {
		t.Fatal(err)
	}
	for name, cart := range carts { // each is pending, and none in the way of the next
		if err := order(cart); err != nil {
			t.Errorf("%s, once the other has ended: %v", name, err)
		}
	}
}

func TestOfTwoPendingSubscriptionsOneIsPaid(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	onlyOne(s.World)
	one, two := s.Subscribe().Subscription.ID, s.Subscribe().Subscription.ID
	if got, err := s.Pay(one, "decline_on_charge"); err != nil || got.Payment.Status != billing.PaymentFailed {
		t.Fatalf("%+v, %v", got.Payment, err)
	}
	if got, err := s.Pay(two, "authenticate_always"); err != nil || got.ActionURL == "" { // the declined one holds nothing
		t.Fatalf("%+v, %v", got, err)
	}
	if _, err := s.Pay(one, "visa_ok"); !errors.Is(err, charging.ErrAnother) {
		t.Errorf("while the other is being paid: %v", err)
	}
	if _, err := s.Pay(two, "visa_ok"); err != nil {
		t.Errorf("the one that is being paid: %v", err)
	}
	if _, err := s.Pay(one, "visa_ok"); !errors.Is(err, charging.ErrAnother) || len(s.Gateway.Ledger()) != 1 {
		t.Errorf("once the other is paid: %v, %v", err, s.Gateway.Ledger())
	}
	s.Reconcile()
}

// meeting lets two charges begin at the same moment, both of them decided.
type meeting struct {
	recovery.Charger
	both *sync.WaitGroup
}

func (m meeting) Charge(ctx context.Context, in charging.Start) (charging.Result, error) {
	m.both.Done()
	m.both.Wait()
	return m.Charger.Charge(ctx, in)
}

func TestOfTwoWhoPayAtTheSameMomentOneDoes(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	onlyOne(s.World)
	both := &sync.WaitGroup{}
	both.Add(2)
	pending := []string{s.Subscribe().Subscription.ID, s.Subscribe().Subscription.ID}
	s.Recovery.Charger = meeting{s.Charging, both}
	errs := make([]error, 2)
	var wait sync.WaitGroup
	for i, id := range pending {
		wait.Go(func() {
			_, errs[i] = s.Recovery.ChangeMethod(t.Context(), recovery.Pay{
				Scope: s.Scope, Subscription: id, Token: s.Gateway.Token("visa_ok"), By: billing.ByCustomer,
			})
		})
	}
	wait.Wait()
	if (errs[0] == nil) == (errs[1] == nil) || !errors.Is(errors.Join(errs...), billing.ErrLocked) || len(s.Gateway.Ledger()) != 1 {
		t.Errorf("%v, charges %v", errs, s.Gateway.Ledger())
	}
	s.Reconcile()
}

// Rules 10: buying the product anew ends the failing subscription, so that
// the customer has one all the same.
func TestBuyingAFailingSubscriptionAnewIsNoSecondOne(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	other, _ := s.another()
	held := s.OnHold()
	onlyOne(s.World)
	if _, err := s.Place(lifecycletest.One(s.Scope, other.ID, s.Customer.ID, "DE")); !errors.Is(err, charging.ErrAnother) {
		t.Errorf("another product: %v", err)
	}
	free := s.Wish()
	free.Cart.TrialDays = 7
	if _, err := s.Place(free); !errors.Is(err, charging.ErrAnother) {
		t.Errorf("a free trial, which ends nothing: %v", err)
	}
	anew := s.Subscribe().Subscription.ID
	if _, err := s.Pay(anew, "visa_ok"); err != nil {
		t.Fatal(err)
	}
	if was, is := s.Sub(held.ID).Status, s.Sub(anew).Status; !was.Ended() || is != billing.StatusActive {
		t.Errorf("the old one is %s, the new one %s", was, is)
	}
	s.Reconcile()
}
