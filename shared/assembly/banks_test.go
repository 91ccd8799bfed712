package assembly_test

import (
	"context"
	"errors"
	"testing"

	"perennial/shared/assembly"
	"perennial/shared/charging"
	"perennial/shared/gateway"
	"perennial/shared/gateway/gatewaytest"
	"perennial/shared/merchant"
	"perennial/shared/money"
	"perennial/shared/record/recordtest"
	"perennial/shared/refunds"
)

// R050: every account is served by its own gateway, and by no other.
func TestACallGoesToTheGatewayOfItsAccount(t *testing.T) {
	t.Parallel()
	first, second := gatewaytest.NewFake(), gatewaytest.NewFake()
	banks := assembly.Banks{"sandbox": first, "stripe": second}
	ctx := t.Context()
	live := gateway.Account{Gateway: "stripe", ID: "bus_1.live.acct_1"}
	holder, err := banks.Enrol(ctx, live, "cus_ada")
	must(t, err)
	saved, err := banks.Save(ctx, live, "save", holder, second.Token("visa_ok"), gateway.Visitor{})
	must(t, err)
	id, err := banks.Prepare(ctx, live, gateway.Params{
		Key: "k", Amount: money.Of(1250, "EUR"), Customer: holder, Method: saved.Ref, ReturnURL: "https://a.test/b", Payment: "pay_1",
	})
	must(t, err)
	out, err := banks.Confirm(ctx, live, id, "k")
	must(t, err)
	if found, err := second.Find(ctx, live, id); err != nil || out.State != gateway.StateSucceeded || found.Charge != out.Charge {
		t.Errorf("%+v, %v", found, err)
	}
	if _, err := first.Find(ctx, live, id); err == nil {
		t.Error("the other gateway knows the payment")
	}
	back, err := banks.Refund(ctx, live, id, "r", money.Of(250, "EUR"))
	if err != nil || back.State != gateway.RefundSucceeded {
		t.Errorf("%+v, %v", back, err)
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// gone is a gateway whose keys were forgotten.
type gone struct{ *gatewaytest.Fake }

func (gone) Prepare(context.Context, gateway.Account, gateway.Params) (gateway.Intent, error) {
	return "", gateway.ErrGone
}

func (gone) Find(context.Context, gateway.Account, gateway.Intent) (gateway.Outcome, error) {
	return gateway.Outcome{}, gateway.ErrGone
}

func (gone) Remove(context.Context, gateway.Account, string) error { return gateway.ErrGone }

// What was never asked for is certain; what became of a payment is not.
func TestWithoutKeysOnlyPreparingIsRefusedForCertain(t *testing.T) {
	t.Parallel()
	banks := assembly.Banks{"stripe": gone{gatewaytest.NewFake()}}
	for _, a := range []gateway.Account{{Gateway: "stripe", ID: "bus_1.live.acct_1"}, {Gateway: "paypal", ID: "x"}} {
		if _, err := banks.Prepare(t.Context(), a, gateway.Params{}); !errors.Is(err, gateway.ErrRejected) {
			t.Errorf("prepare at %s: %v", a.Gateway, err)
		}
		if _, err := banks.Find(t.Context(), a, "pi_1"); !errors.Is(err, gateway.ErrGone) || errors.Is(err, gateway.ErrRejected) {
			t.Errorf("find at %s: %v", a.Gateway, err)
		}
	}
	if err := banks.Remove(t.Context(), gateway.Account{Gateway: "stripe"}, "pm_1"); err != nil {
		t.Errorf("a card whose keys are gone cannot be removed: %v", err)
	}
}

// Metadata is written by whoever owns an account: it moves nothing elsewhere.
func TestAnAccountTellsNothingAboutAnotherBusiness(t *testing.T) {
	t.Parallel()
	till := &assembly.Till{Refunds: &refunds.Service{Store: recordtest.New()}} // whoever else is asked would fail
	scope := merchant.Scope{Business: "bus_2", Mode: merchant.Live}
	mallory := gateway.Account{Gateway: "stripe", ID: merchant.GatewayAccount(scope, "acct_2")}
	for name, n := range map[string]charging.Notice{
		"a payment":    {Outcome: gateway.Outcome{Payment: "bus_1.live/sub_1/pay_1"}},
		"another mode": {Outcome: gateway.Outcome{Payment: "bus_2.test/sub_1/pay_1"}},
		"a dispute":    {Dispute: &gateway.Dispute{Payment: "bus_1.live/sub_1/pay_1"}},
		"a late one":   {Refund: "late#pay_1"},
	} {
		n.Account, n.Event = mallory, "evt_1"
		if err := till.Hear(t.Context(), n); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}
