package httpapi_test

import (
	"context"
	"errors"
	"net/http/httptest"
	"testing"

	"github.com/dodopayments/dodopayments-go"
	"github.com/dodopayments/dodopayments-go/option"

	"perennial/shared/fault"
	"perennial/shared/httpapi"
)

type sdkCustomer struct {
	ID    string  `json:"customer_id"`
	Email string  `json:"email"`
	Phone *string `json:"phone_number"`
}

// TestOfficialSDKUnderstandsTheFrame: the errors of the frame are API errors
// of their class to Dodo's own client, and a conflict is not tried again.
func TestOfficialSDKUnderstandsTheFrame(t *testing.T) {
	t.Parallel()
	for id, c := range map[string]struct {
		fails  error
		key    string
		status int
	}{
		"cus_ok":       {nil, writer, 200},
		"cus_locked":   {errOccupied, writer, 409},
		"cus_missing":  {fault.New(fault.NotFound, "NOT_FOUND", "No such customer."), writer, 404},
		"cus_stranger": {nil, "sk_test_guess", 401},
	} {
		calls := 0
		api := httpapi.New(httpapi.Info{Title: "t", Version: "1"}, keys{})
		httpapi.Route(api, "GET /customers/{customer_id}", "Get a customer",
			func(_ context.Context, _ httpapi.Caller, in struct {
				ID string `path:"customer_id"`
			}) (sdkCustomer, error) {
				calls++
				return sdkCustomer{ID: in.ID, Email: "ada@example.com"}, c.fails
			})
		server := httptest.NewServer(api)
		client := dodopayments.NewClient(option.WithBaseURL(server.URL), option.WithBearerToken(c.key))
		got, err := client.Customers.Get(t.Context(), id)
		server.Close()
		if c.status == 200 {
			if err != nil || got.CustomerID != id || got.Email != "ada@example.com" || calls != 1 {
				t.Errorf("%s: %+v, %v after %d calls", id, got, err, calls)
			}
			continue
		}
		var failure *dodopayments.Error
		if !errors.As(err, &failure) || failure.StatusCode != c.status {
			t.Errorf("%s: %v", id, err)
		}
		if reaches := c.status != 401; calls > 1 || reaches != (calls == 1) {
			t.Errorf("%s: the operation ran %d times", id, calls)
		}
	}
}
