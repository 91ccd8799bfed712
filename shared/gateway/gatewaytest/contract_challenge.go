package gatewaytest

import (
	"perennial/shared/gateway"
)

func approvedChallenge(d desk) {
	out := d.charge(d.params("k", "authenticate_always", true))
	d.wantState(out, gateway.StateActionNeeded, "")
	if out.ActionURL == "" {
		d.t.Fatal("no place to authenticate")
	}
	d.wantState(d.confirm(out.Intent, "k2"), gateway.StateActionNeeded, "")
	d.wantLedger(0)
	d.Approve(d.t, out.Intent)
	found := d.find(out.Intent)
	d.wantState(found, gateway.StateSucceeded, "")
	if found.ActionURL != "" || found.Charge == "" {
		d.t.Errorf("%+v", found)
	}
	d.wantLedger(1)
}

func rejectedChallenge(d desk) {
	id := d.charge(d.params("k", "authenticate_always", true)).Intent
	d.Reject(d.t, id)
	d.wantState(d.find(id), gateway.StateDeclined, "authentication_failure")
	d.wantLedger(0)
}

func cancelledChallenge(d desk) {
	id := d.charge(d.params("k", "authenticate_always", true)).Intent
	out, err := d.Payments.Cancel(d.t.Context(), d.Account, id)
	d.must(err)
	d.wantState(out, gateway.StateCancelled, "")
	d.wantLedger(0)
}

func authenticateOnce(d desk) {
	p := d.params("a", "authenticate_once", true)
	first := d.charge(p)
	d.wantState(first, gateway.StateActionNeeded, "")
	d.Approve(d.t, first.Intent)
	p.Key, p.OnSession = "b", false
	d.wantState(d.charge(p), gateway.StateSucceeded, "")
	d.wantLedger(2)
}

func authenticateAlways(d desk) {
	p := d.params("a", "authenticate_always", true)
	d.Approve(d.t, d.charge(p).Intent)
	p.Key = "b"
	d.wantState(d.charge(p), gateway.StateActionNeeded, "")
	p.Key, p.OnSession = "c", false
	d.wantState(d.charge(p), gateway.StateDeclined, "authentication_required")
	d.wantLedger(1)
}

func authenticateThenDecline(d desk) {
	for card, code := range map[string]string{
		"authenticate_then_insufficient_funds": "insufficient_funds",
		"authenticate_then_decline":            "generic_decline",
	} {
		id := d.charge(d.params(card, card, true)).Intent
		d.Approve(d.t, id)
		d.wantState(d.find(id), gateway.StateDeclined, code)
	}
	d.wantLedger(0)
}

func offSession(d desk) {
	for _, card := range []string{"authenticate_once", "authenticate_always", "authenticate_then_decline"} {
		out := d.charge(d.params(card, card, false))
		d.wantState(out, gateway.StateDeclined, "authentication_required")
	}
	d.wantLedger(0)
}
