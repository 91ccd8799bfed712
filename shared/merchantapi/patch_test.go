package merchantapi_test

import (
	"strings"
	"testing"
	"time"

	dodo "github.com/dodopayments/dodopayments-go"
	"github.com/dodopayments/dodopayments-go/shared"
	"github.com/google/go-cmp/cmp"

	"perennial/shared/billing"
	"perennial/shared/calendar"
	"perennial/shared/lifecycle/lifecycletest"
	"perennial/shared/record"
)

func (b *bench) patch(id string, params dodo.SubscriptionUpdateParams) (*dodo.Subscription, error) {
	return b.client.Subscriptions.Update(b.T.Context(), id, params)
}

// R091, R305: a life ends by API.
func TestACancellationIsScheduledRevokedAndCarriedOut(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	sub := b.Active("visa_ok")
	since := len(b.Store.Events())
	planned, err := b.patch(sub.ID, dodo.SubscriptionUpdateParams{
		CancelAtNextBillingDate: dodo.F(true), CancellationFeedback: dodo.F(dodo.CancellationFeedbackTooExpensive), CancellationComment: dodo.F("too dear"),
	})
	if err != nil || planned.Status != "active" || !planned.CancelAtNextBillingDate || planned.CancellationFeedback != "too_expensive" || planned.CancellationComment != "too dear" {
		t.Fatalf("scheduled: %+v, %v", planned, err)
	}
	if diff := cmp.Diff([]string{"subscription.updated"}, b.events(since)); diff != "" {
		t.Error(diff)
	}
	last := b.Store.Commits()[len(b.Store.Commits())-1]
	if last.Actor != (record.Actor{Kind: record.ByKey, ID: "iter"}) {
		t.Errorf("the audit trail names %+v", last.Actor)
	}
	for range 2 { // revoking twice changes nothing more
		revoked, err := b.patch(sub.ID, dodo.SubscriptionUpdateParams{CancelAtNextBillingDate: dodo.F(false)})
		if err != nil || revoked.CancelAtNextBillingDate || revoked.CancellationFeedback != "" {
			t.Fatalf("revoked: %+v, %v", revoked, err)
		}
	}
	if got := b.events(since); len(got) != 2 {
		t.Errorf("events %v", got)
	}
	b.must(b.later(sub.ID))
	since = len(b.Store.Events())
	b.AdvanceTo(sub.Period.End)
	ended := b.get(sub.ID)
	if ended.Status != "cancelled" || ended.CancelledAt.IsZero() || !has(b.events(since), "subscription.cancelled") {
		t.Errorf("ended %+v, events %v", ended, b.events(since))
	}
	if stored := b.Sub(sub.ID); stored.Cancel.Reason != "cancelled_by_merchant" {
		t.Errorf("reason %q", stored.Cancel.Reason)
	}
}

func TestCancellingNowIsImmediateAndWorksOnce(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	sub := b.OnHold()
	since := len(b.Store.Events())
	ended, err := b.patch(sub.ID, dodo.SubscriptionUpdateParams{
		Status: dodo.F(dodo.SubscriptionStatusCancelled), CancelReason: dodo.F(dodo.SubscriptionUpdateParamsCancelReasonCancelledByCustomer),
		Metadata: dodo.F(dodo.MetadataParam{"left": shared.UnionBool(true)}),
	})
	if err != nil || ended.Status != "cancelled" || !strings.Contains(ended.JSON.RawJSON(), `"metadata":{"left":true}`) {
		t.Fatalf("ended %+v, %v", ended, err)
	}
	if got := b.events(since); !has(got, "subscription.cancelled", "hold.decided") {
		t.Errorf("events %v", got)
	}
	before := len(b.Store.Commits())
	b.refused(b.cancelNow(sub.ID), 409, "SUBSCRIPTION_ALREADY_CANCELLED")
	b.unchanged(before)
	b.Reconcile()
}

// R092: name and billing address are edited by API.
func TestParticularsAreChangedTogether(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	sub := b.Active("visa_ok")
	before := len(b.Store.Commits())
	changed, err := b.patch(sub.ID, dodo.SubscriptionUpdateParams{
		Metadata: dodo.F(dodo.MetadataParam{"seat": shared.UnionFloat(4)}), CustomerName: dodo.F("Ada Lovelace"),
		Billing: dodo.F(dodo.BillingAddressParam{Country: dodo.F(dodo.CountryCodeFr), City: dodo.F("Paris")}),
		TaxID:   dodo.F("FR99"), CustomerBusinessName: dodo.F("  Northwind SARL "),
		SubscriptionPeriodCount: dodo.F[int64](12),
	})
	b.must(err)
	if changed.Billing.Country != "FR" || changed.TaxID != "FR99" || changed.CustomerBusinessName != "Northwind SARL" || changed.Customer.Name != "Ada Lovelace" {
		t.Errorf("changed %+v", changed)
	}
	if want := sub.EndsAt.Time().AddDate(2, 0, 0); !changed.ExpiresAt.Equal(want) || changed.SubscriptionPeriodInterval != "Year" {
		t.Errorf("expires %v, want %v", changed.ExpiresAt, want)
	}
	if n := len(b.Store.Commits()) - before; n != 1 {
		t.Errorf("it took %d commits", n)
	}
	status, body := b.send("PATCH", "/subscriptions/"+sub.ID, writer, `{"tax_id":null}`)
	if status != 200 || !strings.Contains(body, `"tax_id":null`) || !strings.Contains(body, `"customer_business_name":null`) {
		t.Errorf("clearing the tax id: %d %s", status, body)
	}
	status, body = b.send("PATCH", "/subscriptions/"+sub.ID, writer, `{"billing":{"country":"DE","zipcode":10115}}`)
	if status != 200 || !strings.Contains(body, `"zipcode":"10115"`) {
		t.Errorf("an old client's postal code: %d %s", status, body)
	}
	before = len(b.Store.Commits())
	if status, body := b.send("PATCH", "/subscriptions/"+sub.ID, writer, `{}`); status != 200 {
		t.Errorf("an empty patch: %d %s", status, body)
	}
	b.unchanged(before)
}

func TestTheNextBillingDateMovesAndLaterOnesFollow(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	sub := b.Active("visa_ok")
	to := lifecycletest.Start.AddDate(0, 0, 45)
	changed, err := b.patch(sub.ID, dodo.SubscriptionUpdateParams{NextBillingDate: dodo.F(to)})
	if err != nil || !changed.NextBillingDate.Equal(to) {
		t.Fatalf("moved to %v, %v", changed.NextBillingDate, err)
	}
	since := len(b.Store.Events())
	b.AdvanceTo(calendar.At(to))
	if got := b.events(since); !has(got, "payment.succeeded", "subscription.renewed") {
		t.Errorf("events %v", got)
	}
	if got := b.get(sub.ID); !got.PreviousBillingDate.Equal(to) || !got.NextBillingDate.Equal(to.AddDate(0, 1, 0).Add(-time.Hour)) { // summer time
		t.Errorf("after the renewal: %v to %v", got.PreviousBillingDate, got.NextBillingDate)
	}
	b.Reconcile()
}

func TestDatesStayWhileAPaymentIsBeingMade(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	sub := b.Active("visa_ok")
	sub.Lock = billing.Lock{Payment: "pay_x", At: b.Now(), Lease: b.Clock.Now().Add(time.Minute)}
	b.Put(sub)
	before := len(b.Store.Commits())
	_, err := b.patch(sub.ID, dodo.SubscriptionUpdateParams{NextBillingDate: dodo.F(lifecycletest.Start.AddDate(0, 2, 0))})
	b.refused(err, 409, "PREVIOUS_PAYMENT_PENDING")
	_, err = b.client.Subscriptions.UpdatePaymentMethod(t.Context(), sub.ID, newMethod(""))
	b.refused(err, 409, "PREVIOUS_PAYMENT_PENDING")
	b.unchanged(before)
	wish, err := b.patch(sub.ID, dodo.SubscriptionUpdateParams{Status: dodo.F(dodo.SubscriptionStatusCancelled)})
	if err != nil || wish.Status != "active" || !b.Sub(sub.ID).Cancel.Pending {
		t.Errorf("a cancel while locked: %+v, %v", wish, err)
	}
}

func TestAPatchThatCannotBeWritesNothing(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	active, held := b.Active("visa_ok").ID, b.OnHold().ID
	before := len(b.Store.Commits())
	for _, c := range []struct {
		name, id, body string
		status         int
		code           string
		names          []string
	}{
		{"a date in the past", active, `{"next_billing_date":"2020-01-01T00:00:00Z","metadata":{"a":1}}`, 422, "INVALID_REQUEST_PARAMETERS", []string{"next_billing_date"}},
		{"a date after the end", active, `{"next_billing_date":"2090-01-01T00:00:00Z"}`, 422, "INVALID_REQUEST_PARAMETERS", []string{"expires"}},
		{"a date on hold", held, `{"next_billing_date":"2027-12-01T00:00:00Z"}`, 422, "SUBSCRIPTION_INACTIVE", nil},
		{"a shorter term", active, `{"subscription_period_count":1}`, 422, "INVALID_REQUEST_PARAMETERS", []string{"subscription_period_count"}},
		{"paused with more", active, `{"status":"paused","metadata":{"a":1}}`, 422, "INVALID_REQUEST_PARAMETERS", []string{"status"}},
		{"paused on hold", held, `{"status":"paused"}`, 422, "SUBSCRIPTION_NOT_ELIGIBLE_FOR_PAUSE", nil},
		{"resumed without a pause", active, `{"status":"active"}`, 422, "SUBSCRIPTION_NOT_PAUSED", nil},
		{"expired by hand", active, `{"status":"expired"}`, 422, "INVALID_REQUEST_PARAMETERS", []string{"status"}},
		{"Dodo's removed pause", active, `{"pause":true}`, 422, "INVALID_REQUEST_PARAMETERS", []string{"pause"}},
		{"a reason for nothing", active, `{"cancellation_feedback":"unused","cancellation_comment":"x","cancel_reason":"dodo_team"}`, 422, "INVALID_REQUEST_PARAMETERS", []string{"cancellation_feedback", "cancellation_comment", "cancel_reason"}},
		{"an unknown reason", active, `{"cancel_at_next_billing_date":true,"cancellation_feedback":"bored"}`, 422, "INVALID_REQUEST_BODY", []string{"cancellation_feedback"}},
		{"both ways", active, `{"status":"cancelled","cancel_at_next_billing_date":false}`, 422, "INVALID_REQUEST_PARAMETERS", []string{"cancel_at_next_billing_date"}},
		{"a business without a tax id", active, `{"customer_business_name":"Northwind","billing":{"country":"QQ"}}`, 422, "INVALID_REQUEST_PARAMETERS", []string{"billing.country"}},
		{"a business whose tax id goes", active, `{"customer_business_name":"Northwind","tax_id":null}`, 422, "INVALID_REQUEST_PARAMETERS", []string{"customer_business_name"}},
		{"a very long business", active, `{"tax_id":"DE1","customer_business_name":"` + strings.Repeat("ü", 251) + `"}`, 422, "INVALID_REQUEST_PARAMETERS", []string{"customer_business_name"}},
		{"by its dates already", active, `{"disable_on_demand":{"next_billing_date":"2027-12-01T00:00:00Z"}}`, 422, "SUBSCRIPTION_NOT_ON_DEMAND", nil},
		{"nobody's", "sub_none", `{"metadata":{}}`, 404, "NOT_FOUND", nil},
	} {
		status, body := b.send("PATCH", "/subscriptions/"+c.id, writer, c.body)
		if status != c.status || !strings.Contains(body, `"`+c.code+`"`) {
			t.Errorf("%s: %d %s", c.name, status, body)
		}
		for _, field := range c.names {
			if !strings.Contains(body, field) {
				t.Errorf("%s: %s is not named: %s", c.name, field, body)
			}
		}
	}
	b.unchanged(before)
}

func TestAPatchIsDecidedAnewWhenARenewalWasFaster(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	sub := b.Active("visa_ok")
	b.Store.Before = func(c record.Commit) error {
		if c.Cause != "PATCH /subscriptions" {
			return nil
		}
		b.Store.Before = nil
		rival := b.Sub(sub.ID)
		rival.Quantity = 9
		b.Put(rival)
		return nil
	}
	changed, err := b.patch(sub.ID, dodo.SubscriptionUpdateParams{Metadata: dodo.F(dodo.MetadataParam{"a": shared.UnionString("b")})})
	if err != nil || changed.Quantity != 9 || len(b.Sub(sub.ID).Metadata) != 1 {
		t.Errorf("changed %+v, %v", changed, err)
	}
}
