package years

import (
	"errors"
	"math/big"
	"math/rand/v2"
	"slices"
	"time"

	"perennial/infra/years/oracle"
	"perennial/shared/billing"
	"perennial/shared/lifecycle"
	"perennial/shared/proration"
	"perennial/shared/record"
	"perennial/shared/recovery"
	"perennial/shared/refunds"
	"perennial/shared/subscriptions"
)

// engine is the subscription as it is stored.
func (tn *town) engine(m *member) billing.Subscription {
	tn.t.Helper()
	s, err := record.Get[billing.Subscription](tn.t.Context(), tn.witness, tn.scope, m.sub)
	tn.must(err)
	return s
}

// pay gives a new card on a page: what is due is charged to it.
func (tn *town) pay(m *member, card string) {
	tn.t.Helper()
	_, err := tn.payer.ChangeMethod(tn.t.Context(), recovery.Pay{
		Scope: tn.scope, Subscription: m.sub, Customers: []string{m.customer.ID}, Token: tn.bank.Card(tn.t, card),
		ReturnURL: "https://portal.example/return", By: billing.ByCustomer,
		Actor: record.Actor{Kind: record.ByCustomer, ID: m.customer.ID},
	})
	tn.must(err)
}

// act lets something happen to a member, in the engine and in the oracle.
func (tn *town) act(m *member, r *rand.Rand, at time.Time) {
	tn.t.Helper()
	if at.Before(m.quiet) {
		return
	}
	switch m.o.Status {
	case "active":
		tn.actActive(m, r, at)
	case "on_hold":
		switch n := r.IntN(20); {
		case n < 9:
			m.note(at, "pays the dues")
			tn.pay(m, "visa_ok")
			m.card = oracle.Good
			m.o.Pay(at)
		case n < 13:
			if tn.bank.Heal(tn.t, tn.engine(m).Method) {
				m.note(at, "the card works again")
				m.card = oracle.Good
			}
		case n == 13:
			tn.cancel(m, at, lifecycle.CancelAtEnd)
		}
	case "paused":
		if r.IntN(3) == 0 {
			m.note(at, "resumes")
			tn.alter(m, subscriptions.Change{Resume: true})
			m.o.Resume(at)
		}
	}
}

func (tn *town) actActive(m *member, r *rand.Rand, at time.Time) {
	tn.t.Helper()
	switch n := r.IntN(100); {
	case n < 12 && m.card == oracle.Good:
		m.note(at, "the card will be declined")
		tn.pay(m, "decline_on_charge")
		m.card = oracle.Poor
	case n < 18 && m.card != oracle.Good:
		m.note(at, "gives a good card")
		tn.pay(m, "visa_ok")
		m.card = oracle.Good
	case n < 60 && m.card == oracle.Good && !m.o.CancelEnd:
		tn.changePlan(m, r, at)
	case n < 40 && !m.o.CancelEnd:
		tn.changeUnpaid(m, r, at)
	case n < 70 && !m.o.CancelEnd:
		m.note(at, "pauses")
		tn.alter(m, subscriptions.Change{Pause: true})
		m.o.Pause(at)
	case n < 85:
		tn.refund(m, r, at)
	case n == 97:
		tn.cancel(m, at, lifecycle.CancelAtEnd)
	case n == 98:
		tn.cancel(m, at, lifecycle.CancelNow)
	}
}

func (tn *town) alter(m *member, c subscriptions.Change) {
	tn.t.Helper()
	c.Scope, c.Actor, c.Subscription = tn.scope, record.System, m.sub
	_, err := tn.plans.Change(tn.t.Context(), c)
	tn.must(err)
}

func (tn *town) cancel(m *member, at time.Time, mode lifecycle.CancelMode) {
	tn.t.Helper()
	m.note(at, "cancels: %s", mode)
	_, err := tn.life.Cancel(tn.t.Context(), lifecycle.Cancel{Scope: tn.scope, Actor: record.System, Subscription: m.sub, Mode: mode})
	tn.must(err)
	m.o.Cancel(mode == lifecycle.CancelNow)
}

// anyPlan is a random plan of a member, with or without an addon.
func (tn *town) anyPlan(m *member, r *rand.Rand) (oracle.Plan, subscriptions.PlanChange) {
	to := m.plans[r.IntN(len(m.plans))]
	to.Items = slices.Clone(to.Items)
	to.Items[0].Quantity = 1 + int64(r.IntN(3))
	wish := subscriptions.PlanChange{
		Scope: tn.scope, Actor: record.System, Subscription: m.sub, Product: to.Items[0].ID, Quantity: to.Items[0].Quantity,
		By: billing.ByMerchant,
	}
	if r.IntN(3) == 0 {
		to.Items = append(to.Items, m.addon)
		wish.Addons = []lifecycle.AddonWish{{Addon: m.addon.ID, Quantity: m.addon.Quantity}}
	}
	return to, wish
}

// changeUnpaid wants another plan with a card that is declined, and rather
// stays than owes: nothing changes, and nothing else is done for a day, after
// which the wish is discarded (rules 3).
func (tn *town) changeUnpaid(m *member, r *rand.Rand, at time.Time) {
	tn.t.Helper()
	_, wish := tn.anyPlan(m, r)
	wish.Mode, wish.Prevent, wish.Replace = proration.Full, true, true
	preview, err := tn.plans.PreviewPlan(tn.t.Context(), wish)
	if errors.Is(err, billing.ErrChangedAlready) {
		return
	}
	tn.must(err)
	if preview.Due().Nothing() || preview.Carried {
		return
	}
	m.note(at, "wants another plan for %v, the card is declined", preview.Due())
	_, err = tn.plans.ChangePlan(tn.t.Context(), wish)
	tn.must(err)
	m.quiet = at.Add(25 * time.Hour)
}

// changePlan moves to a random plan.
func (tn *town) changePlan(m *member, r *rand.Rand, at time.Time) {
	tn.t.Helper()
	to, wish := tn.anyPlan(m, r)
	mode := []oracle.Mode{oracle.Prorated, oracle.Prorated, oracle.Difference, oracle.FullPrice, oracle.DoNotBill}[r.IntN(5)]
	restarts := to.Every != m.o.Cycle() || at.Before(m.o.TrialEnd)
	if mode == oracle.Difference && restarts {
		mode = oracle.Prorated
	}
	if r.IntN(4) == 0 {
		mode, wish.Later = oracle.FullPrice, true
	}
	wish.Mode, wish.Replace = proration.Mode(mode), true
	same := to.Items[0].ID == m.o.Plan.Items[0].ID
	m.note(at, "changes to %+v every %v, %s, later %t", to.Items, to.Every, mode, wish.Later)
	_, err := tn.plans.ChangePlan(tn.t.Context(), wish)
	if errors.Is(err, billing.ErrChangedAlready) { // a full price is not charged twice
		return
	}
	tn.must(err)
	if wish.Later {
		m.o.Later(to, same)
		return
	}
	m.o.Change(at, to, mode, same)
	tn.adopt(m)
}

// refund gives all of the last payment back or some parts of it, one after
// the other.
func (tn *town) refund(m *member, r *rand.Rand, at time.Time) {
	tn.t.Helper()
	for range 1 + r.IntN(3) {
		tn.refundOnce(m, r, at)
	}
}

func (tn *town) refundOnce(m *member, r *rand.Rand, at time.Time) {
	tn.t.Helper()
	if len(m.o.Bills) == 0 || len(m.invoices) != len(m.o.Bills) || len(m.o.Carried) > 0 {
		return
	}
	bill, invoice := m.o.Bills[len(m.o.Bills)-1], m.invoices[len(m.invoices)-1]
	paid := tn.witness.payments[invoice.Payment]
	left := bill.Due() - m.refunded[paid.ID]
	if bill.Cause == "change" || bill.Credit > 0 || left <= 1 || !bill.At.Add(refunds.Window).After(at) {
		return
	}
	wish := refunds.Wish{Scope: tn.scope, Actor: record.System, Payment: paid.ID}
	want, amount := bill.Tax-tn.backTax(paid.ID), left
	if line := bill.Lines[0]; len(bill.Lines) == 1 && r.IntN(3) > 0 {
		amount = 1 + r.Int64N(left)
		wish.Items = []billing.RefundItem{{Item: line.ID, Amount: amount}}
		want = line.Refund(m.refunded[paid.ID], amount)
	}
	m.note(at, "gets %d of %d back", amount, bill.Due())
	got, err := tn.refunds.Refund(tn.t.Context(), wish)
	tn.must(err)
	if v := got.Object; v.Status != billing.RefundSucceeded || v.Amount.Minor != amount || v.Tax.Minor != want {
		tn.fail(m, "refunded %v with tax %v, %s; the oracle says %d with %d of %+v", v.Amount, v.Tax, v.Status, amount, want, bill.Lines)
	}

	m.refunded[paid.ID] += amount
	m.o.Refunded(big.NewRat(amount, bill.Due()))
}

// backTax is the tax of what a payment gave back.
func (tn *town) backTax(payment string) int64 {
	return tn.witness.payments[payment].RefundedTax.Minor
}
