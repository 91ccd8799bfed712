package compat

import (
	"net/http"
	"reflect"
	"strings"
	"time"

	dodo "github.com/dodopayments/dodopayments-go"
	"github.com/dodopayments/dodopayments-go/shared"
)

var subscriptionChecks = []check{
	{14, "a subscription is pending until its link is paid", buy},
	{15, "a subscription has every field", wholeSubscription},
	{16, "subscriptions are filtered", filterSubscriptions},
	{17, "a cancellation is scheduled, revoked and carried out", scheduleCancel},
	{18, "a subscription is cancelled at once", func(s *shop) {
		sub := s.subscriber(s.product(monthly(2900)).ProductID, cardGood)
		got := s.patch(sub.SubscriptionID, dodo.SubscriptionUpdateParams{Status: dodo.F(dodo.SubscriptionStatusCancelled)})
		if got.Status != dodo.SubscriptionStatusCancelled || got.CancelledAt.IsZero() {
			s.Errorf("cancelled to %s", got.JSON.RawJSON())
		}
	}},
	{18, "a pause comes alone", pauseAlone},
	{18, "a subscription is paused and resumed", pause},
	{19, "the next billing date lies ahead and a term never shrinks", dates},
}

func (s *shop) patch(sub string, params dodo.SubscriptionUpdateParams) *dodo.Subscription {
	s.Helper()
	got, err := s.sdk.Subscriptions.Update(s.Context(), sub, params)
	s.must(err)
	return got
}

func (s *shop) refusedPatch(sub string, params dodo.SubscriptionUpdateParams, code string) {
	s.Helper()
	_, err := s.sdk.Subscriptions.Update(s.Context(), sub, params)
	s.refused(err, http.StatusUnprocessableEntity, code)
}

func buy(s *shop) {
	hooks := s.listen()
	made := s.order(s.product(monthly(2900)).ProductID, s.customer().CustomerID)
	if made.PaymentLink == "" || made.ClientSecret == "" || made.ExpiresOn.Before(time.Now()) || !strings.HasPrefix(made.PaymentID, "pay_") ||
		made.RecurringPreTaxAmount != 2900 {
		s.Errorf("made %s", made.JSON.RawJSON())
	}
	if got := s.subscription(made.SubscriptionID); got.Status != dodo.SubscriptionStatusPending {
		s.Errorf("unpaid, and %s", got.Status)
	}
	s.pay(made.PaymentLink, cardGood)
	if got := s.subscription(made.SubscriptionID); got.Status != dodo.SubscriptionStatusActive {
		s.Errorf("paid, and %s", got.Status)
	}
	s.heard(hooks, 0, "payment.succeeded", "subscription.active")
}

// wholeSubscription takes the fields and which of them are required from the
// SDK's type.
func wholeSubscription(s *shop) {
	sub := s.subscriber(s.product(monthly(2900)).ProductID, cardGood)
	sent := answerOf(sub.JSON.RawJSON())
	for _, f := range reflect.VisibleFields(reflect.TypeFor[dodo.Subscription]()) {
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		value, there := sent[name]
		if required := f.Tag.Get("api") == "required"; name != "-" && (!there || required && value == nil) {
			s.Errorf("%s is %v", name, value)
		}
	}
	for _, list := range []string{"addons", "meters", "credit_entitlement_cart", "meter_credit_entitlement_cart"} {
		if _, ok := sent[list].([]any); !ok {
			s.Errorf("%s is %v, want a list", list, sent[list])
		}
	}
	if now := time.Now(); sub.PreviousBillingDate.After(now.Add(time.Minute)) || !sub.NextBillingDate.After(now) {
		s.Errorf("the period runs from %s to %s", sub.PreviousBillingDate, sub.NextBillingDate)
	}
}

func filterSubscriptions(s *shop) {
	product := s.product(monthly(2900)).ProductID
	paid, ending := s.subscriber(product, cardGood), s.subscriber(product, cardGood)
	s.patch(ending.SubscriptionID, dodo.SubscriptionUpdateParams{CancelAtNextBillingDate: dodo.F(true)})
	s.order(product, paid.Customer.CustomerID)
	for name, c := range map[string]struct {
		query dodo.SubscriptionListParams
		want  string
	}{
		"active of a customer": {dodo.SubscriptionListParams{
			Status: dodo.F(dodo.SubscriptionListParamsStatus("active")), CustomerID: dodo.F(paid.Customer.CustomerID),
		}, paid.SubscriptionID},
		"to be cancelled": {dodo.SubscriptionListParams{CancelAtNextBillingDate: dodo.F(true)}, ending.SubscriptionID},
	} {
		s.eventually(name+" lists exactly one", func() bool { // the index follows the table
			page, err := s.sdk.Subscriptions.List(s.Context(), c.query)
			s.must(err)
			return len(page.Items) == 1 && page.Items[0].SubscriptionID == c.want
		})
	}
}

func scheduleCancel(s *shop) {
	hooks := s.listen()
	sub := s.subscriber(s.product(monthly(2900)).ProductID, cardGood)
	s.heard(hooks, 0, "subscription.active")
	mark := hooks.mark()
	got := s.patch(sub.SubscriptionID, dodo.SubscriptionUpdateParams{
		CancelAtNextBillingDate: dodo.F(true), CancellationFeedback: dodo.F(dodo.CancellationFeedbackTooExpensive),
	})
	if got.Status != dodo.SubscriptionStatusActive || !got.CancelAtNextBillingDate || got.CancellationFeedback != dodo.CancellationFeedbackTooExpensive {
		s.Errorf("scheduled %s", got.JSON.RawJSON())
	}
	s.heard(hooks, mark, "subscription.updated")
	if got := s.patch(sub.SubscriptionID, dodo.SubscriptionUpdateParams{CancelAtNextBillingDate: dodo.F(false)}); got.CancelAtNextBillingDate {
		s.Error("not revoked")
	}
	s.patch(sub.SubscriptionID, dodo.SubscriptionUpdateParams{CancelAtNextBillingDate: dodo.F(true)})
	s.advance(sub.NextBillingDate.Add(time.Minute))
	if got := s.subscription(sub.SubscriptionID); got.Status != dodo.SubscriptionStatusCancelled || got.CancelledAt.IsZero() {
		s.Errorf("at the date: %s", got.JSON.RawJSON())
	}
	s.heard(hooks, mark, "subscription.cancelled")
}

var paused = dodo.F(dodo.SubscriptionStatusPaused)

func pauseAlone(s *shop) {
	sub := s.subscriber(s.product(monthly(2900)).ProductID, cardGood).SubscriptionID
	s.refusedPatch(sub, dodo.SubscriptionUpdateParams{
		Status: paused, Metadata: dodo.F(dodo.MetadataParam{"a": shared.UnionString("b")}),
	}, "INVALID_REQUEST_PARAMETERS")
	s.refusedPatch(sub, dodo.SubscriptionUpdateParams{Pause: dodo.F(true)}, "INVALID_REQUEST_PARAMETERS")
}

func pause(s *shop) {
	sub := s.subscriber(s.product(monthly(2900)).ProductID, cardGood)
	got := s.patch(sub.SubscriptionID, dodo.SubscriptionUpdateParams{Status: paused})
	if got.Status != dodo.SubscriptionStatusPaused || got.PausedAt.IsZero() {
		s.Errorf("paused to %s", got.JSON.RawJSON())
	}
	s.advance(got.PausedAt.AddDate(0, 0, 10))
	resumed := s.patch(sub.SubscriptionID, dodo.SubscriptionUpdateParams{Status: dodo.F(dodo.SubscriptionStatusActive)})
	shifted := resumed.NextBillingDate.Sub(sub.NextBillingDate)
	if resumed.Status != dodo.SubscriptionStatusActive || !resumed.PausedAt.IsZero() || !about(shifted, 10*24*time.Hour) {
		s.Errorf("after ten days of pause the date moved by %s: %s", shifted, resumed.JSON.RawJSON())
	}
}

// about compares durations that a clock which runs on may blur.
func about(a, b time.Duration) bool { return (a - b).Abs() < 2*time.Minute }

func dates(s *shop) {
	sub := s.subscriber(s.product(monthly(2900)).ProductID, cardGood)
	s.refusedPatch(sub.SubscriptionID, dodo.SubscriptionUpdateParams{NextBillingDate: dodo.F(time.Now().AddDate(0, 0, -1))}, "INVALID_REQUEST_PARAMETERS")
	s.refusedPatch(sub.SubscriptionID, dodo.SubscriptionUpdateParams{
		SubscriptionPeriodCount: dodo.F(int64(1)), SubscriptionPeriodInterval: dodo.F(dodo.TimeIntervalYear),
	}, "INVALID_REQUEST_PARAMETERS")
	later := sub.NextBillingDate.AddDate(0, 0, 5).Truncate(time.Second)
	if got := s.patch(sub.SubscriptionID, dodo.SubscriptionUpdateParams{NextBillingDate: dodo.F(later)}); !got.NextBillingDate.Equal(later) {
		s.Errorf("set to %s, want %s", got.NextBillingDate, later)
	}
}
