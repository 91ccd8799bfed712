package faults

import (
	"context"
	"time"

	"perennial/shared/assembly"
	"perennial/shared/bank"
	"perennial/shared/billing"
	"perennial/shared/proration"
	"perennial/shared/record"
	"perennial/shared/recovery"
	"perennial/shared/subscriptions"
)

// entries are the rows of the matrix: every way in which money is asked for
// or given back.
var entries = []*scenario{
	{
		name: "renewal", touches: []string{"collector"}, ends: billing.StatusActive, renewals: 1,
		start: func(tr *trial) { tr.due("visa_ok") },
		act:   func(tr *trial) { tr.collect("collector") },
		later: payAgain,
	},
	{
		name: "scheduled retry", touches: []string{"collector"}, ends: billing.StatusActive, renewals: 1,
		start: retryDue,
		act:   func(tr *trial) { tr.collect("collector") },
		later: payAgain,
	},
	{
		name: "portal, new card", touches: []string{portal}, ends: billing.StatusActive, renewals: 1,
		start: (*trial).onHold,
		act:   func(tr *trial) { tr.payInPortal("mastercard_ok") },
		later: payAgain,
	},
	{
		name: "portal, saved card", touches: []string{portal}, ends: billing.StatusActive, renewals: 1,
		start: func(tr *trial) { tr.onHoldWith("visa_ok") },
		act:   func(tr *trial) { tr.note(portal, tr.inPortal(tr.paySaved)) },
		later: payAgain,
	},
	{
		name: "API, update of the method", touches: []string{portal}, ends: billing.StatusActive, renewals: 1,
		start: func(tr *trial) { tr.onHoldWith("visa_ok") },
		act:   func(tr *trial) { tr.note(portal, tr.inPortal(tr.useSaved)) },
		later: payAgain,
	},
	{
		name: "API, charge on demand", touches: []string{portal}, ends: billing.StatusActive, renewals: -1,
		start:  (*trial).onDemand,
		act:    func(tr *trial) { tr.note(portal, tr.inPortal(tr.charge)) },
		later:  chargeAgain,
		expect: (*books).chargedOnce,
	},
	{
		name: "API, plan change", touches: []string{portal}, ends: billing.StatusActive, renewals: -1,
		start: func(tr *trial) { tr.midway("visa_ok") },
		act:   func(tr *trial) { tr.note(portal, tr.inPortal(tr.applyChange)) },
		later: func(tr *trial) {
			payAgain(tr)
			if tr.now().Product != tr.other.ID {
				tr.plainly("change again", tr.applyChange(tr.ctx(), tr.till))
			}
		},
		expect: (*books).changedOnce,
	},
	{
		name: "portal, plan change", touches: []string{portal}, ends: billing.StatusActive, renewals: -1,
		start:  func(tr *trial) { tr.midway("visa_ok") },
		act:    func(tr *trial) { tr.note(portal, tr.inPortal(tr.changeOnPage)) },
		later:  changeAgain,
		expect: (*books).changedOnce,
	},
	{
		name: "checkout, subscription", touches: []string{portal}, ends: billing.StatusActive, renewals: -1,
		start: (*trial).pending,
		act:   func(tr *trial) { tr.payInPortal("visa_ok") },
		later: payAgain,
	},
	{
		name: "checkout, one-time", touches: []string{portal}, renewals: -1,
		start:  (*trial).ordered,
		act:    func(tr *trial) { tr.note(portal, tr.inPortal(tr.buy)) },
		later:  buyAgain,
		expect: (*books).boughtOnce,
	},
	{
		name: "refund", touches: []string{portal}, ends: billing.StatusActive, renewals: -1,
		start:  (*trial).renewed,
		act:    func(tr *trial) { tr.note(portal, tr.inPortal(tr.refund)) },
		later:  refundAgain,
		expect: (*books).refundedOnce,
	},
}

// onHoldWith makes a subscription on hold whose customer has another card.
func (tr *trial) onHoldWith(card string) {
	tr.t.Helper()
	tr.onHold()
	tr.spare = tr.saved(card)
	tr.put(tr.spare)
}

// paySaved pays the dues with the other card, as the customer does.
func (tr *trial) paySaved(ctx context.Context, till *assembly.Till) error {
	_, err := till.Recovery.ChangeMethod(ctx, recovery.Pay{
		Scope: tr.scope, Subscription: tr.sub.ID, Customers: []string{tr.customer.ID}, Method: tr.spare.ID,
		ReturnURL: "https://portal.example/return", By: billing.ByCustomer,
		Actor: record.Actor{Kind: record.ByCustomer, ID: tr.customer.ID},
	})
	return err
}

// useSaved is the merchant who sets the other card, which charges it.
func (tr *trial) useSaved(ctx context.Context, till *assembly.Till) error {
	_, err := plans(till).UseMethod(ctx, tr.scope, record.System, tr.sub.ID, tr.spare.ID)
	return err
}

// onDemand makes a subscription that is charged when its merchant asks.
func (tr *trial) onDemand() {
	tr.t.Helper()
	tr.prepareDue("visa_ok")
	tr.sub.OnDemand = true
	tr.found(tr.sub.Period.Start.Add(time.Hour), nil, tr.sub, tr.sub.Method)
}

func (tr *trial) charge(ctx context.Context, till *assembly.Till) error {
	_, err := till.Sales.Charge(ctx, tr.scope, record.System, tr.sub.ID, billing.Charge{Amount: 900})
	return err
}

// chargeAgain is the merchant who sees that the charge failed.
func chargeAgain(tr *trial) {
	if tr.now().Receipts == nil {
		tr.plainly("charge again", tr.charge(tr.ctx(), tr.till))
	}
}

func (b *books) chargedOnce() {
	paid := 0
	for _, v := range b.invoices {
		if v.Cause == billing.CauseOnDemand && v.Status == billing.InvoicePaid {
			paid++
		}
	}
	if paid != 1 {
		b.problem("%d charges on demand are paid", paid)
	}
}

// applyChange asks for the dearer product, which is owed when its charge fails.
func (tr *trial) applyChange(ctx context.Context, till *assembly.Till) error {
	_, err := plans(till).ChangePlan(ctx, subscriptions.PlanChange{
		Scope: tr.scope, Actor: record.System, Subscription: tr.sub.ID, Product: tr.other.ID, Quantity: 1,
		Mode: proration.Prorated, By: billing.ByMerchant,
	})
	return err
}

// changeOnPage is the customer who asks for it and is there.
func (tr *trial) changeOnPage(ctx context.Context, till *assembly.Till) error {
	_, err := plans(till).ChangePlan(ctx, subscriptions.PlanChange{
		Scope: tr.scope, Actor: record.Actor{Kind: record.ByCustomer, ID: tr.customer.ID}, Subscription: tr.sub.ID,
		Customers: []string{tr.customer.ID}, Product: tr.other.ID, Quantity: 1,
		Mode: proration.Prorated, Prevent: true, By: billing.ByCustomer, ReturnURL: "https://portal.example/return",
	})
	return err
}

// swapCard puts another card behind an intent's method.
func (s *site) swapCard(intent, card string) {
	ctx := context.WithoutCancel(s.t.Context())
	found, err := s.bank.Intent(ctx, intent)
	if err == nil {
		var method bank.Method
		if method, err = s.bank.Method(ctx, found.Account, found.Method); err == nil {
			method.Card = card
			err = s.bank.Commit(ctx, bank.Commit{Account: found.Account, Method: &method})
		}
	}
	if err != nil {
		s.t.Errorf("swap the card of %s: %v", intent, err)
	}
}
