package sandbox_test

import (
	"testing"

	"perennial/shared/bank/banktest"
	"perennial/shared/gateway"
	"perennial/shared/gateway/sandbox"
	"perennial/shared/money"
)

func TestTheLedgerTellsWhatWasKeptPerPayment(t *testing.T) {
	t.Parallel()
	bank := banktest.Start(t, "")
	g := sandbox.New(sandbox.Options{BaseURL: bank.URL, Secret: banktest.Secret})
	account := gateway.Account{Gateway: sandbox.Name, ID: "bus_1.test"}
	ctx := t.Context()
	holder, err := g.Enrol(ctx, account, "cus_1")
	if err != nil {
		t.Fatal(err)
	}
	method, err := g.Save(ctx, account, "save", holder, bank.Token(t, account.ID, "visa_ok"), gateway.Visitor{})
	if err != nil {
		t.Fatal(err)
	}
	for payment, back := range map[string]int64{"whole": 0, "given back": 500} {
		intent, err := g.Prepare(ctx, account, gateway.Params{
			Key: payment, Amount: money.Of(500, "EUR"), Customer: holder, Method: method.Ref, Payment: payment,
		})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := g.Confirm(ctx, account, intent, payment); err != nil {
			t.Fatal(err)
		}
		if back == 0 {
			continue
		}
		if _, err := g.Refund(ctx, account, intent, "refund", money.Of(back, "EUR")); err != nil {
			t.Fatal(err)
		}
	}
	kept, err := g.Ledger(ctx, account)
	if err != nil || kept["whole"] != 500 || kept["given back"] != 0 || len(kept) != 2 {
		t.Errorf("kept %v, %v", kept, err)
	}
}
