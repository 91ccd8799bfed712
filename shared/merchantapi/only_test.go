package merchantapi_test

import (
	"fmt"
	"testing"

	"perennial/shared/merchant"
)

func TestASecondSubscriptionIsRefusedWhereEachCustomerHasOne(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.Active("visa_ok")
	order := fmt.Sprintf(`{"product_id":%q,"quantity":1,"customer":{"customer_id":%q},"billing":{"country":"DE"},"payment_link":true}`, b.Product.ID, b.Customer.ID)
	session := fmt.Sprintf(`{"product_cart":[{"product_id":%q,"quantity":1}],"customer":{"customer_id":%q}}`, b.Product.ID, b.Customer.ID)
	b.asked("POST", "/subscriptions", order, 200) // by default
	if status, _, text := b.settings("PATCH", `{"subscriptions":{"allow_multiple_subscriptions":false}}`); status != 200 {
		t.Fatal(text)
	}
	if b.State().Settings.Subscriptions.Multiple != merchant.SwitchOff {
		t.Fatal("the switch is not off")
	}
	for path, body := range map[string]string{"/subscriptions": order, "/checkouts": session} {
		if got := b.asked("POST", path, body, 409); got["code"] != "CUSTOMER_HAS_EXISTING_SUBSCRIPTION" {
			t.Errorf("%s: %v", path, got)
		}
	}
}
