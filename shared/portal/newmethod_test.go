package portal_test

import (
	"strings"
	"testing"

	"perennial/shared/billing"
	"perennial/shared/merchant"
)

// R313, R050: a card that is added belongs where the customer is charged, and
// a bank debit is offered to whom it can be charged.
func TestAddingAMethodFollowsTheCustomersCurrency(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		currency string
		status   billing.Status
		key      string
		debits   bool
	}{
		"euros":              {"EUR", billing.StatusActive, "pk_test_euro", true},
		"dollars":            {"USD", billing.StatusActive, "pk_test_any", false},
		"euros, and is over": {"EUR", billing.StatusCancelled, "pk_test_euro", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := open(t)
			s.Put(s.State().
				Connect(merchant.Gateway{Name: "stripe", Account: "bus_1.test.acct_1", Key: "pk_test_euro", Currencies: []string{"EUR"}, Debits: true}).
				Connect(merchant.Gateway{Name: "stripe", Account: "bus_1.test.acct_2", Key: "pk_test_any", Debits: true}))
			sub := s.Active("visa_ok")
			sub.Price.Amount.Currency, sub.Status = "USD", c.status
			if c.currency == "EUR" {
				sub.Price.Amount.Currency = "EUR"
			}
			s.Put(sub)
			s.signIn()
			form := s.get("/payment-methods/new")
			form.Must(t, 200, `data-key="`+c.key+`"`)
			if got := strings.Contains(form.Text, "data-debits"); got != c.debits {
				t.Errorf("bank debits are offered: %t", got)
			}
		})
	}
}
