package portal_test

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"perennial/shared/billing"
	"perennial/shared/calendar"
	"perennial/shared/lifecycle/lifecycletest"
	"perennial/shared/merchant"
	"perennial/shared/money"
	"perennial/shared/subscriptions"
)

// offer lets the business win customers back with a discount.
func (s *site) offer(d billing.Discount) {
	d.ID, d.Code, d.Type, d.BasisPoints = "dsc_1", "STAY20", billing.DiscountPercentage, 2000
	q := merchant.DefaultSequences()
	q.Basis, q.Steps[len(q.Steps)-1].Discount = merchant.BasisCustomers, "dsc_1"
	s.Put(d, billing.DiscountCode{Code: d.Code, Discount: d.ID}, q)
}

// leaving is a subscription that its customer has cancelled, and has got the
// mail about.
func (s *site) leaving() (billing.Subscription, string) {
	s.t.Helper()
	sub := s.Active("visa_ok")
	return sub, s.leave(sub)
}

func (s *site) leave(sub billing.Subscription) string {
	s.t.Helper()
	path := "/subscriptions/" + sub.ID
	s.signIn()
	s.get(s.form(path+"/cancel", url.Values{"when": {"next"}}).To).Must(s.t, 200, "The cancellation is confirmed")
	s.Advance(25 * time.Hour)
	s.signIn()
	return path
}

// next are the amounts of the next payments, as merchants are told them.
func (s *site) next(sub billing.Subscription, count int) []int64 {
	s.t.Helper()
	service := subscriptions.Service{Store: s.Store, Wall: s.Clock.Now}
	coming, err := service.Upcoming(s.t.Context(), s.Scope, sub.ID, count)
	if err != nil {
		s.t.Fatal(err)
	}
	var due []int64
	for _, v := range coming {
		due = append(due, v.Due().Minor)
	}
	return due
}

// R213: the code that was mailed is applied when the customer stays, from the
// next renewal on, as long as it says, and once.
func TestWhoStaysGetsWhatWasOffered(t *testing.T) {
	t.Parallel()
	s := open(t)
	s.offer(billing.Discount{Cycles: 2})
	sub, path := s.leaving()
	price := sub.Price.Amount.Minor
	reduced := price * 8 / 10
	s.get(path).Must(t, 200, `href="`+path+`/keep"`)
	s.get(s.form(path+"/keep", nil).To).Must(t, 200, "Keep the subscription") // nobody passes it by
	page := s.get(path + "/keep")
	page.Must(t, 200, "STAY20, 20%, for 2 more payments", "$"+money.Of(reduced, "USD").Decimal(), "Nothing is charged today", `name="offer" value="dsc_1"`)
	if !s.Sub(sub.ID).Cancel.AtPeriodEnd {
		t.Fatal("looking at the page has taken the cancellation back")
	}
	s.get(s.form(path+"/keep", url.Values{"offer": {"dsc_1"}}).To).Must(t, 200, "The subscription goes on", "STAY20")
	if got := s.next(sub, 3); len(got) != 3 || got[0] != reduced || got[1] != reduced || got[2] != price {
		t.Errorf("upcoming are %v", got)
	}
	if use := lifecycletest.Get[billing.DiscountUse](s.World, "dsc_1"); use.Used != 1 {
		t.Errorf("it was counted %d times", use.Used)
	}
	before := s.taken()
	s.AdvanceTo(sub.Period.End.Add(time.Hour))
	if got := s.taken() - before; got != reduced {
		t.Errorf("the renewal took %d", got)
	}
	s.Reconcile()
	s.leave(sub)
	if got := s.Sub(sub.ID); got.Offered() != "" || len(got.Mails.Sent) != 1 {
		t.Errorf("cancelling again is rewarded again: %+v", got.Mails)
	}
	s.get(s.form(path+"/keep", nil).To).Must(t, 200, "The subscription goes on")
	if n := len(s.Sub(sub.ID).Discounts); n != 1 {
		t.Errorf("it has %d discounts", n)
	}
}

// The discount's own limits hold until the customer confirms: then nothing is
// done without a word.
func TestWhatWasOfferedMayHaveEnded(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]func(*site){
		"used up": func(s *site) { s.Put(billing.DiscountUse{ID: "dsc_1", Used: 1}) },
		"expired": func(s *site) {
			d := lifecycletest.Get[billing.Discount](s.World, "dsc_1")
			d.ExpiresAt = calendar.At(s.Clock.Now())
			s.Put(d)
		},
	} {
		s := open(t)
		s.offer(billing.Discount{UsageLimit: 1})
		sub, path := s.leaving()
		s.get(path+"/keep").Must(t, 200, "STAY20")
		end(s)
		refused := s.form(path+"/keep", url.Values{"offer": {"dsc_1"}})
		refused.Must(t, 422, name, "can go on without this discount", `name="offer" value="none"`)
		if strings.Contains(refused.Text, "STAY20") {
			t.Errorf("%s: the page still shows it", name)
		}
		if !s.Sub(sub.ID).Cancel.AtPeriodEnd {
			t.Fatalf("%s: it was kept at another price than was shown", name)
		}
		s.get(s.form(path+"/keep", url.Values{"offer": {"none"}}).To).Must(t, 200, "The subscription goes on")
		if got := s.Sub(sub.ID); got.Cancel.AtPeriodEnd || len(got.Discounts) != 0 {
			t.Errorf("%s: %+v", name, got.Discounts)
		}
	}
}

// What was not offered to a subscription is not to be had by naming it.
func TestNobodyGetsWhatWasNotOffered(t *testing.T) {
	t.Parallel()
	s := open(t)
	sub, path := s.leaving() // the business offers nothing
	s.offer(billing.Discount{})
	s.form(path+"/keep", url.Values{"offer": {"dsc_1"}}).Must(t, 422)
	if got := s.Sub(sub.ID); !got.Cancel.AtPeriodEnd || len(got.Discounts) != 0 {
		t.Errorf("kept with %+v", got.Discounts)
	}
}
