package compat

import (
	"bytes"
	"io"
	"net/http"
	"time"

	dodo "github.com/dodopayments/dodopayments-go"
)

var paymentChecks = []check{
	{30, "the lines of a payment add up to it", lines},
	{30, "a payment is refunded in full, once", refundAll},
	{30, "an item is refunded up to what was paid, within the window", refundItem},
	{31, "the invoice of a payment is a PDF", invoice},
	{31, "the credit note of a refund is a PDF", creditNote},
	{32, "a dispute's amount is a string", dispute},
	{33, "the ledger's balances follow from its movements", ledger},
}

// paid is the first payment of a new subscription.
func (s *shop) paid(card string) *dodo.Payment {
	s.Helper()
	sub := s.subscriber(s.product(monthly(2900)).ProductID, card)
	return s.payment(s.payments(sub.SubscriptionID)[0].PaymentID)
}

func lines(s *shop) {
	p := s.paid(cardGood)
	got, err := s.sdk.Payments.GetLineItems(s.Context(), p.PaymentID)
	s.must(err)
	var sum int64
	for _, line := range got.Items {
		sum += line.Amount
	}
	if sum != p.TotalAmount || got.Currency != p.Currency || got.Items[0].RefundableAmount != p.TotalAmount {
		s.Errorf("%d of %d: %s", sum, p.TotalAmount, got.JSON.RawJSON())
	}
}

func refundAll(s *shop) {
	hooks := s.listen()
	p := s.paid(cardGood)
	made, err := s.sdk.Refunds.New(s.Context(), dodo.RefundNewParams{PaymentID: dodo.F(p.PaymentID)})
	s.must(err)
	if made.Status != dodo.RefundStatusSucceeded && made.Status != dodo.RefundStatusPending || made.Amount != p.TotalAmount || made.IsPartial {
		s.Errorf("made %s", made.JSON.RawJSON())
	}
	s.heard(hooks, 0, "payment.succeeded", "refund.succeeded")
	if got := s.payment(p.PaymentID); got.RefundStatus != dodo.PaymentRefundStatusFull || len(got.Refunds) != 1 {
		s.Errorf("refunded, and the payment is %s", got.JSON.RawJSON())
	}
	_, err = s.sdk.Refunds.New(s.Context(), dodo.RefundNewParams{PaymentID: dodo.F(p.PaymentID)})
	s.refused(err, http.StatusUnprocessableEntity, "PAYMENT_ALREADY_REFUNDED")
}

func refundItem(s *shop) {
	p := s.paid(cardGood)
	item := func(amount int64) dodo.RefundNewParams {
		return dodo.RefundNewParams{PaymentID: dodo.F(p.PaymentID), Items: dodo.F([]dodo.RefundNewParamsItem{
			{ItemID: dodo.F(p.ProductCart[0].ProductID), Amount: dodo.F(amount)},
		})}
	}
	_, err := s.sdk.Refunds.New(s.Context(), item(p.TotalAmount+1))
	s.refused(err, http.StatusUnprocessableEntity, "LINE_ITEM_REFUND_AMOUNT_TOO_HIGH")
	part, err := s.sdk.Refunds.New(s.Context(), item(900))
	s.must(err)
	if !part.IsPartial || part.Amount != 900 || s.payment(p.PaymentID).RefundStatus != dodo.PaymentRefundStatusPartial {
		s.Errorf("part %s", part.JSON.RawJSON())
	}
	s.advance(time.Now().AddDate(0, 0, 31))
	_, err = s.sdk.Refunds.New(s.Context(), item(100))
	s.refused(err, http.StatusUnprocessableEntity, "REFUND_WINDOW_EXPIRED")
}

func invoice(s *shop) {
	answer, err := s.sdk.Invoices.Payments.Get(s.Context(), s.paid(cardGood).PaymentID)
	s.pdf(answer, err)
}

func creditNote(s *shop) {
	made, err := s.sdk.Refunds.New(s.Context(), dodo.RefundNewParams{PaymentID: dodo.F(s.paid(cardGood).PaymentID)})
	s.must(err)
	answer, err := s.sdk.Invoices.Payments.GetRefund(s.Context(), made.RefundID)
	s.pdf(answer, err)
}

func (s *shop) pdf(answer *http.Response, err error) {
	s.Helper()
	s.must(err)
	defer answer.Body.Close() //nolint:errcheck // it is read below
	body, err := io.ReadAll(answer.Body)
	if mime := answer.Header.Get("Content-Type"); err != nil || mime != "application/pdf" || !bytes.HasPrefix(body, []byte("%PDF")) {
		s.Errorf("%s, %d bytes, %v", mime, len(body), err)
	}
}

func dispute(s *shop) {
	p := s.paid("disputed")
	var opened []dodo.DisputeListResponse
	s.eventually("the dispute is listed", func() bool {
		page, err := s.sdk.Disputes.List(s.Context(), dodo.DisputeListParams{CustomerID: dodo.F(p.Customer.CustomerID)})
		s.must(err)
		opened = page.Items
		return len(opened) > 0
	})
	got, err := s.sdk.Disputes.Get(s.Context(), opened[0].DisputeID)
	s.must(err)
	if amount, ok := answerOf(got.JSON.RawJSON())["amount"].(string); !ok || amount == "" || got.Amount != amount || got.PaymentID != p.PaymentID {
		s.Errorf("the dispute is %s", got.JSON.RawJSON())
	}
}

func ledger(s *shop) {
	for range 2 {
		s.paid(cardGood)
	}
	page, err := s.sdk.Balances.GetLedger(s.Context(), dodo.BalanceGetLedgerParams{EventType: dodo.F(dodo.BalanceGetLedgerParamsEventTypePayment)})
	s.must(err)
	if len(page.Items) != 2 {
		s.Fatalf("%d entries", len(page.Items))
	}
	for _, e := range page.Items {
		if !e.IsCredit || e.Amount != 2900 || e.AfterBalance != e.BeforeBalance+2900 {
			s.Errorf("the entry is %s", e.JSON.RawJSON())
		}
	}
	if newest, oldest := page.Items[0], page.Items[1]; newest.BeforeBalance != oldest.AfterBalance {
		s.Errorf("%d follows %d", newest.BeforeBalance, oldest.AfterBalance)
	}
}
