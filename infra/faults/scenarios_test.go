package faults

import (
	"perennial/infra/local/wire"
	"perennial/shared/billing"
)

// scenario is something that happens to a subscription.
type scenario struct {
	name string
	// touches lists the functions that take part and may be disturbed.
	touches []string
	// start brings the subscription to where it happens.
	start func(*trial)
	// act lets it happen; this is what is disturbed.
	act func(*trial)
	// later is what people do once everything has calmed down; may be nil.
	later func(*trial)
	// meets lets something else happen while a request of gate, the collector
	// unless named, is under way, for every request; may be nil.
	meets func(*trial)
	gate  string
	// ends is the status in which the subscription must end.
	ends billing.Status
	// renewals is how many renewals must be paid; -1 does not say.
	renewals int
	// expect adds what else the books must say; may be nil.
	expect func(*books)
	// spoilt are faults that belong to the scenario itself.
	spoilt []wire.Fault
}

// met is the function whose requests the other event meets.
func (s *scenario) met() string {
	if s.gate == "" {
		return "collector"
	}
	return s.gate
}

var scenarios = []*scenario{
	{
		name: "renewal", touches: []string{"collector", "sandbox"}, ends: billing.StatusActive, renewals: 1,
		start: func(tr *trial) { tr.due("visa_ok") },
		act:   func(tr *trial) { tr.collect("collector") },
	},
	{
		name: "declined renewal", touches: []string{"collector", "publisher", "holdflow", "sandbox"}, ends: billing.StatusOnHold,
		start: func(tr *trial) { tr.due("decline_on_charge") },
		act: func(tr *trial) {
			tr.collect("collector")
			tr.announce()
		},
	},
	{
		name: "renewal swept twice", touches: []string{"sweeper", "sweeper-2", "collector", "collector-2"}, ends: billing.StatusActive, renewals: 1,
		start: func(tr *trial) { tr.due("visa_ok") },
		act: func(tr *trial) {
			tr.sweep("sweeper", "sweeper-2")
			tr.workTwice()
		},
	},
	{
		name: "renewal found by a stale index", touches: []string{"collector"}, ends: billing.StatusActive, renewals: 1,
		start: func(tr *trial) { tr.due("visa_ok") },
		act: func(tr *trial) {
			tr.sweep("sweeper")
			tr.workTwice()
			tr.proxy.Plan(wire.Fault{Function: "sweeper", Kind: wire.KindStaleRead})
			tr.sweep("sweeper") // finds it due once more
			tr.workTwice()
		},
	},
	{
		name: "renewal on an advancing clock", touches: []string{"collector", "sandbox"}, ends: billing.StatusActive, renewals: 1,
		start: func(tr *trial) { tr.due("visa_ok") },
		act: func(tr *trial) {
			tr.beginAdvance()
			tr.advance(tr.scope.String())
		},
	},
	{
		name: "cancelled during a renewal", touches: []string{"collector", "sandbox"}, ends: billing.StatusCancelled, renewals: -1,
		start: func(tr *trial) { tr.due("visa_ok") },
		act:   func(tr *trial) { tr.collect("collector") },
		meets: func(tr *trial) { tr.note("cancel", tr.cancel()) },
		later: cancelAgain,
	},
	{
		name: "automatic retry", touches: []string{"collector", "sandbox"}, ends: billing.StatusActive, renewals: 1,
		start: retryDue,
		act:   func(tr *trial) { tr.collect("collector") },
	},
	{
		name: "dues by hand during a retry", touches: []string{"collector", "sandbox"}, ends: billing.StatusActive, renewals: 1,
		start: retryDue,
		act:   func(tr *trial) { tr.collect("collector") },
		meets: func(tr *trial) { tr.note("by hand", tr.pay(tr.ctx(), tr.till, "mastercard_ok")) },
	},
	{
		name: "first payment", touches: []string{portal, "sandbox"}, ends: billing.StatusActive,
		start: (*trial).pending,
		act:   func(tr *trial) { tr.payInPortal("visa_ok") },
		later: payAgain,
	},
	{
		name: "dues by hand", touches: []string{portal, "sandbox", "publisher", "holdflow"}, ends: billing.StatusActive, renewals: 1,
		start: (*trial).onHold,
		act:   payAndAnnounce,
		later: payAgain,
	},
	{
		name: "dues with a card that declines", touches: []string{portal, "sandbox"}, ends: billing.StatusActive, renewals: 1,
		start: (*trial).declined,
		act:   func(tr *trial) { tr.payInPortal("decline_on_charge") },
		later: payAgain,
	},
	{
		name: "challenge passed", touches: []string{portal, "gatewayevents", "sandbox"}, ends: billing.StatusActive, renewals: 1,
		start: challenged,
		act:   passChallenge,
		later: payAgain,
	},
	{
		name: "challenge abandoned", touches: []string{"collector", "sandbox"}, ends: billing.StatusActive, renewals: 1,
		start: challenged,
		act: func(tr *trial) {
			tr.pastLease()
			tr.collect("collector")
		},
		meets: func(tr *trial) { tr.note("challenge", tr.approve()) }, // at the last moment
		later: payAgain,
	},
	{
		name: "gateway that says declined and captures", touches: []string{"collector", "gatewayevents", "sandbox"}, ends: billing.StatusActive, renewals: 1,
		start: func(tr *trial) { tr.due("visa_ok") },
		act:   liedTo,
		later: payAgain,
	},
	{
		name: "paid before the flow begins", touches: []string{"publisher", "holdflow"}, ends: billing.StatusActive, renewals: 1,
		start: func(tr *trial) {
			tr.declined()
			tr.check(tr.pay(tr.ctx(), tr.till, "visa_ok"))
		},
		act: (*trial).announce,
	},
	{
		name: "paid while the flow begins", touches: []string{"publisher", "holdflow"}, ends: billing.StatusActive, renewals: 1,
		start: (*trial).declined,
		act:   (*trial).announce,
		meets: func(tr *trial) { tr.note("by hand", tr.pay(tr.ctx(), tr.till, "mastercard_ok")) },
		gate:  "holdflow",
		later: payAgain,
	},
	{
		name: "token late", touches: []string{"publisher", "holdflow"}, ends: billing.StatusActive, renewals: 1,
		start:  (*trial).onHold,
		act:    payAndAnnounce,
		later:  payAgain,
		spoilt: []wire.Fault{{Function: portal, Operation: "SendTaskSuccess", Kind: wire.KindDrop, When: wire.Before}},
	},
	{
		name: "token twice", touches: []string{"publisher", "holdflow"}, ends: billing.StatusActive, renewals: 1,
		start:  (*trial).onHold,
		act:    payAndAnnounce,
		later:  payAgain,
		spoilt: []wire.Fault{{Function: portal, Operation: "SendTaskSuccess", Nth: 1, Kind: wire.KindDrop, When: wire.After}},
	},
	{
		name: "token never", touches: []string{"publisher", "holdflow"}, ends: billing.StatusActive, renewals: 1,
		start: (*trial).onHold,
		act: func(tr *trial) {
			tr.flows.lose(tr.mine)
			payAndAnnounce(tr)
		},
		later: func(tr *trial) {
			payAgain(tr)
			tr.flows.clock.Set(tr.flows.clock.Now().AddDate(0, 0, 31))
		},
	},
	{
		name: "plan change", touches: []string{portal, "sandbox"}, ends: billing.StatusActive, renewals: -1,
		start:  func(tr *trial) { tr.midway("visa_ok") },
		act:    changeInPortal,
		later:  changeAgain,
		expect: (*books).changedOnce,
	},
	{
		name: "plan change that is declined", touches: []string{portal, "sandbox"}, ends: billing.StatusActive, renewals: -1,
		start:  func(tr *trial) { tr.midway("decline_on_charge") },
		act:    changeInPortal,
		later:  giveUpChange,
		expect: (*books).unchanged,
	},
	{
		name: "refund", touches: []string{portal, "sandbox"}, ends: billing.StatusActive, renewals: -1,
		start:  (*trial).renewed,
		act:    func(tr *trial) { tr.note(portal, tr.inPortal(tr.refund)) },
		later:  refundAgain,
		expect: (*books).refundedOnce,
	},
	{
		name: "one-time purchase", touches: []string{portal, "sandbox"}, renewals: -1,
		start:  (*trial).ordered,
		act:    func(tr *trial) { tr.note(portal, tr.inPortal(tr.buy)) },
		later:  buyAgain,
		expect: (*books).boughtOnce,
	},
	{
		name: "recovery window over", touches: []string{"collector", "publisher", "holdflow"}, ends: billing.StatusOnHold,
		start: func(tr *trial) {
			tr.onHold()
			tr.heldFor(31)
		},
		act: func(tr *trial) {
			tr.closeWindow("collector")
			tr.announce()
		},
	},
}
