package merchantapi_test

import (
	"strings"
	"testing"
	"time"

	"perennial/shared/wire"
)

// reasons are what the API tells of cancellations.
func (b *bench) reasons(query string) []wire.CancelReason {
	b.T.Helper()
	return ask[struct {
		Items []wire.CancelReason `json:"items"`
	}](b, "GET", "/subscriptions/cancellation-reasons"+query, "", 200).Items
}

// R210 to R212: what was said stays when the cancellation is taken back, and
// is erased when its time is over.
func TestCancellationReasonsAreKeptForTheirTime(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	kept, gone := b.Active("visa_ok"), b.Active("visa_ok")
	ask[wire.Settings](b, "PATCH", "/settings", `{"retention":{"cancellation_reason_days":40}}`, 200)
	said := `{"cancel_at_next_billing_date":true,"cancellation_feedback":"unused","cancellation_comment":"No time"}`
	ask[struct{}](b, "PATCH", "/subscriptions/"+kept.ID, said, 200)
	ask[struct{}](b, "PATCH", "/subscriptions/"+kept.ID, `{"cancel_at_next_billing_date":false}`, 200)
	b.Advance(time.Hour)
	ask[struct{}](b, "PATCH", "/subscriptions/"+gone.ID, `{"status":"cancelled","cancellation_feedback":"too_complex"}`, 200)
	b.Advance(time.Hour)
	ask[struct{}](b, "PATCH", "/subscriptions/"+kept.ID, `{"status":"cancelled"}`, 200) // without a word
	all := b.reasons("")
	if len(all) != 2 || *all[0].Feedback != "too_complex" || *all[1].Feedback != "unused" || *all[1].Comment != "No time" || all[1].SubscriptionID != kept.ID {
		t.Fatalf("kept are %+v", all)
	}
	if own := b.reasons("?cancellation_feedback=unused&subscription_id=" + kept.ID); len(own) != 1 || own[0].CustomerID != b.Customer.ID {
		t.Errorf("of one subscription %+v", own)
	}
	b.Advance(39 * 24 * time.Hour)
	if n := len(b.reasons("")); n != 2 || b.Sub(gone.ID).Cancel.Feedback != "too_complex" {
		t.Errorf("a day before the end %d are left", n)
	}
	b.Advance(2 * 24 * time.Hour)
	if left := b.reasons(""); len(left) != 0 {
		t.Errorf("after it %+v", left)
	}
	if c := b.Sub(gone.ID).Cancel; c.Feedback != "" || c.Comment != "" || c.At.IsZero() {
		t.Errorf("the subscription still says %+v", c)
	}
}

func TestCancellationReasonsAreKeptAYearUnlessSaidOtherwise(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	if got := ask[wire.Settings](b, "GET", "/settings", "", 200).Retention.CancelReasons; got != 365 {
		t.Errorf("%d days", got)
	}
	for _, days := range []string{"0", "-1", "1096"} {
		status, body := b.send("PATCH", "/settings", writer, `{"retention":{"cancellation_reason_days":`+days+`}}`)
		if status != 422 || !strings.Contains(body, "retention.cancellation_reason_days") {
			t.Errorf("%s days: %d %s", days, status, body)
		}
	}
}
