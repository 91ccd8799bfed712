package merchantapi_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	dodo "github.com/dodopayments/dodopayments-go"

	"perennial/shared/billing"
	"perennial/shared/calendar"
	"perennial/shared/gateway/gatewaytest"
	"perennial/shared/lifecycle/lifecycletest"
	"perennial/shared/money"
)

// pro adds a dearer plan with periods of thirty days, and a subscription of a
// cheaper one, halfway through.
func (b *bench) pro() billing.Subscription {
	b.T.Helper()
	for id, price := range map[string]int64{"pdt_basic": 3000, "pdt_pro": 8000} {
		p := b.Product
		p.ID, p.Name, p.Version, p.Price.Amount = id, id, 0, money.Of(price, "USD")
		p.Price.Every = calendar.Interval{Count: 30, Unit: calendar.Day}
		b.Put(p)
	}
	b.Product.ID = "pdt_basic"
	sub := b.Active("visa_ok")
	b.AdvanceTo(sub.Period.Start.Add(15 * 24 * time.Hour))
	return b.Sub(sub.ID)
}

func (b *bench) change(id string, body string) (int, string) {
	b.T.Helper()
	return b.send(http.MethodPost, "/subscriptions/"+id+"/change-plan", writer, body)
}

// R106, R302: what the preview says is what is charged.
func TestAPlanIsChangedAsPreviewed(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	sub := b.pro()
	request := dodo.UpdateSubscriptionPlanReqParam{
		ProductID: dodo.F("pdt_pro"), Quantity: dodo.F[int64](1),
		ProrationBillingMode: dodo.F(dodo.UpdateSubscriptionPlanReqProrationBillingModeProratedImmediately),
	}
	preview, err := b.client.Subscriptions.PreviewChangePlan(t.Context(), sub.ID, dodo.SubscriptionPreviewChangePlanParams{UpdateSubscriptionPlanReq: request})
	b.must(err)
	charge := preview.ImmediateCharge
	if charge.Summary.TotalAmount != 2500 || charge.Summary.SettlementAmount != 2500 || len(charge.LineItems) != 2 || preview.NewPlan.ProductID != "pdt_pro" {
		t.Errorf("preview: %+v", charge)
	}
	var shown float64
	for _, l := range charge.LineItems {
		shown += float64(l.UnitPrice*l.Quantity) * l.ProrationFactor
	}
	if shown != 2500 {
		t.Errorf("the lines add up to %v", shown)
	}
	b.must(b.client.Subscriptions.ChangePlan(t.Context(), sub.ID, dodo.SubscriptionChangePlanParams{UpdateSubscriptionPlanReq: request}))
	got := b.get(sub.ID)
	payments := lifecycletest.All[billing.Payment](b.World)
	if got.ProductID != "pdt_pro" || got.RecurringPreTaxAmount != 8000 || payments[0].Amount.Minor != 2500 {
		t.Errorf("changed: %+v, %+v", got, payments[0].Amount)
	}
	b.Reconcile()
}

func TestAScheduledPlanIsShownAndTakenBack(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	sub := b.pro()
	body := `{"product_id":"pdt_pro","quantity":2,"proration_billing_mode":"full_immediately","effective_at":"next_billing_date"}`
	if status, answer := b.change(sub.ID, body); status != 200 {
		t.Fatalf("scheduled: %d %s", status, answer)
	}
	_, shown := b.send(http.MethodGet, "/subscriptions/"+sub.ID, writer, "")
	if !strings.Contains(shown, `"scheduled_change":{"id":"chg_`) || !strings.Contains(shown, `"effective_at":"`+sub.Period.End.String()) {
		t.Errorf("not shown: %s", shown)
	}
	if status, answer := b.change(sub.ID, body); status != 409 || !strings.Contains(answer, "SCHEDULED_PLAN_CHANGE_EXISTS") {
		t.Errorf("twice: %d %s", status, answer)
	}
	var next struct {
		Items []struct {
			AmountDue int64 `json:"amount_due"`
		} `json:"items"`
	}
	_, upcoming := b.send(http.MethodGet, "/subscriptions/"+sub.ID+"/upcoming?count=2", writer, "")
	b.must(json.Unmarshal([]byte(upcoming), &next))
	if len(next.Items) != 2 || next.Items[0].AmountDue != 16000 || next.Items[1].AmountDue != 16000 {
		t.Errorf("upcoming: %s", upcoming)
	}
	path := "/subscriptions/" + sub.ID + "/change-plan/scheduled"
	if status, answer := b.send(http.MethodDelete, path, writer, ""); status != 200 {
		t.Errorf("taken back: %d %s", status, answer)
	}
	if status, answer := b.send(http.MethodDelete, path, writer, ""); status != 404 || !strings.Contains(answer, "SCHEDULED_PLAN_CHANGE_NOT_FOUND") {
		t.Errorf("twice: %d %s", status, answer)
	}
}

func TestPlanChangesThatAreRefusedWriteNothing(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	sub := b.pro()
	before := len(b.Store.Commits())
	for name, c := range map[string]struct {
		body   string
		status int
		code   string
	}{
		"no mode":                 {`{"product_id":"pdt_pro","quantity":1}`, 422, "INVALID_REQUEST_BODY"},
		"nothing of it":           {`{"product_id":"pdt_pro","quantity":0,"proration_billing_mode":"do_not_bill"}`, 422, "INVALID_REQUEST_BODY"},
		"prorated at the date":    {`{"product_id":"pdt_pro","quantity":1,"proration_billing_mode":"prorated_immediately","effective_at":"next_billing_date"}`, 422, "INVALID_PRORATION_MODE_WITH_NEXT_BILLING_DATE"},
		"an addon that is none":   {`{"product_id":"pdt_pro","quantity":1,"proration_billing_mode":"do_not_bill","addons":[{"addon_id":"adn_x","quantity":1}]}`, 422, "MISSING_ADDON_IDS"},
		"a product that is none":  {`{"product_id":"pdt_x","quantity":1,"proration_billing_mode":"do_not_bill"}`, 404, "NOT_FOUND"},
		"by a link":               {`{"product_id":"pdt_pro","quantity":1,"proration_billing_mode":"prorated_immediately","collect_via_payment_link":true}`, 422, "INVALID_REQUEST_PARAMETERS"},
		"a code that is none":     {`{"product_id":"pdt_pro","quantity":1,"proration_billing_mode":"prorated_immediately","discount_codes":["NONE"]}`, 422, "INVALID_DISCOUNT_CODE"},
		"one code and several":    {`{"product_id":"pdt_pro","quantity":1,"proration_billing_mode":"do_not_bill","discount_code":"ONE","discount_codes":["TWO"]}`, 422, "INVALID_REQUEST_PARAMETERS"},
		"a difference of a cycle": {fmt.Sprintf(`{"product_id":%q,"quantity":1,"proration_billing_mode":"difference_immediately"}`, "pdt_1"), 422, "INVALID_REQUEST_PARAMETERS"},
	} {
		if status, answer := b.change(sub.ID, c.body); status != c.status || !strings.Contains(answer, `"`+c.code+`"`) {
			t.Errorf("%s: %d %s", name, status, answer)
		}
	}
	b.unchanged(before)
}

func TestAnUnpaidPlanIsDiscardedOrLeft(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	sub := b.pro()
	b.Gateway.Program(sub.Method.Reference, gatewaytest.Decline("insufficient_funds"))
	body := `{"product_id":"pdt_pro","quantity":1,"proration_billing_mode":"prorated_immediately"`
	if status, answer := b.change(sub.ID, body+`,"on_payment_failure":"prevent_change"}`); status != 200 {
		t.Fatalf("%d %s", status, answer)
	}
	if status, answer := b.change(sub.ID, body+`}`); status != 409 || !strings.Contains(answer, "PENDING_PLAN_CHANGE_EXISTS") {
		t.Errorf("%d %s", status, answer)
	}
	if status, answer := b.send(http.MethodDelete, "/subscriptions/"+sub.ID+"/change-plan/pending", writer, ""); status != 200 {
		t.Errorf("%d %s", status, answer)
	}
	b.change(sub.ID, body+`}`)
	if got := b.get(sub.ID); got.Status != "on_hold" || got.ProductID != "pdt_pro" {
		t.Errorf("applied: %+v", got)
	}
	if status, answer := b.send(http.MethodPost, "/subscriptions/"+sub.ID+"/change-plan/return", writer, ""); status != 200 || !strings.Contains(answer, `"pdt_basic"`) {
		t.Errorf("%d %s", status, answer)
	}
	b.Reconcile()
}

// Dodo 4.5: everything that lay ahead is later by the pause.
func TestAPauseMovesTheDates(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	sub := b.pro()
	paused, err := b.patch(sub.ID, dodo.SubscriptionUpdateParams{Status: dodo.F(dodo.SubscriptionStatus("paused"))})
	if err != nil || paused.Status != "paused" {
		t.Fatalf("%+v, %v", paused, err)
	}
	status, answer := b.send(http.MethodPatch, "/subscriptions/"+sub.ID, writer, `{"status":"paused"}`)
	if status != 422 || !strings.Contains(answer, "SUBSCRIPTION_ALREADY_PAUSED") {
		t.Errorf("twice: %d %s", status, answer)
	}
	const pause = 100 * 24 * time.Hour
	b.Advance(pause)
	resumed, err := b.patch(sub.ID, dodo.SubscriptionUpdateParams{Status: dodo.F(dodo.SubscriptionStatusActive)})
	b.must(err)
	if want := sub.Period.End.Add(pause).Time(); resumed.Status != "active" || !resumed.NextBillingDate.Equal(want) || !resumed.ExpiresAt.Equal(sub.EndsAt.Add(pause).Time()) {
		t.Errorf("resumed: %+v, want %v", resumed, want)
	}
	body := `{"product_id":"pdt_pro","quantity":1,"proration_billing_mode":"prorated_immediately"}`
	if _, answer := b.send(http.MethodPost, "/subscriptions/"+sub.ID+"/change-plan/preview", writer, body); !strings.Contains(answer, `"total_amount":2500`) {
		t.Errorf("half of the period is still left: %s", answer)
	}
	b.Reconcile()
}
