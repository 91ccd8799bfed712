package gatewaytest

import (
	"perennial/shared/gateway"
	"perennial/shared/money"
)

// readying are the parameters of a set-up.
func (d desk) readying(key, card string, onSession bool) gateway.Params {
	d.t.Helper()
	p := d.params(key, card, onSession)
	p.Amount = money.Of(0, "EUR")
	return p
}

func setUp(d desk) {
	for _, card := range []string{"visa_ok", "decline_on_charge", "disputed"} { // the bank is asked about the holder, not about money
		out := d.charge(d.readying(card, card, false))
		d.wantState(out, gateway.StateSucceeded, "")
		if !out.Amount.Nothing() || out.Charge != "" || out.Payment != "pay_"+card {
			d.t.Errorf("%s: %+v", card, out)
		}
	}
	d.wantLedger(0)
}

func setUpAsks(d desk) {
	p := d.readying("a", "authenticate_once", true)
	asked := d.charge(p)
	d.wantState(asked, gateway.StateActionNeeded, "")
	if asked.ActionURL == "" {
		d.t.Fatal("no place to authenticate")
	}
	d.Approve(d.t, asked.Intent)
	d.wantState(d.find(asked.Intent), gateway.StateSucceeded, "")
	d.wantLedger(0)
	p.Key, p.OnSession, p.Amount.Minor = "b", false, 1250
	d.wantState(d.charge(p), gateway.StateSucceeded, "")
	d.wantLedger(1)
}

func setUpFails(d desk) {
	asked := d.charge(d.readying("a", "authenticate_once", true))
	d.Reject(d.t, asked.Intent)
	d.wantState(d.find(asked.Intent), gateway.StateDeclined, "authentication_failure")
	d.wantState(d.charge(d.readying("b", "authenticate_always", false)), gateway.StateDeclined, "authentication_required")
	d.wantLedger(0)
}

func setUpIsAnIntent(d desk) {
	p := d.readying("a", "authenticate_once", true)
	id := d.charge(p).Intent
	if again := d.prepare(p); again != id {
		d.t.Errorf("the same key made %s and %s", id, again)
	}
	listed, err := d.Payments.List(d.t.Context(), d.Account, p.Customer)
	d.must(err)
	if len(listed) != 1 || listed[0].Intent != id || listed[0].Payment != p.Payment {
		d.t.Errorf("listed %+v", listed)
	}
	out, err := d.Payments.Cancel(d.t.Context(), d.Account, id)
	d.must(err)
	d.wantState(out, gateway.StateCancelled, "")
}
