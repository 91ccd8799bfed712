package main

import (
	"fmt"
	"testing"

	"perennial/shared/lambdahttp"
)

// day is a merchant at work over a real table.
type day struct {
	t *testing.T
	f lambdahttp.Func
}

// do makes a request that must succeed.
func (d day) do(method, path, body string) map[string]any {
	d.t.Helper()
	status, answer := ask(d.t, d.f, "api-create-customer.json", to(method, path, body))
	if status >= 300 {
		d.t.Fatalf("%s %s: %d %v", method, path, status, answer)
	}
	return answer
}

// count is how many items a list has.
func (d day) count(path string) int {
	d.t.Helper()
	items, _ := d.do("GET", path, "")["items"].([]any)
	return len(items)
}

func TestAMerchantsDayOnTheRealTable(t *testing.T) {
	t.Parallel()
	d := day{t, open(t)}
	product := d.do("POST", "/products", `{"name":"Atlas","tax_category":"saas","price":{"type":"recurring_price","currency":"EUR",
		"price":1900,"payment_frequency_count":1,"payment_frequency_interval":"Month","subscription_period_count":5,"subscription_period_interval":"Year"}}`)
	order := fmt.Sprintf(`{"product_id":%q,"quantity":2,"customer":{"email":"grace@example.com"},"billing":{"country":"DE"},"payment_link":true}`, product["product_id"])
	first, second := d.do("POST", "/subscriptions", order), d.do("POST", "/subscriptions", order)
	customer := first["customer"].(map[string]any)["customer_id"].(string)
	if again := second["customer"].(map[string]any)["customer_id"]; again != customer || first["payment_link"] == nil {
		t.Errorf("ordered %v and %v", first, second)
	}
	sub := "/subscriptions/" + first["subscription_id"].(string)
	if got := d.do("PATCH", sub, `{"metadata":{"a":1},"status":"cancelled"}`); got["status"] != "cancelled" {
		t.Errorf("cancelled to %v", got["status"])
	}
	d.do("PATCH", "/customers/"+customer, `{"email":"hopper@example.com"}`)
	d.do("POST", "/customers/"+customer+"/customer-portal/session", "")
	d.do("DELETE", "/products/"+product["product_id"].(string), "")
	for path, want := range map[string]int{
		"/customers?email=grace@example.com": 0, "/customers?email=hopper@example.com": 1, "/customers?email=hopper": 1, "/customers?name=nobody": 0,
		"/subscriptions?status=cancelled": 1, "/subscriptions?status=pending&customer_id=" + customer: 1, "/subscriptions?page_number=9": 0,
		"/payments?currency=EUR": 2, "/payments?subscription_id=" + first["subscription_id"].(string): 1,
		"/products": 0, "/products?archived=true": 1, "/customers/" + customer + "/payment-methods": 0,
	} {
		if got := d.count(path); got != want {
			t.Errorf("%s lists %d, want %d", path, got, want)
		}
	}
}
