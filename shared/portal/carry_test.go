package portal_test

import (
	"strings"
	"testing"

	"perennial/shared/billing"
	"perennial/shared/money"
)

// Rules 9: a customer reads what is not charged yet, and that it will be; no
// page speaks of a payment that does not come.
func TestWhatIsCarriedIsTold(t *testing.T) {
	t.Parallel()
	s := open(t)
	sub := s.Active("visa_ok")
	sub.Price.Amount = money.Of(20, "USD")
	s.Put(sub)
	s.signIn()
	path := "/subscriptions/" + sub.ID
	const tells = "is too small to be charged by itself. It goes on the next invoice."
	s.get(path).Must(t, 200, "Next payment", "$0.20 "+tells)
	s.AdvanceTo(sub.Period.End)
	s.get(path).Must(t, 200, "$0.20 "+tells, "$0.40 "+tells)
	s.AdvanceTo(s.Sub(sub.ID).Period.End)
	page := s.get(path)
	page.Must(t, 200, "$0.40 "+tells, "$0.60 on April 30, 2027")
	if strings.Contains(page.Text, "overdue") || s.Sub(sub.ID).Status != billing.StatusActive {
		t.Error("the page speaks of a failure")
	}
	s.AdvanceTo(s.Sub(sub.ID).Period.End)
	s.get("/").Must(t, 200, "$0.60")
	s.Reconcile()
}
