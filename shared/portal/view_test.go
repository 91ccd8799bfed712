package portal

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"perennial/shared/billing"
	"perennial/shared/calendar"
	"perennial/shared/i18n"
	"perennial/shared/identity"
	"perennial/shared/merchant"
	"perennial/shared/money"
	"perennial/shared/pages"
)

func on(month time.Month, day int) calendar.Instant {
	return calendar.At(time.Date(2027, month, day, 23, 30, 0, 0, time.UTC))
}

// berlin is a visit in a zone where the day is over before it is in UTC.
func berlin(t *testing.T) visit {
	t.Helper()
	zone, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	state := merchant.State{Recovery: merchant.DefaultRecovery()}
	return visit{Visit: identity.Visit{State: state}, zone: zone, now: on(time.March, 1), path: "/", locale: i18n.English}
}

func plan(status billing.Status) billing.Subscription {
	return billing.Subscription{
		ID: "sub_1", ProductName: "Atlas Pro", Status: status, Quantity: 3,
		Price:  billing.Price{Amount: money.Of(1000, "JPY"), Every: calendar.Interval{Count: 3, Unit: calendar.Month}},
		Method: billing.Method{ID: "pm_1", Brand: "visa", Last4: "4242", Fingerprint: "f1", ExpMonth: 4, ExpYear: 2031},
		Period: calendar.Period{Start: on(time.January, 31), End: on(time.April, 30)}, EndsAt: on(time.May, 1),
	}
}

func TestASubscriptionSaysWhatHappensNextInTheMerchantsZone(t *testing.T) {
	t.Parallel()
	for want, change := range map[string]func(*billing.Subscription){
		"Renews on May 1, 2027":          func(*billing.Subscription) {},
		"Ends on May 1, 2027":            func(s *billing.Subscription) { s.Cancel.AtPeriodEnd = true },
		"Trial until March 11, 2027":     func(s *billing.Subscription) { s.TrialEnd = on(time.March, 10) },
		"Payment was due on May 1, 2027": func(s *billing.Subscription) { s.Failure.At = on(time.April, 30) },
		"Cancelled on February 3, 2027": func(s *billing.Subscription) {
			s.Status, s.Cancel.At = billing.StatusCancelled, on(time.February, 2)
		},
		"Ended on May 2, 2027":                           func(s *billing.Subscription) { s.Status = billing.StatusExpired },
		"Nothing is charged while a payment is disputed": func(s *billing.Subscription) { s.Disputes = []string{"dp_1"} },
		"": func(s *billing.Subscription) { s.Status = billing.StatusPaused },
	} {
		s := plan(billing.StatusActive)
		change(&s)
		if got := berlin(t).view(s).Next; got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

func TestASubscriptionShowsThePriceOfAllItsSeats(t *testing.T) {
	t.Parallel()
	want := subscriptionView{
		ID: "sub_1", Name: "Atlas Pro", Price: "¥3,000 every 3 months", Chip: chip{pages.Good, "Active"},
		Next: "Renews on May 1, 2027", Card: "Visa ending in 4242", Edit: "/subscriptions/sub_1/payment-method", Href: "/subscriptions/sub_1",
	}
	if diff := cmp.Diff(want, berlin(t).view(plan(billing.StatusActive))); diff != "" {
		t.Error(diff)
	}
}

func TestEveryStatusHasAWord(t *testing.T) {
	t.Parallel()
	for _, status := range billing.Statuses {
		if chips[status].Text == "" {
			t.Errorf("%s has none", status)
		}
	}
}

func TestABannerTellsAmountReasonOutlookAndWayOut(t *testing.T) {
	t.Parallel()
	v := berlin(t)
	v.State.Recovery.EndAction = merchant.EndCancel
	s := plan(billing.StatusOnHold)
	s.Failure = billing.Failure{
		At: on(time.April, 30), Decline: billing.Decline{Code: "insufficient_funds", Class: billing.ClassMoney},
		NextRetry: on(time.May, 3), WindowEnd: on(time.May, 30),
	}
	want := []pages.Banner{{
		Tone: pages.Bad, Title: "Atlas Pro is on hold",
		Lines: []string{
			"¥3,000 was due on May 1, 2027. Your bank reports that there was not enough money on the account.",
			"We try Visa ending in 4242 again on May 4, 2027. Without payment it is cancelled on May 31, 2027.",
		},
		Action: "Update payment method", Href: "/subscriptions/sub_1/payment-method",
	}}
	open := map[string][]billing.Invoice{"sub_1": {{Total: money.Of(2000, "JPY")}, {Total: money.Of(1000, "JPY")}}}
	if diff := cmp.Diff(want, v.banners(goods{subs: []billing.Subscription{s}, open: open})); diff != "" {
		t.Error(diff)
	}
}

// A customer who typed a card twice has one card; what just failed is no offer.
func TestTheFormOffersEachCardOnce(t *testing.T) {
	t.Parallel()
	card := func(id, fingerprint string) billing.Method {
		return billing.Method{ID: id, Reference: id, Brand: "visa", Last4: "0001", Fingerprint: fingerprint, ExpMonth: 4, ExpYear: 2031}
	}
	saved := []billing.Method{card("pm_5", "f2"), card("pm_4", "f1"), card("pm_3", ""), card("pm_2", "f2"), card("pm_1", "f1")}
	offered := func(s billing.Subscription, d billing.Dues) []string {
		var ids []string
		for _, m := range newMethodPage(berlin(t), s, goods{methods: saved}, d, "").Methods {
			ids = append(ids, m.ID)
		}
		return ids
	}
	active, held := plan(billing.StatusActive), plan(billing.StatusOnHold)
	active.Method, held.Method, held.Failure.Method = card("pm_1", "f1"), card("pm_1", "f1"), card("pm_1", "f1")
	if diff := cmp.Diff([]string{"pm_5", "pm_1", "pm_3"}, offered(active, billing.Dues{})); diff != "" {
		t.Error("active: " + diff)
	}
	if diff := cmp.Diff([]string{"pm_5", "pm_3"}, offered(held, billing.Dues{Total: money.Of(3000, "JPY")})); diff != "" {
		t.Error("on hold: " + diff)
	}
	held.Failure.Decline.Class = billing.ClassAuthentication // the bank waits for this very card's holder
	if diff := cmp.Diff([]string{"pm_5", "pm_1", "pm_3"}, offered(held, billing.Dues{Total: money.Of(3000, "JPY")})); diff != "" {
		t.Error("after a challenge: " + diff)
	}
}
