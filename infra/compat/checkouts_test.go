package compat

import (
	"net/http"
	"regexp"
	"strings"
	"time"

	dodo "github.com/dodopayments/dodopayments-go"
)

var checkoutChecks = []check{
	{11, "a checkout session is opened, paid and shows its payment", session},
	{12, "a confirmed session needs everything, and charges a saved method", confirmed},
	{13, "the preview of a subscription adds up", previewCart},
	{13, "the preview of a one-time cart has nothing that recurs", previewOnce},
	{13, "a one-time payment is made by its link", oneTime},
}

type cart = dodo.CheckoutSessionRequestParam

func cartOf(products ...string) cart {
	all := make([]dodo.ProductItemReqParam, len(products))
	for i, p := range products {
		all[i] = dodo.ProductItemReqParam{ProductID: dodo.F(p), Quantity: dodo.F(int64(1))}
	}
	return cart{ProductCart: dodo.F(all)}
}

var atHome = dodo.F(dodo.CheckoutSessionBillingAddressParam{
	Country: dodo.F(dodo.CountryCodeDe), City: dodo.F("Berlin"), State: dodo.F("Berlin"), Street: dodo.F("Torstraße 1"), Zipcode: dodo.F("10119"),
})

func (s *shop) checkout(c cart) (*dodo.CheckoutSessionResponse, error) {
	return s.sdk.CheckoutSessions.New(s.Context(), dodo.CheckoutSessionNewParams{CheckoutSessionRequest: c})
}

func session(s *shop) {
	c := cartOf(s.product(monthly(2900)).ProductID)
	c.Customer, c.BillingAddress = dodo.F(attach(s.customer().CustomerID)), atHome
	made, err := s.checkout(c)
	s.must(err)
	if !regexp.MustCompile(`^cks_.{21}$`).MatchString(made.SessionID) || !strings.HasSuffix(made.CheckoutURL, made.SessionID) {
		s.Errorf("made %s", made.JSON.RawJSON())
	}
	got, err := s.sdk.CheckoutSessions.Get(s.Context(), made.SessionID)
	s.must(err)
	if status, there := answerOf(got.JSON.RawJSON())["payment_status"]; !there || status != nil {
		s.Errorf("unpaid, and %s", got.JSON.RawJSON())
	}
	s.pay(made.CheckoutURL, cardGood)
	got, err = s.sdk.CheckoutSessions.Get(s.Context(), made.SessionID)
	s.must(err)
	if got.PaymentStatus != dodo.IntentStatusSucceeded || s.payment(got.PaymentID).TotalAmount != 2900 {
		s.Errorf("paid, and %s", got.JSON.RawJSON())
	}
}

func confirmed(s *shop) {
	sub := s.subscriber(s.product(monthly(2900)).ProductID, cardGood)
	c := cartOf(s.product(monthly(900)).ProductID)
	c.Customer, c.Confirm = dodo.F(attach(sub.Customer.CustomerID)), dodo.F(true)
	_, err := s.checkout(c)
	s.refused(err, http.StatusUnprocessableEntity, "INVALID_REQUEST_PARAMETERS")
	c.BillingAddress, c.Confirm, c.PaymentMethodID = atHome, dodo.F(false), dodo.F(sub.PaymentMethodID)
	_, err = s.checkout(c)
	s.refused(err, http.StatusUnprocessableEntity, "INVALID_REQUEST_PARAMETERS")
	c.Confirm = dodo.F(true)
	made, err := s.checkout(c)
	s.must(err)
	if url := answerOf(made.JSON.RawJSON())["checkout_url"]; url != nil || made.PaymentID == "" {
		s.Errorf("confirmed %s", made.JSON.RawJSON())
	}
	if p := s.payment(made.PaymentID); p.Status != dodo.IntentStatusSucceeded || p.TotalAmount != 900 {
		s.Errorf("the saved method's payment is %s", p.JSON.RawJSON())
	}
}

func (s *shop) previewed(c cart) *dodo.CheckoutSessionPreviewResponse {
	s.Helper()
	got, err := s.sdk.CheckoutSessions.Preview(s.Context(), dodo.CheckoutSessionPreviewParams{CheckoutSessionRequest: c})
	s.must(err)
	return got
}

func previewCart(s *shop) {
	_, err := s.sdk.Discounts.New(s.Context(), dodo.DiscountNewParams{
		Type: dodo.F(dodo.DiscountTypePercentage), Amount: dodo.F(int64(2000)), Code: dodo.F("TWENTY"),
	})
	s.must(err)
	c := cartOf(s.product(monthly(3000)).ProductID)
	c.BillingAddress, c.DiscountCodes = atHome, dodo.F([]string{"TWENTY"})
	got := s.previewed(c)
	if b := got.CurrentBreakup; b.Subtotal != 3000 || b.Discount != 600 || b.TotalAmount != 2400 || got.TotalPrice != 2400 {
		s.Errorf("previewed %s", got.JSON.RawJSON())
	}
	month := time.Now().AddDate(0, 1, 0)
	if sent := answerOf(got.JSON.RawJSON()); sent["recurring_breakup"] == nil || got.NextBillingDate.Sub(month).Abs() > 4*24*time.Hour {
		s.Errorf("recurs %v, next at %s", sent["recurring_breakup"], got.NextBillingDate)
	}
}

func previewOnce(s *shop) {
	c := cartOf(s.product(once(4900)).ProductID)
	c.BillingAddress = atHome
	got := s.previewed(c)
	sent := answerOf(got.JSON.RawJSON())
	recurring, a := sent["recurring_breakup"]
	next, b := sent["next_billing_date"]
	if got.TotalPrice != 4900 || !a || !b || recurring != nil || next != nil {
		s.Errorf("previewed %s", got.JSON.RawJSON())
	}
}

func oneTime(s *shop) {
	//nolint:staticcheck // deprecated by Dodo and still what its merchants call
	made, err := s.sdk.Payments.New(s.Context(), dodo.PaymentNewParams{
		Billing: dodo.F(inGermany), Customer: dodo.F(attach(s.customer().CustomerID)), PaymentLink: dodo.F(true),
		ProductCart: dodo.F([]dodo.OneTimeProductCartItemParam{{ProductID: dodo.F(s.product(once(4900)).ProductID), Quantity: dodo.F(int64(2))}}),
	})
	s.must(err)
	if made.TotalAmount != 9800 || made.PaymentLink == "" || made.ClientSecret == "" {
		s.Errorf("made %s", made.JSON.RawJSON())
	}
	s.pay(made.PaymentLink, cardGood)
	if p := s.payment(made.PaymentID); p.Status != dodo.IntentStatusSucceeded || p.TotalAmount != 9800 {
		s.Errorf("paid, and %s", p.JSON.RawJSON())
	}
}
