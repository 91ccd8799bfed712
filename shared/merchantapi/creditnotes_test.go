package merchantapi_test

import (
	"fmt"
	"strings"
	"testing"

	"perennial/shared/billing"
	"perennial/shared/lifecycle/lifecycletest"
	"perennial/shared/money"
)

// A merchant credits an invoice in each way, reads the notes again, and is
// told of each once.
func TestCreditNotesOverTheAPI(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	sub := b.bought()
	p := b.lastPayment()
	since := len(b.Store.Events())
	body := func(more string) string { return fmt.Sprintf(`{"payment_id":%q,%s}`, p.ID, more) }
	made := b.asked("POST", "/credit-notes", body(fmt.Sprintf(`"type":"credit","items":[{"item_id":%q,"amount":300}],"reason":"late"`, b.Product.ID)), 200)
	if made["status"] != "issued" || made["amount"] != 300.0 || made["number"] != "ADA1-CN0001" || made["invoice_id"] != p.InvoiceNumber || made["reason"] != "late" {
		t.Errorf("made %v", made)
	}
	back := b.asked("POST", "/credit-notes", body(`"type":"refund","amount":200,"invoice_id":"`+p.InvoiceNumber+`"`), 200)
	if back["refund_id"] == nil || back["type"] != "refund" || back["credit_note_id"] == nil {
		t.Errorf("refunded %v", back)
	}
	rest := b.asked("POST", "/credit-notes", body(`"type":"out_of_band"`), 200)
	if rest["amount"] != float64(p.Amount.Minor-500) || rest["type"] != "out_of_band" {
		t.Errorf("the rest %v", rest)
	}
	id := made["credit_note_id"].(string)
	if got := b.asked("GET", "/credit-notes/"+id, "", 200); got["number"] != made["number"] || got["document_url"] != made["document_url"] {
		t.Errorf("read again %v", got)
	}
	if got := b.asked("GET", "/payments/"+p.ID+"/credit-notes", "", 200)["items"].([]any); len(got) != 3 {
		t.Errorf("%d notes", len(got))
	}
	if got := b.asked("GET", "/subscriptions/"+sub.ID, "", 200); got["subscription_id"] != sub.ID || b.Sub(sub.ID).Balance().Minor != 300 {
		t.Errorf("the balance is %v", b.Sub(sub.ID).Balance())
	}
	told := 0
	for _, e := range b.events(since) {
		if e == string(billing.EventCreditNote) {
			told++
		}
	}
	if told != 3 {
		t.Errorf("told %d times: %v", told, b.events(since))
	}
	b.Reconcile()
}

func TestCreditNotesThatAreRefusedWriteNothing(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.bought()
	p := b.lastPayment()
	before := len(b.Store.Commits())
	for _, c := range []struct {
		body   string
		status int
	}{
		{fmt.Sprintf(`{"payment_id":%q,"type":"gift"}`, p.ID), 422},
		{fmt.Sprintf(`{"payment_id":%q}`, p.ID), 422},
		{fmt.Sprintf(`{"payment_id":%q,"type":"credit","amount":0}`, p.ID), 422},
		{fmt.Sprintf(`{"payment_id":%q,"type":"credit","amount":5,"items":[{"item_id":"pdt_1","amount":5}]}`, p.ID), 422},
		{fmt.Sprintf(`{"payment_id":%q,"type":"out_of_band","amount":%d}`, p.ID, p.Amount.Minor+1), 422},
		{fmt.Sprintf(`{"payment_id":%q,"type":"out_of_band","items":[{"item_id":"pdt_none"}]}`, p.ID), 404},
		{fmt.Sprintf(`{"payment_id":%q,"type":"out_of_band","invoice_id":"X-1"}`, p.ID), 404},
		{`{"payment_id":"pay_none","type":"refund"}`, 404},
	} {
		b.asked("POST", "/credit-notes", c.body, c.status)
	}
	b.asked("GET", "/credit-notes/"+lifecycletest.All[billing.Invoice](b.World)[0].ID, "", 404)
	b.unchanged(before)
}

// Credit that is left when a subscription ends is shown on: it is owed.
func TestTheCreditOfASubscriptionIsShownWhenItHasEnded(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	sub := b.Active("visa_ok")
	sub.Credits = []billing.Credit{{ID: "chg_1", Gross: money.Of(700, "USD"), Left: money.Of(450, "USD"), Tax: money.Of(0, "USD"), At: b.Now()}}
	b.Put(sub)
	for _, ended := range []bool{false, true} {
		if ended {
			b.must(b.cancelNow(sub.ID))
		}
		if _, raw := b.send("GET", "/subscriptions/"+sub.ID, writer, ""); !strings.Contains(raw, `"credit_amount":450`) || strings.Contains(raw, `"status":"cancelled"`) != ended {
			t.Errorf("ended %t: %s", ended, raw)
		}
	}
}
