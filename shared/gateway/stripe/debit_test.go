package stripe_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"perennial/shared/gateway"
	"perennial/shared/gateway/stripe"
	"perennial/shared/money"
)

var ada = gateway.Visitor{IP: "192.0.2.1", Agent: "Browser/1.0"}

// R313: a bank debit is saved with its mandate and charged under it; its
// outcome takes days.
func TestADebitStaysInProcessingUntilTheBankHasPaid(t *testing.T) {
	t.Parallel()
	w, g := open(t)
	ctx := t.Context()
	holder, err := g.Enrol(ctx, account, "cus_ada")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := g.Save(ctx, account, "s", holder, "debit:"+w.Token(t, account.ID, "visa_ok"), gateway.Visitor{}); !errors.Is(err, gateway.ErrRejected) {
		t.Fatalf("a mandate that nobody agreed to: %v", err)
	}
	m, err := g.Save(ctx, account, "s", holder, "debit:"+w.Token(t, account.ID, "visa_ok"), ada)
	if err != nil || m.Type != gateway.TypeDebit || m.Last4 == "" || m.Brand != "" {
		t.Fatalf("%+v, %v", m, err)
	}
	id, err := g.Prepare(ctx, account, gateway.Params{
		Key: "k", Amount: money.Of(1250, "EUR"), Customer: holder, Method: m.Ref, Type: m.Type, OnSession: true, ReturnURL: "https://a.test/b", Payment: "pay_1",
	})
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if out, err := g.Confirm(ctx, account, id, "c"); err != nil || out.State != gateway.StateProcessing {
			t.Fatalf("%+v, %v", out, err)
		}
	}
	w.Clear(t, id)
	if out, err := g.Find(ctx, account, id); err != nil || out.State != gateway.StateSucceeded || out.Amount != money.Of(1250, "EUR") {
		t.Errorf("%+v, %v", out, err)
	}
}

func TestAReplacedCardAndARefundAreHeardOf(t *testing.T) {
	t.Parallel()
	w, g := open(t)
	paid(t, w, g)
	m, err := g.Save(context.Background(), account, "again", mustEnrol(t, g), w.Token(t, account.ID, "visa_ok"), gateway.Visitor{})
	if err != nil {
		t.Fatal(err)
	}
	event, ours := receive(t, g, `{"id":"evt_1","type":"payment_method.automatically_updated","data":{"object":{"id":"`+m.Ref+`"}}}`)
	if !ours || event.Updated == nil || event.Updated.Customer != "cus_ada" || event.Updated.Method.Ref != m.Ref || event.Updated.Method.Last4 != m.Last4 {
		t.Errorf("%v %+v", ours, event)
	}
	if event, ours := receive(t, g, `{"id":"evt_2","type":"refund.updated","data":{"object":{"id":"re_1","metadata":{"key":"ref_1"}}}}`); !ours || event.Refund != "ref_1" {
		t.Errorf("%v %+v", ours, event)
	}
	if _, ours := receive(t, g, `{"id":"evt_3","type":"refund.updated","data":{"object":{"id":"re_2","metadata":{}}}}`); ours {
		t.Error("somebody else's refund is ours")
	}
}

func mustEnrol(t *testing.T, g *stripe.Gateway) string {
	t.Helper()
	holder, err := g.Enrol(t.Context(), account, "cus_ada")
	if err != nil {
		t.Fatal(err)
	}
	return holder
}

// TestAKeyIsCheckedAtItsAccount: connecting tells a wrong key at once.
func TestAKeyIsCheckedAtItsAccount(t *testing.T) {
	t.Parallel()
	_, g := open(t)
	p, err := g.Inspect(t.Context(), "rk_live_acct_1")
	p.At = time.Time{}
	if err != nil || p != (gateway.Profile{Reference: "acct_1", Title: "Northwind", Country: "DE", Charges: true, Payouts: true, Debits: true}) {
		t.Errorf("%+v, %v", p, err)
	}
	if _, err := g.Inspect(t.Context(), "wrong"); !errors.Is(err, gateway.ErrKey) {
		t.Errorf("a wrong key: %v", err)
	}
}
