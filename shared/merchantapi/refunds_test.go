package merchantapi_test

import (
	"fmt"
	"strings"
	"testing"

	dodo "github.com/dodopayments/dodopayments-go"

	"perennial/shared/billing"
	"perennial/shared/gateway"
	"perennial/shared/lifecycle/lifecycletest"
	"perennial/shared/record"
	"perennial/shared/refunds"
)

func (b *bench) lastPayment() billing.Payment {
	b.T.Helper()
	return lifecycletest.All[billing.Payment](b.World)[0]
}

func TestRefundsByTheSDK(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	ctx := t.Context()
	sub := b.bought()
	p := b.lastPayment()
	since := len(b.Store.Events())
	part, err := b.client.Refunds.New(ctx, dodo.RefundNewParams{
		PaymentID: dodo.F(p.ID), Reason: dodo.F("as agreed"),
		Items: dodo.F([]dodo.RefundNewParamsItem{{ItemID: dodo.F(b.Product.ID), Amount: dodo.F[int64](700)}}),
	})
	b.must(err)
	if part.Amount != 700 || !part.IsPartial || part.Status != dodo.RefundStatusSucceeded || part.Reason != "as agreed" || part.Customer.Email != b.Customer.Email {
		t.Errorf("part %+v", part)
	}
	shown, err := b.client.Payments.Get(ctx, p.ID)
	b.must(err)
	if shown.RefundStatus != "partial" || len(shown.Refunds) != 1 || shown.Refunds[0].RefundID != part.RefundID {
		t.Errorf("payment %+v", shown)
	}
	lines, err := b.client.Payments.GetLineItems(ctx, p.ID)
	b.must(err)
	if lines.Items[0].RefundableAmount != p.Amount.Minor-700 {
		t.Errorf("line %+v", lines.Items[0])
	}
	rest, err := b.client.Refunds.New(ctx, dodo.RefundNewParams{PaymentID: dodo.F(p.ID)})
	b.must(err)
	again, err := b.client.Refunds.Get(ctx, rest.RefundID)
	if err != nil || again.Amount != p.Amount.Minor-700 || again.PaymentID != p.ID {
		t.Errorf("read again %+v, %v", again, err)
	}
	_, err = b.client.Refunds.New(ctx, dodo.RefundNewParams{PaymentID: dodo.F(p.ID)})
	b.refused(err, 422, "PAYMENT_ALREADY_REFUNDED")
	for name, params := range map[string]dodo.RefundListParams{
		"all": {}, "of the customer": {CustomerID: dodo.F(b.Customer.ID)}, "of the subscription": {SubscriptionID: dodo.F(sub.ID)},
		"that succeeded": {Status: dodo.F(dodo.RefundListParamsStatusSucceeded)},
	} {
		if page, err := b.client.Refunds.List(ctx, params); err != nil || len(page.Items) != 2 {
			t.Errorf("%s: %d refunds, %v", name, len(page.Items), err)
		}
	}
	if page, err := b.client.Refunds.List(ctx, dodo.RefundListParams{Status: dodo.F(dodo.RefundListParamsStatusFailed)}); err != nil || len(page.Items) != 0 {
		t.Errorf("failed ones: %d, %v", len(page.Items), err)
	}
	if got := b.events(since); len(got) != 4 || got[0] != "refund.succeeded" || got[1] != "credit_note.created" {
		t.Errorf("events %v", got)
	}
	b.Reconcile()
}

func TestRefundsThatAreRefusedWriteNothing(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	ctx := t.Context()
	b.bought()
	p := b.lastPayment()
	before := len(b.Store.Commits())
	items := func(id string, amount int64) dodo.RefundNewParams {
		return dodo.RefundNewParams{PaymentID: dodo.F(p.ID), Items: dodo.F([]dodo.RefundNewParamsItem{{ItemID: dodo.F(id), Amount: dodo.F(amount)}})}
	}
	_, err := b.client.Refunds.New(ctx, items(b.Product.ID, 99999))
	b.refused(err, 422, "LINE_ITEM_REFUND_AMOUNT_TOO_HIGH")
	_, err = b.client.Refunds.New(ctx, items("pdt_none", 1))
	b.refused(err, 404, "LINE_ITEM_NOT_FOUND")
	_, err = b.client.Refunds.New(ctx, dodo.RefundNewParams{PaymentID: dodo.F("pay_none")})
	b.refused(err, 404, "NOT_FOUND")
	b.unchanged(before)
	b.Advance(refunds.Window)
	before = len(b.Store.Commits())
	_, err = b.client.Refunds.New(ctx, dodo.RefundNewParams{PaymentID: dodo.F(p.ID)})
	b.refused(err, 422, "REFUND_WINDOW_EXPIRED")
	b.unchanged(before)
}

// R256: payments are found by their disputes.
func TestDisputesByTheSDK(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	ctx := t.Context()
	b.Active("disputed")
	b.HearDisputes()
	page, err := b.client.Disputes.List(ctx, dodo.DisputeListParams{
		CustomerID: dodo.F(b.Customer.ID), DisputeStatus: dodo.F(dodo.DisputeListParamsDisputeStatusDisputeOpened),
		DisputeStage: dodo.F(dodo.DisputeListParamsDisputeStageDispute),
	})
	if err != nil || len(page.Items) != 1 || page.Items[0].Amount != "2000" {
		t.Fatalf("%+v, %v", page, err)
	}
	got, err := b.client.Disputes.Get(ctx, page.Items[0].DisputeID)
	b.must(err)
	if got.PaymentID != b.lastPayment().ID || got.Reason != "fraudulent" || got.Customer.CustomerID != b.Customer.ID || got.Amount != "2000" {
		t.Errorf("%+v", got)
	}
	_, err = b.client.Refunds.New(ctx, dodo.RefundNewParams{PaymentID: dodo.F(got.PaymentID)})
	b.refused(err, 409, "PAYMENT_DISPUTED")
	shown, err := b.client.Payments.Get(ctx, got.PaymentID)
	if err != nil || len(shown.Disputes) != 1 {
		t.Errorf("payment %+v, %v", shown.Disputes, err)
	}
	for filter, want := range map[string]int{"dispute_opened": 1, "dispute_lost": 0} {
		status, body := b.send("GET", "/payments?dispute_status="+filter, writer, "")
		if n := strings.Count(body, `"payment_id"`); status != 200 || n != want {
			t.Errorf("%s: %d payments, %d", filter, n, status)
		}
	}
}

// In a test mode the merchant plays the bank, and elsewhere nobody does.
func TestAMerchantRehearsesADispute(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.Active("disputed")
	b.HearDisputes()
	d := lifecycletest.All[billing.Dispute](b.World)[0]
	path := "/disputes/" + d.ID + "/rehearse"
	decide := func(outcome string) int {
		status, _ := b.send("POST", path, writer, fmt.Sprintf(`{"outcome":%q}`, outcome))
		b.HearDisputes()
		return status
	}
	for _, step := range []struct {
		outcome string
		status  int
		want    billing.DisputeStatus
	}{
		{"dispute_escalated", 409, billing.DisputeOpened}, // no inquiry
		{"dispute_opened", 422, billing.DisputeOpened},
		{"dispute_challenged", 202, billing.DisputeChallenged},
		{"dispute_won", 202, billing.DisputeWon},
		{"dispute_lost", 409, billing.DisputeWon},
	} {
		if status := decide(step.outcome); status != step.status {
			t.Errorf("%s answered %d, want %d", step.outcome, status, step.status)
		}
		if got := lifecycletest.Get[billing.Dispute](b.World, d.ID); got.Status != step.want {
			t.Errorf("after %s it is %s", step.outcome, got.Status)
		}
	}
	if status, _ := b.send("POST", "/disputes/dp_none/rehearse", writer, `{"outcome":"dispute_won"}`); status != 404 {
		t.Errorf("an unknown dispute answered %d", status)
	}
	d = lifecycletest.Get[billing.Dispute](b.World, d.ID)
	d.Gateway = "stripe"
	b.must(b.Store.Commit(t.Context(), record.Commit{Scope: b.Scope, Actor: record.System, Cause: "test", Put: []any{d}}))
	if status, body := b.send("POST", path, writer, `{"outcome":"dispute_won"}`); status != 403 || !strings.Contains(body, "TEST_MODE_ONLY") {
		t.Errorf("a dispute at Stripe answered %d %s", status, body)
	}
}

func TestTheLedgerAddsUp(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	ctx := t.Context()
	b.Active("visa_ok")
	b.Advance(1e9)
	p := b.lastPayment()
	_, err := b.client.Refunds.New(ctx, dodo.RefundNewParams{
		PaymentID: dodo.F(p.ID), Items: dodo.F([]dodo.RefundNewParamsItem{{ItemID: dodo.F(b.Product.ID), Amount: dodo.F[int64](500)}}),
	})
	b.must(err)
	b.Advance(1e9)
	s := b.Active("mastercard_ok")
	for _, paid := range lifecycletest.All[billing.Payment](b.World) {
		if paid.Subscription == s.ID {
			_, err = b.Gateway.Open(gateway.Intent(paid.Intent), gateway.StageDispute)
			b.must(err)
		}
	}
	b.Advance(1e9)
	b.HearDisputes()
	all, err := b.client.Balances.GetLedger(ctx, dodo.BalanceGetLedgerParams{})
	b.must(err)
	types := []string{}
	balance := int64(1500)
	for i, entry := range all.Items {
		types = append(types, string(entry.EventType))
		sign := entry.Amount
		if !entry.IsCredit {
			sign = -sign
		}
		if entry.AfterBalance-entry.BeforeBalance != sign || entry.UsdEquivalentAmount != entry.Amount || entry.ReferenceObjectID == "" {
			t.Errorf("entry %+v", entry)
		}
		if i == 0 && entry.AfterBalance != balance {
			t.Errorf("the balance is %d, want %d", entry.AfterBalance, balance)
		}
		if i > 0 && entry.AfterBalance != all.Items[i-1].BeforeBalance {
			t.Errorf("a gap before %+v", entry)
		}
	}
	if want := []string{"dispute", "payment", "refund", "payment"}; len(types) != 4 || !has(types, want...) || types[0] != "dispute" || types[3] != "payment" {
		t.Errorf("movements %v", types)
	}
	for name, c := range map[string]struct {
		params dodo.BalanceGetLedgerParams
		want   int
	}{
		"payments":       {dodo.BalanceGetLedgerParams{EventType: dodo.F(dodo.BalanceGetLedgerParamsEventTypePayment)}, 2},
		"payouts":        {dodo.BalanceGetLedgerParams{EventType: dodo.F(dodo.BalanceGetLedgerParamsEventTypePayout)}, 0},
		"of the payment": {dodo.BalanceGetLedgerParams{ReferenceObjectID: dodo.F(p.ID)}, 1},
		"in yen":         {dodo.BalanceGetLedgerParams{Currency: dodo.F(dodo.BalanceGetLedgerParamsCurrencyJpy)}, 0},
		"three":          {dodo.BalanceGetLedgerParams{Limit: dodo.F[int64](3)}, 3},
		"second page":    {dodo.BalanceGetLedgerParams{PageSize: dodo.F[int64](3), PageNumber: dodo.F[int64](1)}, 1},
	} {
		if page, err := b.client.Balances.GetLedger(ctx, c.params); err != nil || len(page.Items) != c.want {
			t.Errorf("%s: %d entries, %v", name, len(page.Items), err)
		}
	}
}

// refundOperations are those about money that went back.
func (b *bench) refundOperations(payment string) []operation {
	b.T.Helper()
	back, err := b.client.Refunds.New(b.T.Context(), dodo.RefundNewParams{PaymentID: dodo.F(payment)})
	b.must(err)
	b.Active("disputed")
	b.HearDisputes()
	disputes, err := b.client.Disputes.List(b.T.Context(), dodo.DisputeListParams{})
	b.must(err)
	return []operation{
		{"POST", "/refunds", fmt.Sprintf(`{"payment_id":%q}`, payment)},
		{"POST", "/credit-notes", fmt.Sprintf(`{"payment_id":%q,"type":"out_of_band"}`, payment)},
		{"GET", "/credit-notes/" + lifecycletest.Get[billing.Refund](b.World, back.RefundID).Notes[0], ""},
		{"GET", "/payments/" + payment + "/credit-notes", ""},
		{"GET", "/refunds", ""},
		{"GET", "/refunds/" + back.RefundID, ""},
		{"GET", "/disputes", ""},
		{"GET", "/disputes/" + disputes.Items[0].DisputeID, ""},
		{"POST", "/disputes/" + disputes.Items[0].DisputeID + "/rehearse", `{"outcome":"dispute_challenged"}`},
		{"GET", "/balances/ledger", ""},
		{"POST", "/tax-corrections", `{"from":"2026-01-01T00:00:00Z","to":"2029-01-01T00:00:00Z","run":true}`},
	}
}
