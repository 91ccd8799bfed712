package compat

import (
	"fmt"
	"net/http"
	"time"

	dodo "github.com/dodopayments/dodopayments-go"
	"github.com/dodopayments/dodopayments-go/option"
)

var planChecks = []check{
	{20, "a preview of each mode has the documented amounts and changes nothing", previews},
	{21, "a change charges what its preview said", changesAsPreviewed},
	{21, "the credit of a downgrade pays for renewals", creditPays},
	{22, "a change is scheduled, refused twice and taken back", scheduledChange},
	{22, "a scheduled change is charged at the renewal", scheduledCharge},
	{23, "a failed charge prevents a change, or puts it on hold", failedChange},
	{24, "a second change meets a pending one", pendingChange},
}

type mode = dodo.UpdateSubscriptionPlanReqProrationBillingMode

const (
	prorated   = dodo.UpdateSubscriptionPlanReqProrationBillingModeProratedImmediately
	difference = dodo.UpdateSubscriptionPlanReqProrationBillingModeDifferenceImmediately
	full       = dodo.UpdateSubscriptionPlanReqProrationBillingModeFullImmediately
	unbilled   = dodo.UpdateSubscriptionPlanReqProrationBillingModeDoNotBill
)

// plans are the documented example: 30, 80 and 20 per 30 days.
type plans struct{ basic, pro, starter string }

func (s *shop) plans() plans {
	s.Helper()
	per30Days := func(minor int64) string {
		p := monthly(minor)
		p.PaymentFrequencyCount, p.PaymentFrequencyInterval = dodo.F(int64(30)), dodo.F(dodo.TimeIntervalDay)
		return s.product(p).ProductID
	}
	return plans{per30Days(3000), per30Days(8000), per30Days(2000)}
}

// midway is a subscriber in the middle of the period.
func (s *shop) midway(product, card string) *dodo.Subscription {
	s.Helper()
	sub := s.subscriber(product, cardGood)
	if card != cardGood {
		s.switchTo(sub.SubscriptionID, card)
	}
	s.advance(sub.PreviousBillingDate.AddDate(0, 0, 15))
	return sub
}

func change(product string, m mode) dodo.UpdateSubscriptionPlanReqParam {
	return dodo.UpdateSubscriptionPlanReqParam{ProductID: dodo.F(product), Quantity: dodo.F(int64(1)), ProrationBillingMode: dodo.F(m)}
}

func (s *shop) preview(sub string, c dodo.UpdateSubscriptionPlanReqParam) *dodo.SubscriptionPreviewChangePlanResponse {
	s.Helper()
	got, err := s.sdk.Subscriptions.PreviewChangePlan(s.Context(), sub, dodo.SubscriptionPreviewChangePlanParams{UpdateSubscriptionPlanReq: c})
	s.must(err)
	return got
}

func (s *shop) changePlan(sub string, c dodo.UpdateSubscriptionPlanReqParam) error {
	return s.sdk.Subscriptions.ChangePlan(s.Context(), sub, dodo.SubscriptionChangePlanParams{UpdateSubscriptionPlanReq: c})
}

func previews(s *shop) {
	p := s.plans()
	low, high := s.midway(p.basic, cardGood).SubscriptionID, s.subscriber(p.pro, cardGood)
	s.advance(high.PreviousBillingDate.AddDate(0, 0, 15))
	for m, want := range map[mode]int64{difference: 5000, full: 8000, unbilled: 0} {
		if got := s.preview(low, change(p.pro, m)).ImmediateCharge.Summary; got.TotalAmount != want {
			s.Errorf("%s: %s, want %d", m, got.JSON.RawJSON(), want)
		}
	}
	// Dodo's difference would be 6000: more than is left of what was paid, for
	// which plans could be toggled until time is free.
	for m, want := range map[mode]int64{prorated: 3000, difference: 3000} {
		got := s.preview(high.SubscriptionID, change(p.starter, m)).ImmediateCharge.Summary
		if got.TotalAmount != 0 || got.CustomerCredits != want {
			s.Errorf("downgrade, %s: %s, want a credit of %d", m, got.JSON.RawJSON(), want)
		}
	}
	if got := s.preview(high.SubscriptionID, change(p.starter, prorated)).NewPlan.ProductID; got != p.starter {
		s.Errorf("the new plan is of %s", got)
	}
	if got := s.subscription(high.SubscriptionID); got.ProductID != p.pro {
		s.Error("a preview changed the plan")
	}
}

func changesAsPreviewed(s *shop) {
	p := s.plans()
	for m, want := range map[mode]int64{prorated: 2500, difference: 5000, full: 8000} {
		sub := s.subscriber(p.basic, cardGood)
		s.advance(sub.PreviousBillingDate.AddDate(0, 0, 15))
		hooks := s.listen()
		previewed := s.preview(sub.SubscriptionID, change(p.pro, m)).ImmediateCharge.Summary.TotalAmount
		s.must(s.changePlan(sub.SubscriptionID, change(p.pro, m)))
		if got := s.subscription(sub.SubscriptionID); got.ProductID != p.pro || got.RecurringPreTaxAmount != 8000 {
			s.Errorf("%s: changed to %s", m, got.JSON.RawJSON())
		}
		if newest := s.payments(sub.SubscriptionID)[0]; newest.TotalAmount != want || previewed != want {
			s.Errorf("%s: previewed %d, charged %d, want %d", m, previewed, newest.TotalAmount, want)
		}
		s.heard(hooks, 0, "subscription.plan_changed")
		s.must(s.sdk.Webhooks.Delete(s.Context(), hooks.id))
	}
}

func creditPays(s *shop) {
	p := s.plans()
	sub := s.midway(p.pro, cardGood)
	s.must(s.changePlan(sub.SubscriptionID, change(p.starter, prorated)))
	for _, want := range []string{"[]", "[1000]"} { // 30 of credit: 20 and 10 of the next two renewals
		before := len(s.payments(sub.SubscriptionID))
		s.advance(s.subscription(sub.SubscriptionID).NextBillingDate.Add(time.Minute))
		charged := []int64{}
		for _, paid := range s.payments(sub.SubscriptionID)[:len(s.payments(sub.SubscriptionID))-before] {
			if paid.TotalAmount > 0 {
				charged = append(charged, paid.TotalAmount)
			}
		}
		if got := fmt.Sprint(charged); got != want {
			s.Errorf("the renewal charged %s, want %s", got, want)
		}
	}
}

func scheduledChange(s *shop) {
	p := s.plans()
	sub := s.subscriber(p.basic, cardGood).SubscriptionID
	at := func(m mode) dodo.UpdateSubscriptionPlanReqParam {
		c := change(p.pro, m)
		c.EffectiveAt = dodo.F(dodo.UpdateSubscriptionPlanReqEffectiveAtNextBillingDate)
		return c
	}
	s.refused(s.changePlan(sub, at(prorated)), http.StatusUnprocessableEntity, "INVALID_PRORATION_MODE_WITH_NEXT_BILLING_DATE")
	s.must(s.changePlan(sub, at(full)))
	got := s.subscription(sub)
	if got.ScheduledChange.ProductID != p.pro || got.ProductID != p.basic || !got.ScheduledChange.EffectiveAt.Equal(got.NextBillingDate) {
		s.Errorf("scheduled %s", got.JSON.RawJSON())
	}
	if n := len(s.payments(sub)); n != 1 {
		s.Errorf("%d payments, want the first alone", n)
	}
	s.refused(s.changePlan(sub, at(full)), http.StatusConflict, "SCHEDULED_PLAN_CHANGE_EXISTS")
	s.must(s.sdk.Subscriptions.CancelChangePlan(s.Context(), sub))
	if got := s.subscription(sub); got.ScheduledChange.ID != "" {
		s.Errorf("still scheduled: %s", got.JSON.RawJSON())
	}
	s.refused(s.sdk.Subscriptions.CancelChangePlan(s.Context(), sub), http.StatusNotFound, "SCHEDULED_PLAN_CHANGE_NOT_FOUND")
}

func scheduledCharge(s *shop) {
	p := s.plans()
	sub := s.subscriber(p.basic, cardGood)
	c := change(p.pro, full)
	c.EffectiveAt = dodo.F(dodo.UpdateSubscriptionPlanReqEffectiveAtNextBillingDate)
	s.must(s.changePlan(sub.SubscriptionID, c))
	s.advance(sub.NextBillingDate.Add(time.Minute))
	got := s.subscription(sub.SubscriptionID)
	if newest := s.payments(sub.SubscriptionID)[0]; got.ProductID != p.pro || newest.TotalAmount != 8000 || got.ScheduledChange.ID != "" {
		s.Errorf("renewed with %d as %s", newest.TotalAmount, got.JSON.RawJSON())
	}
}

func failedChange(s *shop) {
	p := s.plans()
	for policy, want := range map[dodo.UpdateSubscriptionPlanReqOnPaymentFailure]struct {
		product string
		status  dodo.SubscriptionStatus
	}{
		dodo.UpdateSubscriptionPlanReqOnPaymentFailurePreventChange: {p.basic, dodo.SubscriptionStatusActive},
		dodo.UpdateSubscriptionPlanReqOnPaymentFailureApplyChange:   {p.pro, dodo.SubscriptionStatusOnHold},
	} {
		sub := s.subscriber(p.basic, cardGood).SubscriptionID
		s.switchTo(sub, cardFails)
		c := change(p.pro, difference)
		c.OnPaymentFailure = dodo.F(policy)
		if err := s.changePlan(sub, c); unbuilt(err) != "" {
			s.must(err)
		}
		if got := s.subscription(sub); got.ProductID != want.product || got.Status != want.status {
			s.Errorf("%s: %s of %s", policy, got.Status, got.ProductID)
		}
	}
}

// pendingChange: a client with its own two retries asks once, as the answer
// tells it that asking again cannot help.
func pendingChange(s *shop) {
	p := s.plans()
	sub := s.subscriber(p.basic, cardGood).SubscriptionID
	s.switchTo(sub, cardFails)
	c := change(p.pro, difference)
	c.OnPaymentFailure = dodo.F(dodo.UpdateSubscriptionPlanReqOnPaymentFailurePreventChange)
	if err := s.changePlan(sub, c); unbuilt(err) != "" {
		s.must(err)
	}
	requests := 0
	sdk := s.client(s.key, option.WithMaxRetries(2), counting(&requests))
	err := sdk.Subscriptions.ChangePlan(s.Context(), sub, dodo.SubscriptionChangePlanParams{UpdateSubscriptionPlanReq: c})
	s.refused(err, http.StatusConflict, "PENDING_PLAN_CHANGE_EXISTS")
	if got := s.subscription(sub); requests > 3 || got.ProductID != p.basic || got.Status != dodo.SubscriptionStatusActive {
		s.Errorf("after %d requests: %s of %s", requests, got.Status, got.ProductID)
	}
}
