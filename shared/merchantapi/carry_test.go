package merchantapi_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"perennial/shared/billing"
	"perennial/shared/money"
)

// Rules 9: a merchant sees what is carried, what will be, and why an order of
// too little is refused.
func TestTooLittleByAPI(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	p := b.Product
	p.ID, p.Version, p.Price.TrialDays, p.Price.Amount = "pdt_tiny", 0, 14, money.Of(30, "USD")
	b.Put(p)
	order := `{"product_id":"pdt_tiny","quantity":1,"customer":{"customer_id":"cus_1"},"billing":{"country":"DE"}`
	status, answer := b.send(http.MethodPost, "/subscriptions", writer, order+`,"trial_period_days":0}`)
	if status != 422 || !strings.Contains(answer, "TOTAL_PAYMENT_AMOUNT_BELOW_MINIMUM_AMOUNT") || !strings.Contains(answer, "0.50 USD") {
		t.Errorf("an order of 30 cents: %d %s", status, answer)
	}
	var made struct {
		ID string `json:"subscription_id"`
	}
	_, answer = b.send(http.MethodPost, "/subscriptions", writer, order+`}`)
	b.must(json.Unmarshal([]byte(answer), &made))
	_, err := b.Pay(made.ID, "visa_ok")
	b.must(err)
	b.AdvanceTo(b.Sub(made.ID).Period.End)
	var next struct {
		Items []struct {
			Due     int64 `json:"amount_due"`
			Carried bool  `json:"carried"`
			Lines   []struct {
				Carried bool `json:"carried"`
			} `json:"lines"`
		} `json:"items"`
	}
	_, answer = b.send(http.MethodGet, "/subscriptions/"+made.ID+"/upcoming?count=2", writer, "")
	b.must(json.Unmarshal([]byte(answer), &next))
	var got []any
	for _, v := range next.Items {
		got = append(got, v.Due, v.Carried, len(v.Lines), v.Lines[len(v.Lines)-1].Carried)
	}
	if diff := cmp.Diff([]any{int64(60), false, 2, true, int64(30), true, 1, false}, got); diff != "" {
		t.Errorf("upcoming (-want +got): %s", diff)
	}
	if _, answer = b.send(http.MethodGet, "/subscriptions/"+made.ID, writer, ""); !strings.Contains(answer, `"carried_amount":30`) || !strings.Contains(answer, `"status":"active"`) {
		t.Errorf("it shows %s", answer)
	}
	if s := b.Sub(made.ID); s.Status != billing.StatusActive {
		t.Errorf("it is %s", s.Status)
	}
	b.Reconcile()
}
