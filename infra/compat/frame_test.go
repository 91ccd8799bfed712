package compat

import (
	"net/http"
	"net/http/httptest"
	"time"

	dodo "github.com/dodopayments/dodopayments-go"
	"github.com/dodopayments/dodopayments-go/option"
)

var frameChecks = []check{
	{39, "the supported countries are a list", func(s *shop) {
		countries, err := s.sdk.Misc.ListSupportedCountries(s.Context())
		s.must(err)
		if len(*countries) < 100 {
			s.Errorf("%d countries", len(*countries))
		}
	}},
	{40, "a permanent conflict is not tried again", conflictOnce},
	{40, "a busy server is tried again after Retry-After", retryLater},
}

// counting counts the requests that a client makes.
func counting(requests *int) option.RequestOption {
	return option.WithMiddleware(func(r *http.Request, next option.MiddlewareNext) (*http.Response, error) {
		*requests++
		return next(r)
	})
}

// conflictOnce: with the SDK's own two retries a 409 that cannot help is sent
// once.
func conflictOnce(s *shop) {
	requests := 0
	sdk := s.client(s.key, option.WithMaxRetries(2), counting(&requests))
	sub := s.subscriber(s.product(monthly(2900)).ProductID, cardGood)
	err := sdk.Customers.DeletePaymentMethod(s.Context(), sub.Customer.CustomerID, sub.PaymentMethodID)
	var status int
	if failure := failureOf(err); failure != nil {
		status = failure.StatusCode
	}
	if status != http.StatusConflict || requests != 1 {
		s.Errorf("the method of a running subscription: status %d after %d requests", status, requests)
	}
}

// retryLater puts a door that is busy once before the API, which itself is
// busy for nobody here, and gives the wait that our 429 and 503 give.
func retryLater(s *shop) {
	for _, status := range []int{http.StatusTooManyRequests, http.StatusServiceUnavailable} {
		asked := 0
		door := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			if asked++; asked == 1 {
				w.Header().Set("Retry-After", "1")
				w.WriteHeader(status)
				return
			}
			answer, body := s.send(http.MethodGet, "/customers", s.key, "")
			w.Header().Set("Content-Type", answer.Header.Get("Content-Type"))
			_, _ = w.Write(body) // the client sees what is missing
		}))
		began := time.Now()
		sdk := s.client(s.key, option.WithBaseURL(door.URL), option.WithMaxRetries(1))
		_, err := sdk.Customers.List(s.Context(), dodo.CustomerListParams{})
		door.Close()
		if s.must(err); asked != 2 || time.Since(began) < time.Second {
			s.Errorf("after %d: %d requests in %s", status, asked, time.Since(began))
		}
	}
	answer, _ := s.send(http.MethodGet, "/customers", s.key, "")
	for _, header := range []string{"X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset"} {
		if answer.Header.Get(header) == "" {
			s.Errorf("the API does not say %s", header)
		}
	}
}
