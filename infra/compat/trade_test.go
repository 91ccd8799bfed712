package compat

import (
	"bytes"
	"encoding/json"
	"fmt"
	"html"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"sync/atomic"
	"time"

	dodo "github.com/dodopayments/dodopayments-go"
)

// The test cards that checks pay with, by the sandbox gateway's names.
const (
	cardGood  = "visa_ok"
	cardOther = "mastercard_ok"
	cardFails = "decline_on_charge" // is saved, and fails when charged
)

// monthly is a price per month in euros.
func monthly(minor int64) dodo.PriceRecurringPriceParam {
	return dodo.PriceRecurringPriceParam{
		Type: dodo.F(dodo.PriceRecurringPriceTypeRecurringPrice), Currency: dodo.F(dodo.CurrencyEur), Price: dodo.F(minor),
		Discount: dodo.F(int64(0)), PurchasingPowerParity: dodo.F(false),
		PaymentFrequencyCount: dodo.F(int64(1)), PaymentFrequencyInterval: dodo.F(dodo.TimeIntervalMonth),
		SubscriptionPeriodCount: dodo.F(int64(10)), SubscriptionPeriodInterval: dodo.F(dodo.TimeIntervalYear),
	}
}

// once is a price that is paid once.
func once(minor int64) dodo.PriceOneTimePriceParam {
	return dodo.PriceOneTimePriceParam{
		Type: dodo.F(dodo.PriceOneTimePriceTypeOneTimePrice), Currency: dodo.F(dodo.CurrencyEur), Price: dodo.F(minor),
		Discount: dodo.F(int64(0)), PurchasingPowerParity: dodo.F(false),
	}
}

func (s *shop) product(price dodo.PriceUnionParam) *dodo.Product {
	s.Helper()
	p, err := s.sdk.Products.New(s.Context(), dodo.ProductNewParams{
		Name: dodo.F("Atlas"), TaxCategory: dodo.F(dodo.TaxCategorySaas), Price: dodo.F(price),
	})
	s.must(err)
	return p
}

func (s *shop) customer() *dodo.Customer {
	s.Helper()
	c, err := s.sdk.Customers.New(s.Context(), dodo.CustomerNewParams{Email: dodo.F(email()), Name: dodo.F("Grace")})
	s.must(err)
	return c
}

var emails atomic.Int64

// email is an address of its own, by which its mails are found.
func email() string { return fmt.Sprintf("grace.%d@example.com", emails.Add(1)) }

// attach names an existing customer in a request.
func attach(customer string) dodo.CustomerRequestUnionParam {
	return dodo.AttachExistingCustomerParam{CustomerID: dodo.F(customer)}
}

var inGermany = dodo.BillingAddressParam{Country: dodo.F(dodo.CountryCodeDe)}

// order makes a pending subscription with a payment link.
func (s *shop) order(product, customer string) *dodo.SubscriptionNewResponse {
	s.Helper()
	//nolint:staticcheck // deprecated by Dodo and still what its merchants call
	made, err := s.sdk.Subscriptions.New(s.Context(), dodo.SubscriptionNewParams{
		ProductID: dodo.F(product), Quantity: dodo.F(int64(1)), PaymentLink: dodo.F(true),
		Billing: dodo.F(inGermany), Customer: dodo.F(attach(customer)),
	})
	s.must(err)
	return made
}

// subscriber is an active subscription, paid with a card.
func (s *shop) subscriber(product, card string) *dodo.Subscription {
	s.Helper()
	made := s.order(product, s.customer().CustomerID)
	s.pay(made.PaymentLink, card)
	sub := s.subscription(made.SubscriptionID)
	if sub.Status != dodo.SubscriptionStatusActive {
		s.Fatalf("paid, and the subscription is %s", sub.Status)
	}
	return sub
}

func (s *shop) subscription(id string) *dodo.Subscription {
	s.Helper()
	sub, err := s.sdk.Subscriptions.Get(s.Context(), id)
	s.must(err)
	return sub
}

// switchTo gives an active subscription another card.
func (s *shop) switchTo(sub, card string) {
	s.Helper()
	link, err := s.sdk.Subscriptions.UpdatePaymentMethod(s.Context(), sub, newMethod)
	s.must(err)
	s.pay(link.PaymentLink, card)
}

var newMethod = dodo.SubscriptionUpdatePaymentMethodParams{PaymentMethod: dodo.SubscriptionUpdatePaymentMethodParamsPaymentMethodNew{
	Type: dodo.F(dodo.SubscriptionUpdatePaymentMethodParamsPaymentMethodNewTypeNew),
}}

// pay does what a customer's browser does on a hosted page.
func (s *shop) pay(page, card string) {
	s.Helper()
	body := fmt.Sprintf(`{"account":%q,"card":%q,"exp_month":12,"exp_year":%d}`, s.scope, card, time.Now().Year()+5)
	_, raw := s.browse("POST", s.stack.URL("sandbox")+"/v1/tokens", "application/json", body)
	var typed struct{ Token string }
	if err := json.Unmarshal(raw, &typed); err != nil || typed.Token == "" {
		s.Fatalf("no token for %s: %s", card, raw)
	}
	shown, said := s.browse("GET", page, "", "")
	if shown.StatusCode == http.StatusGone {
		panic(missing("the page is not there"))
	}
	form := url.Values{}
	for _, field := range hidden.FindAllSubmatch(said, -1) {
		form.Set(string(field[1]), html.UnescapeString(string(field[2])))
	}
	form.Set("token", typed.Token)
	answer, said := s.browse("POST", page, "application/x-www-form-urlencoded", form.Encode())
	if answer.StatusCode >= http.StatusBadRequest && card != cardFails {
		s.Fatalf("the page answered %d: %s", answer.StatusCode, said)
	}
}

// hidden are the fields that a form brings along.
var hidden = regexp.MustCompile(`<input type="hidden" name="([^"]+)" value="([^"]*)"`)

// browse asks for a page as a browser does, without following redirects.
func (s *shop) browse(method, address, mime, body string) (*http.Response, []byte) {
	s.Helper()
	request, err := http.NewRequestWithContext(s.Context(), method, address, strings.NewReader(body))
	if err != nil {
		s.Fatal(err)
	}
	request.Header.Set("Origin", request.URL.Scheme+"://"+request.URL.Host)
	request.Header.Set("Content-Type", mime)
	return s.ask(request)
}

// send makes a request to the API by hand.
func (s *shop) send(method, path, key, body string) (*http.Response, []byte) {
	s.Helper()
	request, err := http.NewRequestWithContext(s.Context(), method, s.stack.URL("api")+path, bytes.NewBufferString(body))
	if err != nil {
		s.Fatal(err)
	}
	if key != "" {
		request.Header.Set("Authorization", "Bearer "+key)
	}
	if body != "" {
		request.Header.Set("Content-Type", "application/json")
	}
	return s.ask(request)
}

func (s *shop) ask(request *http.Request) (*http.Response, []byte) {
	s.Helper()
	client := *s.stack.Client()
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	answer, err := client.Do(request)
	if err != nil {
		s.Fatal(err)
	}
	defer answer.Body.Close() //nolint:errcheck // it is read below
	raw, err := io.ReadAll(answer.Body)
	if err != nil {
		s.Fatal(err)
	}
	return answer, raw
}

// answerOf reads a JSON object, empty when it is none.
func answerOf(raw string) map[string]any {
	var object map[string]any
	if json.Unmarshal([]byte(raw), &object) != nil {
		return map[string]any{}
	}
	return object
}

// advance moves the test clock and waits until what fell due is done.
func (s *shop) advance(to time.Time) {
	s.Helper()
	var now struct {
		Status  string  `json:"status"`
		Message *string `json:"message"`
	}
	s.must(s.sdk.Post(s.Context(), "test-clock/advance", map[string]any{"to": to}, &now))
	s.eventually("the clock is ready", func() bool {
		s.must(s.sdk.Get(s.Context(), "test-clock", nil, &now))
		return now.Status == "ready"
	})
	if now.Message != nil {
		s.Fatalf("the clock says %s", *now.Message)
	}
}
