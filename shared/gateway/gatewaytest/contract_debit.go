package gatewaytest

import (
	"errors"
	"time"

	"perennial/shared/gateway"
)

func debitArrives(d desk) {
	_, m := d.save("sepa_debit")
	if m.Type != gateway.TypeDebit || m.Last4 != "3000" || m.Country != "DE" || m.ExpYear != 0 {
		d.t.Errorf("saved as %+v", m)
	}
	bad := d.params("bad", "sepa_debit_fails", false)
	good := bad
	good.Key, good.Method, good.OnSession, good.Challenge = "good", m.Ref, true, true // there is nobody to ask
	first, second := d.charge(good), d.charge(bad)
	d.wantState(first, gateway.StateProcessing, "")
	d.wantState(second, gateway.StateProcessing, "")
	out, err := d.Payments.Cancel(d.t.Context(), d.Account, first.Intent)
	d.must(err)
	d.wantState(out, gateway.StateProcessing, "")
	d.Advance(30 * time.Second)
	d.wantState(d.find(first.Intent), gateway.StateProcessing, "")
	d.wantLedger(0)
	d.Advance(31 * time.Second)
	d.wantState(d.find(second.Intent), gateway.StateDeclined, "insufficient_funds")
	for range 2 {
		d.wantState(d.find(first.Intent), gateway.StateSucceeded, "")
	}
	d.wantLedger(1)
}

func debitCurrency(d desk) {
	p := d.params("k", "sepa_debit", true)
	p.Amount.Currency = "USD"
	if id, err := d.Payments.Prepare(d.t.Context(), d.Account, p); !errors.Is(err, gateway.ErrRejected) {
		d.t.Errorf("preparing %v gave %s, %v", p.Amount, id, err)
	}
	d.wantLedger(0)
}
