package merchantapi_test

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"perennial/shared/tax"
)

// R273 over the API: a preview changes nothing, a run corrects once.
func TestTaxIsCorrectedOverTheAPI(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.taxed(190_000)
	b.bought()
	p := b.lastPayment()
	b.taxed(160_000)
	span := fmt.Sprintf(`"from":%q,"to":%q`, p.CreatedAt.Time().Add(-time.Hour).Format(time.RFC3339), p.CreatedAt.Time().Add(time.Hour).Format(time.RFC3339))
	var got struct {
		Items []struct {
			PaymentID        string `json:"payment_id"`
			Refund, Absorbed int64
			Skipped, Problem *string
		}
		Next *string
	}
	b.json(http.MethodPost, "/tax-corrections", "{"+span+"}", &got)
	if len(got.Items) != 1 || got.Items[0].PaymentID != p.ID || got.Items[0].Refund <= 0 || got.Next != nil || b.lastPayment().Refunded.Minor != 0 {
		t.Fatalf("the preview says %+v", got)
	}
	span += `,"run":true`
	b.json(http.MethodPost, "/tax-corrections", "{"+span+"}", &got)
	if back := b.lastPayment().Refunded.Minor; back != got.Items[0].Refund || got.Items[0].Problem != nil {
		t.Errorf("%d went back, want %+v", back, got.Items[0])
	}
	b.json(http.MethodPost, "/tax-corrections", "{"+span+"}", &got)
	if len(got.Items) != 0 {
		t.Errorf("a second run finds %+v", got)
	}
}

// taxed lets the merchant collect a rate in Germany and at home.
func (b *bench) taxed(rate tax.Rate) {
	b.T.Helper()
	state := b.State()
	state.Seller.Tax = tax.Seller{Country: "DE", Registrations: []tax.Registration{
		{Country: "DE", Scheme: tax.Local, Number: "DE136695976", From: "2020-01-01"},
		{Country: "DE", Scheme: tax.OSS, Number: "DE136695976", From: "2020-01-01"},
	}, Overrides: []tax.Override{{Country: "DE", Rate: rate, From: "2020-01-01"}}}
	b.Put(state)
}
