package faults

import (
	"context"
	"time"

	"perennial/shared/assembly"
	"perennial/shared/billing"
	"perennial/shared/calendar"
	"perennial/shared/fault"
	"perennial/shared/ids"
	"perennial/shared/money"
	"perennial/shared/proration"
	"perennial/shared/purchases"
	"perennial/shared/record"
	"perennial/shared/refunds"
	"perennial/shared/subscriptions"
)

// midway makes an active subscription in the middle of its period, and a
// dearer product.
func (tr *trial) midway(card string) {
	tr.t.Helper()
	tr.prepareDue(card)
	tr.other = tr.product
	tr.other.ID, tr.other.Name, tr.other.Price.Amount = ids.New("pdt_", time.Now()), "Atlas Max", money.Of(5000, "USD")
	middle := tr.sub.Period.Start.Add(tr.sub.Period.End.Time().Sub(tr.sub.Period.Start.Time()) / 2)
	tr.found(middle, nil, tr.other, tr.sub, tr.sub.Method)
}

func plans(till *assembly.Till) *subscriptions.Service {
	return &subscriptions.Service{
		Store: till.Store, Payer: till.Recovery, Charger: till.Charging,
		Wall: func() time.Time { return time.Now().UTC() },
	}
}

// change asks for the dearer product, whose charge must succeed first.
func (tr *trial) change(ctx context.Context, till *assembly.Till) error {
	_, err := plans(till).ChangePlan(ctx, subscriptions.PlanChange{
		Scope: tr.scope, Actor: record.System, Subscription: tr.sub.ID, Product: tr.other.ID, Quantity: 1,
		Mode: proration.Prorated, Prevent: true, By: billing.ByMerchant,
	})
	return err
}

func changeInPortal(tr *trial) { tr.note(portal, tr.inPortal(tr.change)) }

// changeAgain is the merchant who sees the old plan, or that the new one waits
// for its payment.
func changeAgain(tr *trial) {
	switch sub := tr.now(); {
	case sub.Product == tr.other.ID:
	case sub.Change != nil:
		_, err := plans(tr.till).PayPlan(tr.ctx(), subscriptions.PlanPayment{Scope: tr.scope, Actor: record.System, Subscription: tr.sub.ID})
		tr.plainly("pay the change", err)
	default:
		tr.plainly("change again", tr.change(tr.ctx(), tr.till))
	}
}

// giveUpChange is the customer who does not want to pay for it any more.
func giveUpChange(tr *trial) {
	if tr.now().Change == nil {
		return
	}
	_, err := plans(tr.till).StepPlan(tr.ctx(), tr.scope, record.System, tr.sub.ID, subscriptions.PlanDiscard)
	tr.plainly("discard", err)
}

// plainly notes a refusal in plain words; anything else would be our failure.
func (tr *trial) plainly(what string, err error) {
	tr.t.Helper()
	if err != nil && fault.Of(err) == nil {
		tr.check(err)
	}
	tr.note(what, err)
}

func (b *books) planChanges() (paid int) {
	for _, v := range b.invoices {
		if v.Cause == billing.CausePlanChange && v.Status == billing.InvoicePaid {
			paid++
		}
	}
	return paid
}

func (b *books) changedOnce() {
	if n := b.planChanges(); n != 1 || b.sub.Product != b.other.ID || b.sub.Change != nil {
		b.problem("%d plan changes are paid, the plan is %s, waiting: %+v", n, b.sub.ProductName, b.sub.Change)
	}
}

func (b *books) unchanged() {
	if n := b.planChanges(); n != 0 || b.sub.Product != b.product.ID || b.sub.Change != nil {
		b.problem("%d plan changes are paid, the plan is %s, waiting: %+v", n, b.sub.ProductName, b.sub.Change)
	}
}

// renewed makes an active subscription whose renewal was paid.
func (tr *trial) renewed() {
	tr.t.Helper()
	tr.due("visa_ok")
	tr.collect("collector")
	if sub := tr.now(); len(sub.Receipts) == 1 {
		tr.payment = sub.Receipts[0]
		return
	}
	tr.t.Fatalf("%s: not renewed: %q", tr, tr.errors)
}

// refund gives the whole renewal back.
func (tr *trial) refund(ctx context.Context, till *assembly.Till) error {
	_, err := till.Refunds.Refund(ctx, refunds.Wish{Scope: tr.scope, Actor: record.System, Payment: tr.payment})
	return err
}

// refundAgain is the merchant who sees that nothing was given back.
func refundAgain(tr *trial) {
	p, err := record.Get[billing.Payment](tr.ctx(), tr.store, tr.scope, tr.payment)
	tr.check(err)
	if p.Refunding == "" && p.Refunded.Nothing() {
		tr.plainly("refund again", tr.refund(tr.ctx(), tr.till))
	}
}

// refunds are all that were ever decided.
func (tr *trial) refunds() []billing.Refund {
	tr.t.Helper()
	found, err := tr.store.Owned(tr.ctx(), tr.scope, tr.customer.ID, record.KindRefund)
	tr.check(err)
	var all []billing.Refund
	for _, obj := range found {
		all = append(all, obj.(billing.Refund))
	}
	return all
}

func (b *books) refundedOnce() {
	done := 0
	for _, r := range b.refunds() {
		if r.Status == billing.RefundSucceeded {
			done++
			if len(r.Notes) != 1 {
				b.problem("refund %s is documented by %q", r.ID, r.Notes)
			}
		}
	}
	for _, p := range b.payments {
		if p.ID == b.payment && (p.Refunded != p.Amount || p.Refunding != "") {
			b.problem("of %v %v were refunded, reserved by %q", p.Amount, p.Refunded, p.Refunding)
		}
	}
	if done != 1 {
		b.problem("%d refunds succeeded", done)
	}
}

// ordered makes a one-time purchase that waits for its payment.
func (tr *trial) ordered() {
	tr.t.Helper()
	tr.people()
	tr.product.Price = billing.Price{Kind: billing.PriceOneTime, Amount: money.Of(1500, "USD")}
	tr.found(calendar.At(time.Now()), nil)
	placed, err := tr.till.Sales.Order(tr.ctx(), purchases.Order{
		Scope: tr.scope, Actor: record.System, Buys: true, Cart: billing.Cart{
			Items: []billing.CartItem{{Product: tr.product.ID, Quantity: 2}}, Customer: tr.customer.ID,
			Billing: billing.Address{Country: "DE"}, TrialDays: -1,
		},
	})
	tr.check(err)
	tr.bought = placed.Purchase
}

func (tr *trial) purchase() billing.Purchase {
	tr.t.Helper()
	p, err := record.Get[billing.Purchase](tr.ctx(), tr.store, tr.scope, tr.bought.ID)
	tr.check(err)
	return p
}

// buy gives a card for the purchase.
func (tr *trial) buy(ctx context.Context, till *assembly.Till) error {
	_, err := till.Sales.Pay(ctx, purchases.Pay{
		Scope: tr.scope, Purchase: tr.bought.ID, Customers: []string{tr.customer.ID}, Token: tr.token("visa_ok"),
		ReturnURL: "https://checkout.example/return", By: billing.ByCustomer,
		Actor: record.Actor{Kind: record.ByCustomer, ID: tr.customer.ID},
	})
	return err
}

func buyAgain(tr *trial) {
	if tr.purchase().Open() {
		tr.plainly("buy again", tr.buy(tr.ctx(), tr.till))
	}
}

func (b *books) boughtOnce() {
	if p := b.purchase(); p.Status != billing.PurchasePaid || p.Lock.Set() {
		b.problem("the purchase is %s, lock %+v", p.Status, p.Lock)
	}
	paid := 0
	for _, p := range b.payments {
		if p.Status == billing.PaymentSucceeded {
			paid++
		}
	}
	if paid != 1 {
		b.problem("%d payments succeeded", paid)
	}
}
