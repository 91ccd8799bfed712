package portal_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"perennial/shared/billing"
	"perennial/shared/lifecycle/lifecycletest"
)

// R240: the customer renews by themselves, before or after the date.
func TestR240ACustomerRenewsInThePortal(t *testing.T) {
	t.Parallel()
	s := open(t)
	s.Product.Version, s.Product.Collect = 1, billing.CollectManual
	s.Put(s.Product)
	sub := s.Active("visa_ok")
	saved := lifecycletest.All[billing.Method](s.World)[0].ID
	s.signIn()
	path := "/subscriptions/" + sub.ID
	s.get(path).Must(t, http.StatusOK, "Renew now", "Paid until")
	s.form(path+"/renew", nil).Must(t, http.StatusSeeOther)
	s.get(path+"/payment-method").Must(t, http.StatusOK, "To pay now", "$20.00")
	s.form(path+"/payment-method", url.Values{"method": {saved}, "due": {"$20.00"}}).Must(t, http.StatusSeeOther)
	paid := s.Sub(sub.ID)
	if paid.Period.Start != sub.Period.End || len(paid.Open) != 0 || !paid.Method.IsZero() {
		t.Fatalf("paid until %s, %v open, keeps %q", paid.Period.End, paid.Open, paid.Method.ID)
	}
	if page := s.get(path); strings.Contains(page.Text, "Renew now") {
		t.Error("a second period ahead is offered")
	}
	s.form(path+"/renew", nil).Must(t, http.StatusConflict)
	s.AdvanceTo(paid.Period.End.Add(24 * time.Hour))
	s.get(path).Must(t, http.StatusOK, "is overdue", "Nothing is charged by itself.", "Unpaid, it ends on")
	s.stranger()
	s.form("/subscriptions/sub_other/renew", nil).Must(t, http.StatusNotFound)
	s.Reconcile()
}
