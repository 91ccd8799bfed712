package compat

import (
	"bytes"
	"net/http"
	"slices"
	"strings"
	"time"

	dodo "github.com/dodopayments/dodopayments-go"

	"perennial/infra/local/ses"
)

var renewalChecks = []check{
	{25, "a renewal is charged and moves the dates", renewed},
	{26, "a declined renewal puts the subscription on hold", declined},
	{26, "a declined renewal switches the licence keys off", keysOff},
	{27, "a new method pays the dues and reactivates", reactivated},
	{27, "an existing method is switched without a charge", switched},
	{28, "a failed renewal is retried on Dodo's days", retried},
	{29, "a subscription that is not on demand is not charged by hand", func(s *shop) {
		sub := s.subscriber(s.product(monthly(2900)).ProductID, cardGood)
		_, err := s.sdk.Subscriptions.Charge(s.Context(), sub.SubscriptionID, dodo.SubscriptionChargeParams{ProductPrice: dodo.F(int64(500))})
		s.refused(err, http.StatusUnprocessableEntity, "SUBSCRIPTION_NOT_ON_DEMAND")
	}},
	{29, "an on-demand subscription is charged by hand", onDemand},
}

// payments are those of a subscription, newest first.
func (s *shop) payments(sub string) []dodo.PaymentListResponse {
	s.Helper()
	page, err := s.sdk.Payments.List(s.Context(), dodo.PaymentListParams{
		SubscriptionID: dodo.F(sub), PageNumber: dodo.F(int64(0)), PageSize: dodo.F(int64(100)),
	})
	s.must(err)
	return page.Items
}

func (s *shop) payment(id string) *dodo.Payment {
	s.Helper()
	p, err := s.sdk.Payments.Get(s.Context(), id)
	s.must(err)
	return p
}

func renewed(s *shop) {
	sub := s.subscriber(s.product(monthly(2900)).ProductID, cardGood)
	hooks := s.listen()
	s.advance(sub.NextBillingDate.Add(time.Minute))
	got := s.subscription(sub.SubscriptionID)
	if !got.PreviousBillingDate.Equal(sub.NextBillingDate) || !got.NextBillingDate.After(sub.NextBillingDate.AddDate(0, 0, 27)) {
		s.Errorf("the period runs from %s to %s", got.PreviousBillingDate, got.NextBillingDate)
	}
	all := s.payments(sub.SubscriptionID)
	if len(all) != 2 {
		s.Fatalf("%d payments", len(all))
	}
	if p := s.payment(all[0].PaymentID); p.SubscriptionID != sub.SubscriptionID || p.RetryAttempt != 0 || p.TotalAmount != 2900 || p.Status != dodo.IntentStatusSucceeded {
		s.Errorf("the renewal's payment is %s", p.JSON.RawJSON())
	}
	s.heard(hooks, 0, "payment.succeeded", "subscription.renewed")
	s.invoiced(s.payment(all[0].PaymentID))
}

// invoiced fails unless a payment has an invoice of its own, and its customer
// a mail that names it (R307).
func (s *shop) invoiced(p *dodo.Payment) {
	s.Helper()
	answer, pdf := s.browse(http.MethodGet, p.InvoiceURL, "", "")
	if answer.StatusCode != http.StatusOK || !bytes.HasPrefix(pdf, []byte("%PDF-")) {
		s.Errorf("%s answers %d", p.InvoiceURL, answer.StatusCode)
	}
	s.eventually("the invoice is told by mail", func() bool {
		return slices.ContainsFunc(s.stack.Mailbox().Mails(p.Customer.Email), func(m ses.Mail) bool {
			return strings.Contains(m.Text, "Invoice number: "+p.InvoiceID)
		})
	})
}

// held is a subscription whose renewal was declined.
func (s *shop) held() *dodo.Subscription {
	s.Helper()
	sub := s.subscriber(s.product(monthly(2900)).ProductID, cardGood)
	s.switchTo(sub.SubscriptionID, cardFails)
	s.advance(sub.NextBillingDate.Add(time.Minute))
	if got := s.subscription(sub.SubscriptionID); got.Status != dodo.SubscriptionStatusOnHold {
		s.Fatalf("after a declined renewal it is %s", got.Status)
	}
	return sub
}

func declined(s *shop) {
	hooks := s.listen()
	sub := s.held()
	if p := s.payment(s.payments(sub.SubscriptionID)[0].PaymentID); p.Status != dodo.IntentStatusFailed || p.ErrorCode == "" || p.ErrorMessage == "" {
		s.Errorf("the declined payment is %s", p.JSON.RawJSON())
	}
	s.heard(hooks, 0, "payment.failed", "subscription.on_hold")
}

func keysOff(s *shop) {
	key := s.license(s.held().Customer.CustomerID)
	if key.Status != dodo.LicenseKeyStatusDisabled {
		s.Errorf("on hold, and the key is %s", key.Status)
	}
}

func reactivated(s *shop) {
	hooks := s.listen()
	sub := s.held()
	before := s.subscription(sub.SubscriptionID).PaymentMethodID
	link, err := s.sdk.Subscriptions.UpdatePaymentMethod(s.Context(), sub.SubscriptionID, newMethod)
	s.must(err)
	if link.PaymentID == "" || link.PaymentLink == "" {
		s.Errorf("answered %s", link.JSON.RawJSON())
	}
	mark := hooks.mark()
	s.pay(link.PaymentLink, cardOther)
	got := s.subscription(sub.SubscriptionID)
	if got.Status != dodo.SubscriptionStatusActive || got.PaymentMethodID == before || s.payment(link.PaymentID).Status != dodo.IntentStatusSucceeded {
		s.Errorf("paid, and %s", got.JSON.RawJSON())
	}
	s.heard(hooks, mark, "payment.succeeded", "subscription.active")
}

func switched(s *shop) {
	sub := s.subscriber(s.product(monthly(2900)).ProductID, cardGood)
	s.switchTo(sub.SubscriptionID, cardOther)
	payments := len(s.payments(sub.SubscriptionID))
	got, err := s.sdk.Subscriptions.UpdatePaymentMethod(s.Context(), sub.SubscriptionID, dodo.SubscriptionUpdatePaymentMethodParams{
		PaymentMethod: dodo.SubscriptionUpdatePaymentMethodParamsPaymentMethodExisting{
			Type:            dodo.F(dodo.SubscriptionUpdatePaymentMethodParamsPaymentMethodExistingTypeExisting),
			PaymentMethodID: dodo.F(sub.PaymentMethodID),
		},
	})
	s.must(err)
	if raw := got.JSON.RawJSON(); len(answerOf(raw)) == 0 {
		s.Errorf("answered %q, want an object", raw)
	}
	now := s.subscription(sub.SubscriptionID)
	if now.PaymentMethodID != sub.PaymentMethodID || len(s.payments(sub.SubscriptionID)) != payments {
		s.Errorf("switched to %s with %d payments", now.PaymentMethodID, len(s.payments(sub.SubscriptionID))-payments)
	}
}

// retried: the merchant's schedule of retries is Dodo's, as far as its window
// of 13 days goes.
func retried(s *shop) {
	answer, said := s.send(http.MethodPatch, "/settings", s.key,
		`{"recovery":{"window_days":13,"retry_vague_declines":true,"retry_delay_hours":[12,24,48,72,96]}}`)
	if answer.StatusCode != http.StatusOK {
		s.Fatalf("settings: %d %s", answer.StatusCode, said)
	}
	sub := s.held()
	failed := s.payments(sub.SubscriptionID)[0].CreatedAt
	s.advance(failed.AddDate(0, 0, 20))
	var hours []int
	for _, p := range slices.Backward(s.payments(sub.SubscriptionID)) {
		after := p.CreatedAt.Sub(failed)
		if after <= 0 {
			continue
		}
		hours = append(hours, int(after.Round(time.Hour).Hours()))
		if got := s.payment(p.PaymentID); got.RetryAttempt != int64(len(hours)) || got.Status != dodo.IntentStatusFailed {
			s.Errorf("retry %d is %s", len(hours), got.JSON.RawJSON())
		}
	}
	if want := []int{12, 36, 84, 156, 252}; !slices.Equal(hours, want) {
		s.Errorf("retried after %v hours, want %v", hours, want)
	}
}

func onDemand(s *shop) {
	//nolint:staticcheck // deprecated by Dodo and still what its merchants call
	made, err := s.sdk.Subscriptions.New(s.Context(), dodo.SubscriptionNewParams{
		ProductID: dodo.F(s.product(monthly(2900)).ProductID), Quantity: dodo.F(int64(1)), PaymentLink: dodo.F(true),
		Billing: dodo.F(inGermany), Customer: dodo.F(attach(s.customer().CustomerID)),
		OnDemand: dodo.F(dodo.OnDemandSubscriptionParam{MandateOnly: dodo.F(true)}),
	})
	s.must(err)
	s.pay(made.PaymentLink, cardGood)
	charged, err := s.sdk.Subscriptions.Charge(s.Context(), made.SubscriptionID, dodo.SubscriptionChargeParams{ProductPrice: dodo.F(int64(1250))})
	s.must(err)
	if p := s.payment(charged.PaymentID); p.TotalAmount != 1250+p.Tax || p.SubscriptionID != made.SubscriptionID {
		s.Errorf("charged %s", p.JSON.RawJSON())
	}
}
