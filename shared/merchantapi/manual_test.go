package merchantapi_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"perennial/shared/billing"
)

// manual orders a subscription whose customer pays every renewal, and pays
// its first period.
func (b *bench) manual() billing.Subscription {
	b.T.Helper()
	status, answer := b.send(http.MethodPost, "/subscriptions", writer,
		`{"product_id":"pdt_1","quantity":1,"customer":{"customer_id":"cus_1"},"billing":{"country":"DE"},"collection_method":"manual"}`)
	var made struct {
		ID string `json:"subscription_id"`
	}
	if status != 200 || json.Unmarshal([]byte(answer), &made) != nil {
		b.T.Fatalf("order: %d %s", status, answer)
	}
	_, err := b.Pay(made.ID, "visa_ok")
	b.must(err)
	return b.Sub(made.ID)
}

// R240: a subscription is paid by hand from its order on, and back.
func TestAManualSubscriptionByAPI(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	sub := b.manual()
	path := "/subscriptions/" + sub.ID
	if _, shown := b.send(http.MethodGet, path, writer, ""); !strings.Contains(shown, `"collection_method":"manual"`) {
		t.Errorf("it shows %s", shown)
	}
	if status, answer := b.send(http.MethodPatch, path, writer, `{"collection_method":"automatic"}`); status != 422 || !strings.Contains(answer, "NO_ELIGIBLE_PAYMENT_METHODS") {
		t.Errorf("automatic without a card: %d %s", status, answer)
	}
	b.AdvanceTo(sub.Period.End.Add(-24 * time.Hour))
	var next struct {
		Items []struct {
			Start string `json:"period_start"`
		} `json:"items"`
	}
	_, upcoming := b.send(http.MethodGet, path+"/upcoming?count=2", writer, "")
	b.must(json.Unmarshal([]byte(upcoming), &next))
	if len(next.Items) != 2 || next.Items[0].Start <= sub.Period.End.String() {
		t.Errorf("after the one that is issued comes %s", upcoming)
	}
	status, answer := b.send(http.MethodPost, path+"/update-payment-method", writer, `{"type":"new"}`)
	if status != 200 || !strings.Contains(answer, `"payment_link":"http`) || strings.Contains(answer, `"payment_id":null`) {
		t.Errorf("a link for the merchant to send: %d %s", status, answer)
	}
}

// R240: the wish on a product holds for what is sold of it.
func TestAProductIsSoldForManualRenewal(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	status, answer := b.send(http.MethodPatch, "/products/pdt_1", writer, `{"collection_method":"manual"}`)
	if _, shown := b.send(http.MethodGet, "/products/pdt_1", writer, ""); status != 200 || !strings.Contains(shown, `"collection_method":"manual"`) {
		t.Fatalf("%d %s: %s", status, answer, shown)
	}
	if s := b.Subscribe().Subscription; !s.Manual.On {
		t.Errorf("sold as %s", s.Collection())
	}
	body := `{"product_cart":[{"product_id":"pdt_1","quantity":1}],"subscription_data":{"on_demand":{"mandate_only":true}},"customer":{"customer_id":"cus_1"},"billing_address":{"country":"DE","street":"Hauptstr. 1","city":"Berlin"},"confirm":true}`
	if status, answer := b.send(http.MethodPost, "/checkouts", writer, body); status != 422 || !strings.Contains(answer, "MANUAL_COLLECTION") {
		t.Errorf("on demand: %d %s", status, answer)
	}
}

// R240: when the customer is asked, and how long it waits, are settings.
func TestManualRenewalsHaveSettings(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	if _, answer := b.send(http.MethodGet, "/settings", writer, ""); !strings.Contains(answer, `"manual_renewals":{"invoice_days":7,"grace_days":7}`) {
		t.Errorf("by default: %s", answer)
	}
	if status, answer := b.send(http.MethodPatch, "/settings", writer, `{"manual_renewals":{"grace_days":0}}`); status != 422 {
		t.Errorf("no grace: %d %s", status, answer)
	}
	if status, answer := b.send(http.MethodPatch, "/settings", writer, `{"manual_renewals":{"grace_days":20}}`); status != 200 || b.State().Settings.Manual.Grace != 20 {
		t.Errorf("%d %s", status, answer)
	}
}

// collect_via_payment_link answers the handles of the page.
func TestAPlanChangeAnswersItsLink(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	sub := b.pro()
	body := `{"product_id":"pdt_pro","quantity":1,"proration_billing_mode":"prorated_immediately","on_payment_failure":"prevent_change","collect_via_payment_link":true}`
	status, answer := b.change(sub.ID, body)
	if status != 200 || !strings.Contains(answer, `"payment_link":"http`) || !strings.Contains(answer, `"payment_id":"pay_`) || !strings.Contains(answer, `"expires_on":"`) {
		t.Errorf("%d %s", status, answer)
	}
	if status, answer := b.change(sub.ID, body); status != 409 || !strings.Contains(answer, "PENDING_PLAN_CHANGE_EXISTS") {
		t.Errorf("twice: %d %s", status, answer)
	}
	b.Reconcile()
}
