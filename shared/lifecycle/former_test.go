package lifecycle_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"perennial/shared/billing"
	"perennial/shared/gateway/gatewaytest"
	"perennial/shared/lifecycle/lifecycletest"
	"perennial/shared/merchant"
	"perennial/shared/purchases"
	"perennial/shared/record"
	"perennial/shared/recovery"
)

// Rules 10: who buys the same product anew ends the old hold; nothing more is
// asked or taken for it.
func TestRule10BuyingAnewEndsTheOldHold(t *testing.T) {
	t.Parallel()
	w := lifecycletest.New(t)
	old := w.OnHold()
	fresh := w.Active("mastercard_ok")
	got := w.Sub(old.ID)
	if got.Status != billing.StatusCancelled || w.Hold(got).Verdict != billing.VerdictEnded || len(got.Open) != 0 {
		t.Errorf("the old one is %s with %v due, its hold %q", got.Status, got.Open, w.Hold(got).Verdict)
	}
	for _, id := range old.Open {
		if v := lifecycletest.Get[billing.Invoice](w, id); v.Status != billing.InvoiceVoid {
			t.Errorf("its invoice is %s", v.Status)
		}
	}
	paid := len(lifecycletest.All[billing.Payment](w))
	w.Advance(20 * day)
	if n := len(lifecycletest.All[billing.Payment](w)); n != paid || w.Sub(fresh.ID).Status != billing.StatusActive {
		t.Errorf("%d payments after the purchase, the new one is %s", n-paid, w.Sub(fresh.ID).Status)
	}
	w.Reconcile()
}

// A purchase of something else, or one that fails, leaves the hold alone.
func TestAnotherPurchaseLeavesTheHold(t *testing.T) {
	t.Parallel()
	w := lifecycletest.New(t)
	old := w.OnHold()
	if _, err := w.Pay(w.Subscribe().Subscription.ID, "decline_on_charge"); err != nil {
		t.Fatal(err)
	}
	w.Product.ID, w.Product.Version = "pdt_other", 0
	w.Put(w.Product)
	w.Active("visa_ok")
	if got := w.Sub(old.ID); got.Status != billing.StatusOnHold {
		t.Errorf("the old one is %s", got.Status)
	}
}

// Rules 10, 19: a free trial is no purchase that was paid for, whoever begins
// it: with nothing but somebody's address, or by the customer. What the old
// one owes stays due until the new one is paid for first.
func TestAFreeTrialEndsNothingUntilItIsPaid(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		card string // the trial's own; empty: it takes none
		paid string // given when the trial is over
	}{
		{name: "begun with an address alone", paid: "mastercard_ok"},
		{name: "begun with a card", card: "mastercard_ok"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := lifecycletest.New(t)
			w.SetRecovery(func(r *merchant.Recovery) { r.GraceDays = 25 })
			old := w.Active("visa_ok")
			w.Gateway.Program(old.Method.Reference, gatewaytest.Decline("lost_card"))
			w.AdvanceTo(old.Period.End.Add(time.Hour))
			if old = w.Sub(old.ID); old.Status != billing.StatusPastDue {
				t.Fatalf("the old one is %s", old.Status)
			}
			fresh := trialed(w, c.card)
			got := w.Sub(old.ID)
			if diff := cmp.Diff(old, got); diff != "" {
				t.Errorf("the trial changed the old one: %s", diff)
			}
			for _, id := range old.Open {
				if v := lifecycletest.Get[billing.Invoice](w, id); v.Status != billing.InvoiceOpen {
					t.Errorf("its invoice is %s", v.Status)
				}
			}
			w.AdvanceTo(fresh.TrialEnd.Add(time.Hour))
			if c.paid != "" {
				if _, err := w.Pay(fresh.ID, c.paid); err != nil {
					t.Fatal(err)
				}
			}
			if got = w.Sub(old.ID); w.Sub(fresh.ID).Status != billing.StatusActive || got.Status != billing.StatusCancelled || len(got.Open) != 0 {
				t.Errorf("the new one is %s, the old one %s with %v due", w.Sub(fresh.ID).Status, got.Status, got.Open)
			}
			w.Reconcile()
		})
	}
}

// trialed begins a free trial of the world's product as a visitor does who
// types the customer's address.
func trialed(w *lifecycletest.World, card string) billing.Subscription {
	w.T.Helper()
	p := lifecycletest.Get[billing.Product](w, w.Product.ID)
	p.Price.TrialDays, p.Price.TrialNoMethod = 14, true
	w.Put(p, billing.Mailbox{Email: billing.NormalEmail(w.Customer.Email), Customer: w.Customer.ID})
	placed, err := w.Sales(w.Store).Order(w.T.Context(), purchases.Order{Scope: w.Scope, Actor: record.Actor{Kind: record.ByCustomer}, Cart: billing.Cart{
		Items: []billing.CartItem{{Product: p.ID, Quantity: 1}}, Email: w.Customer.Email, Name: "Somebody", TrialDays: -1,
		Billing: billing.Address{Country: "US", Street: "Main Street 1", City: "Springfield"},
	}})
	if err != nil {
		w.T.Fatal(err)
	}
	pay := recovery.Pay{
		Scope: w.Scope, Subscription: placed.Subscription.ID, Customers: []string{w.Customer.ID}, Checkout: placed.Checkout.ID, By: billing.ByCustomer,
	}
	if card != "" {
		pay.Token = w.Gateway.Token(card)
	}
	got, err := w.Recovery.ChangeMethod(w.T.Context(), pay)
	if err != nil || got.Subscription.Status != billing.StatusActive || !got.Subscription.Unproven || !got.Payment.Amount.Nothing() {
		w.T.Fatalf("the trial is %s, unproven %t, paid %v: %v", got.Subscription.Status, got.Subscription.Unproven, got.Payment.Amount, err)
	}
	return got.Subscription
}

// What the old one was to become is forgotten with it: redemptions count no
// more, each once, and the payment that a page asks for is not made.
func TestBuyingAnewDropsWhatTheOldOneWaitedFor(t *testing.T) {
	t.Parallel()
	w := lifecycletest.New(t)
	code := billing.Applied{Discount: billing.Discount{ID: "dsc_1", Code: "HALF", Type: billing.DiscountPercentage, BasisPoints: 5000}, Counted: true}
	var old []billing.Subscription
	for i, page := range []string{"pay_page_1", "pay_page_2"} {
		s := w.OnHold()
		asked := billing.Payment{ID: page, Customer: w.Customer.ID, Subscription: s.ID, Status: billing.PaymentRequiresMethod}
		bill := lifecycletest.Get[billing.Invoice](w, s.Open[0])
		bill.ID, bill.Version, bill.Cause = "inv_"+page, 0, billing.CausePlanChange
		s.Change = &billing.PlanChange{ID: "chg_1", Invoice: bill.ID, Payment: page, Plan: billing.Plan{Discounts: []billing.Applied{code}}}
		w.Put(s, bill, asked)
		if old = append(old, s); i == 0 {
			w.Product.ID, w.Product.Version = "pdt_other", 0
			w.Product.Collection = "pdc_1"
			w.Put(w.Product)
		}
	}
	first := lifecycletest.Get[billing.Product](w, "pdt_1")
	first.Collection = "pdc_1"
	w.Put(first, billing.DiscountUse{ID: "dsc_1", Used: 2}, billing.DiscountUse{ID: billing.DiscountUseID("dsc_1", w.Customer.ID), Used: 2})
	w.Active("mastercard_ok")
	for i, s := range old {
		if got := w.Sub(s.ID); got.Status != billing.StatusCancelled {
			t.Errorf("the old one is %s", got.Status)
		}
		if p := lifecycletest.Get[billing.Payment](w, old[i].Change.Payment); p.Status != billing.PaymentCancelled {
			t.Errorf("the payment of its page is %s", p.Status)
		}
	}
	if total, own := used(w, "dsc_1"), used(w, billing.DiscountUseID("dsc_1", w.Customer.ID)); total != 0 || own != 0 {
		t.Errorf("the code counts %d times, %d of the customer", total, own)
	}
}
