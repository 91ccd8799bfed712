package gatewaytest

import (
	"errors"
	"time"

	"github.com/google/go-cmp/cmp"

	"perennial/shared/gateway"
	"perennial/shared/money"
)

func prepareOnly(d desk) {
	p := d.params("k", "visa_ok", false)
	id := d.prepare(p)
	want := gateway.Outcome{Intent: id, State: gateway.StatePrepared, Amount: p.Amount, Payment: p.Payment}
	if diff := cmp.Diff(want, d.find(id)); diff != "" {
		d.t.Error(diff)
	}
	if again := d.prepare(p); again != id {
		d.t.Errorf("the same key made %s and %s", id, again)
	}
	d.wantLedger(0)
}

func captureOnce(d desk) {
	p := d.params("k", "visa_ok", false)
	id := d.prepare(p)
	first := d.confirm(id, "k1")
	d.wantState(first, gateway.StateSucceeded, "")
	if first.Charge == "" {
		d.t.Error("no charge reference")
	}
	for _, key := range []string{"k1", "k2"} {
		if diff := cmp.Diff(first, d.confirm(id, key)); diff != "" {
			d.t.Errorf("%s: %s", key, diff)
		}
	}
	if diff := cmp.Diff(first, d.find(id)); diff != "" {
		d.t.Error(diff)
	}
	d.wantLedger(1)
	line := d.Ledger(d.t)[0]
	if line.Kind != Capture || line.Amount != p.Amount || line.Intent != id || line.Payment != p.Payment {
		d.t.Errorf("ledger says %+v", line)
	}
}

func tooSmall(d desk) {
	p := d.params("k", "visa_ok", false)
	p.Amount = money.Of(49, "EUR")
	if id, err := d.Payments.Prepare(d.t.Context(), d.Account, p); !errors.Is(err, gateway.ErrTooSmall) || !errors.Is(err, gateway.ErrRejected) {
		d.t.Errorf("preparing %v gave %s, %v", p.Amount, id, err)
	}
	d.wantLedger(0)
	p.Key, p.Amount = "k2", money.Of(50, "EUR")
	d.wantState(d.charge(p), gateway.StateSucceeded, "")
}

func keyReused(d desk) {
	p := d.params("k", "visa_ok", false)
	d.prepare(p)
	p.Amount = money.Of(9900, "EUR")
	_, err := d.Payments.Prepare(d.t.Context(), d.Account, p)
	d.wantError(err, "a key with another amount")
}

func keyForgotten(d desk) {
	p := d.params("k", "visa_ok", false)
	first := d.prepare(p)
	d.Advance(24*time.Hour + time.Minute)
	if again := d.prepare(p); again == first {
		d.t.Error("the key was remembered for more than a day")
	}
}

func declinedCharge(d desk) {
	p := d.params("k", "decline_on_charge", false)
	id := d.prepare(p)
	d.wantState(d.confirm(id, "k1"), gateway.StateDeclined, "generic_decline")
	d.wantState(d.confirm(id, "k2"), gateway.StateDeclined, "generic_decline")
	d.wantState(d.find(id), gateway.StateDeclined, "generic_decline")
	d.wantLedger(0)
}

func lostBefore(d desk) {
	id := d.prepare(d.params("k", "visa_ok", false))
	d.Break(d.t, OpConfirm, "k1", Before)
	_, err := d.Payments.Confirm(d.t.Context(), d.Account, id, "k1")
	d.wantError(err, "a lost answer")
	d.wantState(d.find(id), gateway.StatePrepared, "")
	d.wantLedger(0)
	d.wantState(d.confirm(id, "k1"), gateway.StateSucceeded, "")
	d.wantLedger(1)
}

func lostAfter(d desk) {
	id := d.prepare(d.params("k", "visa_ok", false))
	d.Break(d.t, OpConfirm, "k1", After)
	_, err := d.Payments.Confirm(d.t.Context(), d.Account, id, "k1")
	d.wantError(err, "a lost answer")
	d.wantState(d.find(id), gateway.StateSucceeded, "")
	d.wantState(d.confirm(id, "k1"), gateway.StateSucceeded, "")
	d.wantState(d.confirm(id, "k2"), gateway.StateSucceeded, "")
	d.wantLedger(1)
}

func lostPrepare(d desk) {
	p := d.params("k", "visa_ok", false)
	d.Break(d.t, OpPrepare, "k", After)
	_, err := d.Payments.Prepare(d.t.Context(), d.Account, p)
	d.wantError(err, "a lost answer")
	id := d.prepare(p)
	listed, err := d.Payments.List(d.t.Context(), d.Account, p.Customer)
	d.must(err)
	if len(listed) != 1 || listed[0].Intent != id {
		d.t.Errorf("one payment became %v", listed)
	}
}

func cancelled(d desk) {
	id := d.prepare(d.params("k", "visa_ok", true))
	for range 2 {
		out, err := d.Payments.Cancel(d.t.Context(), d.Account, id)
		d.must(err)
		d.wantState(out, gateway.StateCancelled, "")
	}
	d.wantState(d.confirm(id, "k1"), gateway.StateCancelled, "")
	d.wantLedger(0)
}

func cancelTooLate(d desk) {
	id := d.charge(d.params("k", "visa_ok", true)).Intent
	out, err := d.Payments.Cancel(d.t.Context(), d.Account, id)
	d.must(err)
	d.wantState(out, gateway.StateSucceeded, "")
}

func listed(d desk) {
	p := d.params("a", "visa_ok", false)
	first := d.prepare(p)
	d.Advance(time.Second)
	p.Key, p.Payment = "b", "pay_b"
	second := d.charge(p).Intent
	got, err := d.Payments.List(d.t.Context(), d.Account, p.Customer)
	d.must(err)
	want := []gateway.Outcome{d.find(second), d.find(first)}
	if diff := cmp.Diff(want, got); diff != "" {
		d.t.Error(diff)
	}
	none, err := d.Payments.List(d.t.Context(), d.Account, d.enrol("cus_bob"))
	if err != nil || len(none) != 0 {
		d.t.Errorf("somebody else's intents: %v, %v", none, err)
	}
}

func strangers(d desk) {
	p := d.params("k", "visa_ok", false)
	id := d.prepare(p)
	ctx := d.t.Context()
	_, err := d.Payments.Find(ctx, d.Other, id)
	d.wantError(err, "find")
	_, err = d.Payments.Confirm(ctx, d.Other, id, "k1")
	d.wantError(err, "confirm")
	_, err = d.Payments.Cancel(ctx, d.Other, id)
	d.wantError(err, "cancel")
	_, err = d.Payments.Prepare(ctx, d.Other, p)
	d.wantError(err, "prepare")
	d.wantError(d.Vault.Remove(ctx, d.Other, p.Method), "remove")
	_, err = d.Refunder.Refund(ctx, d.Other, id, "r", p.Amount)
	d.wantError(err, "refund")
	_, err = d.Refunder.Refunds(ctx, d.Other, id)
	d.wantError(err, "refunds")
	d.wantState(d.find(id), gateway.StatePrepared, "")
}
