package portal_test

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"perennial/shared/billing"
	"perennial/shared/gateway/gatewaytest"
	"perennial/shared/lifecycle/lifecycletest"
	"perennial/shared/merchant"
	"perennial/shared/money"
	"perennial/shared/pages/pagestest"
	"perennial/shared/record"
)

// set changes the business's settings.
func (s *site) set(change func(*merchant.Settings)) {
	s.t.Helper()
	state := s.State()
	change(&state.Settings)
	s.Put(state)
}

// collection puts the product between a cheaper and a dearer one, and a
// hidden and a foreign one beside them.
func (s *site) collection() {
	s.t.Helper()
	plans := map[string]int64{"pdt_lite": 1000, "pdt_max": 8000, "pdt_secret": 500, "pdt_other": 700}
	for id, price := range plans {
		p := s.Product
		p.ID, p.Name, p.Version, p.Price.Amount, p.Collection = id, "Atlas "+strings.TrimPrefix(id, "pdt_"), 0, money.Of(price, "USD"), "pdc_1"
		if id == "pdt_other" {
			p.Collection = ""
		}
		s.Put(p)
	}
	own := lifecycletest.Get[billing.Product](s.World, s.Product.ID)
	own.Collection = "pdc_1"
	s.Put(own)
	s.Put(billing.Collection{ID: "pdc_1", Name: "Atlas", Groups: []billing.Group{{ID: "g1", Name: "Monthly", Members: []billing.Member{
		{ID: "1", Product: "pdt_lite"}, {ID: "2", Product: "pdt_1"}, {ID: "3", Product: "pdt_max"}, {ID: "4", Product: "pdt_secret", Hidden: true},
	}}}})
	s.set(func(x *merchant.Settings) { x.Subscriptions.ChangePlan = merchant.SwitchOn })
}

var hiddenDue = regexp.MustCompile(`name="due" value="([^"]*)"`)

// review looks at a plan and gives the form that confirms it.
func (s *site) review(sub, product string, more ...string) (pagestest.Page, url.Values) {
	s.t.Helper()
	got := s.get("/subscriptions/" + sub + "/plan/review?product=" + product + strings.Join(more, ""))
	form := url.Values{"product": {product}, "quantity": {"1"}, "addons": {"1"}}
	if due := hiddenDue.FindStringSubmatch(got.Text); due != nil {
		form.Set("due", due[1])
	}
	return got, form
}

// R100, R103, R104, R105, R106, R107, R108, R109, R110, R312: within the collection, previewed, charged at once.
func TestR101AnUpgradeIsReviewedAndPaid(t *testing.T) {
	t.Parallel()
	s := open(t)
	sub := s.Active("visa_ok")
	s.signIn()
	path := "/subscriptions/" + sub.ID
	if got := s.get(path); strings.Contains(got.Text, path+"/plan") {
		t.Error("the business does not allow plan changes, and the page offers one")
	}
	s.form(path+"/plan", url.Values{"product": {"pdt_max"}, "due": {"0 USD"}}).Must(t, 409, "not changed here")
	s.collection()
	s.get(path).Must(t, 200, "Change plan")
	offer := s.get(path + "/plan")
	offer.Must(t, 200, "Monthly", "Atlas lite", "Atlas max", "$80.00 per month")
	for _, no := range []string{"Atlas secret", "Atlas other"} {
		if strings.Contains(offer.Text, no) {
			t.Errorf("%s is offered", no)
		}
	}
	s.AdvanceTo(sub.Period.Start.Add(14 * 24 * time.Hour))
	s.signIn()
	got, form := s.review(sub.ID, "pdt_max")
	got.Must(t, 200, "To pay now", "Visa ending in 4242", "From Atlas Pro to Atlas max", "Credit for time paid already")
	before := s.taken()
	paid := s.form(path+"/plan", form)
	s.get(paid.To).Must(t, 200, "Your plan is Atlas max now")
	if now := s.Sub(sub.ID); now.Product != "pdt_max" || sumOf(s.taken()-before) != form.Get("due") {
		t.Errorf("plan %s, took %d, shown %s", now.Product, s.taken()-before, form.Get("due"))
	}
	again := s.form(path+"/plan", form) // the same form once more
	if again.Status == http.StatusSeeOther || s.taken()-before != amountOf(form.Get("due")) {
		t.Errorf("a replayed form charged: %d, took %d", again.Status, s.taken()-before)
	}
	for _, bad := range []string{"pdt_other", "pdt_secret", "pdt_none"} {
		form.Set("product", bad)
		if got := s.form(path+"/plan", form); got.Status == http.StatusSeeOther {
			t.Errorf("changed to %s, which is not offered (R108)", bad)
		}
	}
	s.Reconcile()
}

func TestAChangeNeverCostsMoreThanWasShown(t *testing.T) {
	t.Parallel()
	s := open(t)
	s.collection()
	sub := s.Active("visa_ok")
	s.signIn()
	_, form := s.review(sub.ID, "pdt_max")
	dearer := lifecycletest.Get[billing.Product](s.World, "pdt_max")
	dearer.Price.Amount.Minor *= 2
	s.Put(dearer)
	before := s.taken()
	s.form("/subscriptions/"+sub.ID+"/plan", form).Must(t, 409, "The amount has changed meanwhile", "Nothing was charged")
	form.Set("due", "junk")
	s.form("/subscriptions/"+sub.ID+"/plan", form).Must(t, 409, "The amount has changed meanwhile")
	if s.taken() != before {
		t.Error("more was charged than was shown")
	}
}

// The merchant's switch: the change is paid on a hosted page, and the old plan
// runs on until then, whatever else says that changes take place at once.
func TestAnUpgradeIsPaidOnAHostedPageWhereTheMerchantWantsThat(t *testing.T) {
	t.Parallel()
	s := open(t)
	s.collection()
	s.set(func(x *merchant.Settings) {
		x.Subscriptions.PlanChangeByLink, x.PlanChange.PortalFailure = merchant.SwitchOn, "apply_change"
	})
	sub := s.Active("visa_ok")
	s.Clock.Advance(time.Minute)
	s.signIn()
	path := "/subscriptions/" + sub.ID
	got, form := s.review(sub.ID, "pdt_max")
	got.Must(t, 200, "You pay on the next page, and keep Atlas Pro until then.")
	got.MustNot(t, "Charged to", "takes place at once")
	before := s.taken()
	led := s.form(path+"/plan", form)
	now := s.Sub(sub.ID)
	if s.taken() != before || now.Product != s.Product.ID || now.Change == nil {
		t.Fatalf("took %d, change %v", s.taken()-before, now.Change)
	}
	asked := lifecycletest.Get[billing.Payment](s.World, now.Change.Payment)
	page := "https://checkout.example/session/bus_1.test/" + asked.Checkout
	if led.To != page || sumOf(asked.Amount.Minor) != form.Get("due") {
		t.Errorf("led to %s, asked %v", led.To, asked.Amount)
	}
	kept := lifecycletest.Get[record.Checkout](s.World, asked.Checkout)
	if kept.ReturnURL != s.server.URL+path+"/payment-return" {
		t.Errorf("it returns to %s", kept.ReturnURL)
	}
	waits := s.get(path)
	waits.Must(t, 200, "waits for its payment", "Pay $", "Discard the change")
	waits.MustNot(t, "with Visa", "Use another payment method first")
	if again := s.form(path+"/plan/pay", nil); again.To != page || s.taken() != before {
		t.Errorf("paying later leads to %s and took %d", again.To, s.taken()-before)
	}
	s.get(s.form(path+"/plan/drop", nil).To).Must(t, 200, "The change was taken back")
	_, form = s.review(sub.ID, "pdt_lite") // nothing is to be paid
	s.get(s.form(path+"/plan", form).To).Must(t, 200, "Atlas lite")
	if s.taken() != before {
		t.Errorf("took %d", s.taken()-before)
	}
	s.Reconcile()
}

// Rules 3: the old plan runs on, and the change is paid or discarded.
func TestADeclinedUpgradeWaitsToBePaidOrDiscarded(t *testing.T) {
	t.Parallel()
	for _, choice := range []string{"pay", "drop"} {
		s := open(t)
		s.collection()
		sub := s.Active("visa_ok")
		s.Clock.Advance(time.Minute)
		s.signIn()
		path := "/subscriptions/" + sub.ID
		s.Gateway.Program(sub.Method.Reference, gatewaytest.Decline("insufficient_funds"), gatewaytest.Succeed())
		_, form := s.review(sub.ID, "pdt_max")
		before := s.taken()
		s.get(s.form(path+"/plan", form).To).Must(t, 200, "did not go through", "You keep Atlas Pro")
		s.get(path).Must(t, 200, "waits for its payment", "Pay $", "Discard the change")
		got := s.form(path+"/plan/"+choice, nil)
		if choice == "pay" {
			s.get(got.To).Must(t, 200, "Your plan is Atlas max now")
			if s.taken()-before != amountOf(form.Get("due")) || s.Sub(sub.ID).Product != "pdt_max" {
				t.Errorf("took %d on %s", s.taken()-before, s.Sub(sub.ID).Product)
			}
			s.form(path+"/plan/pay", nil).Must(t, 404)
		} else {
			s.get(got.To).Must(t, 200, "The change was taken back")
			if s.taken() != before || s.Sub(sub.ID).Change != nil {
				t.Errorf("took %d, change %v", s.taken()-before, s.Sub(sub.ID).Change)
			}
		}
		s.Reconcile()
	}
}

// R102, R312: a downgrade waits for the next date and can be taken back.
func TestR102ADowngradeIsScheduledAndUndone(t *testing.T) {
	t.Parallel()
	s := open(t)
	s.collection()
	sub := s.Active("visa_ok")
	s.signIn()
	path := "/subscriptions/" + sub.ID
	got, form := s.review(sub.ID, "pdt_lite")
	got.Must(t, 200, "Nothing is charged today", "$10.00 per month")
	s.get(s.form(path+"/plan", form).To).Must(t, 200, "The change is scheduled", "From then on you have Atlas lite", "Keep the current plan")
	s.get(s.form(path+"/plan/drop", nil).To).Must(t, 200, "The change was taken back")
	if s.Sub(sub.ID).Scheduled != nil {
		t.Error("it is still scheduled")
	}
}

// R063, R091, R212, R312: at the next date by default, with a reason that reaches the
// merchant, and taken back.
func TestR210CancellingAsksForAReasonAndIsTakenBack(t *testing.T) {
	t.Parallel()
	s := open(t)
	sub := s.Active("visa_ok")
	s.signIn()
	path := "/subscriptions/" + sub.ID
	page := s.get(path + "/cancel")
	page.Must(t, 200, "It is too expensive", "optional", `value="next" checked`)
	text, _, _ := strings.Cut(page.Text, "<footer") // which offers languages
	if n := strings.Count(text, "<option value="); n != 9 {
		t.Errorf("%d choices, want eight reasons and none", n)
	}
	done := s.form(path+"/cancel", url.Values{"when": {"next"}, "reason": {"unused"}, "comment": {"moving <b>on</b>"}})
	s.get(done.To).Must(t, 200, "The cancellation is confirmed", "Keep the subscription", "Ends on")
	if c := s.Sub(sub.ID).Cancel; !c.AtPeriodEnd || c.Feedback != "unused" || c.Comment != "moving <b>on</b>" || c.Reason != "cancelled_by_customer" {
		t.Errorf("%+v", c)
	}
	s.get(s.form(path+"/keep", nil).To).Must(t, 200, "The subscription goes on")
	s.form(path+"/cancel", url.Values{"reason": {"nonsense"}}).Must(t, 422)
	s.get(s.form(path+"/cancel", url.Values{"when": {"now"}}).To).Must(t, 200, "The subscription is cancelled")
	if got := s.Sub(sub.ID).Status; got != billing.StatusCancelled {
		t.Errorf("it is %s", got)
	}
	s.Reconcile()
}

// Rules 23: the switch concerns cancelling at once alone.
func TestCancellingForTheNextDateIsAlwaysPossible(t *testing.T) {
	t.Parallel()
	s := open(t)
	s.set(func(x *merchant.Settings) { x.Subscriptions.CancelNow = merchant.SwitchOff })
	sub := s.Active("visa_ok")
	s.signIn()
	path := "/subscriptions/" + sub.ID + "/cancel"
	if got := s.get(path); strings.Contains(got.Text, `value="now"`) {
		t.Error("cancelling at once is offered")
	}
	s.form(path, url.Values{"when": {"now"}}).Must(t, 409, "not at once")
	if got := s.form(path, url.Values{"when": {"next"}}); got.Status != 303 || !s.Sub(sub.ID).Cancel.AtPeriodEnd {
		t.Errorf("%d %s", got.Status, got.Text)
	}
	held := s.OnHold() // without a paid period ahead there is nothing to wait for
	s.signIn()
	s.get("/subscriptions/"+held.ID+"/cancel").Must(t, 200, "At once")
	s.form("/subscriptions/"+held.ID+"/cancel", url.Values{"when": {"now"}})
	if got := s.Sub(held.ID).Status; got != billing.StatusCancelled {
		t.Errorf("on hold it is %s after cancelling", got)
	}
	s.Reconcile()
}

func TestPausingIsTheMerchantsToAllow(t *testing.T) {
	t.Parallel()
	s := open(t)
	sub := s.Active("visa_ok")
	s.signIn()
	path := "/subscriptions/" + sub.ID
	s.form(path+"/pause", nil).Must(t, 409, "not paused here")
	s.set(func(x *merchant.Settings) { x.Subscriptions.Pause = merchant.SwitchOn })
	s.get(path).Must(t, 200, "Pause")
	s.get(s.form(path+"/pause", nil).To).Must(t, 200, "The subscription is paused", "Resume")
	s.Advance(48 * time.Hour)
	s.signIn()
	s.get(s.form(path+"/resume", nil).To).Must(t, 200, "The subscription is active again")
	if got := s.Sub(sub.ID); got.Status != billing.StatusActive || got.Period.End != sub.Period.End.Add(48*time.Hour) {
		t.Errorf("%s until %v", got.Status, got.Period.End)
	}
}

func TestR092NameAndBillingAddressAreCorrected(t *testing.T) {
	t.Parallel()
	s := open(t)
	sub := s.Active("visa_ok")
	s.signIn()
	path := "/subscriptions/" + sub.ID + "/details"
	s.get(path).Must(t, 200, `value="Ada"`, `value="DE" selected>Germany`)
	form := url.Values{"name": {"Ada <i>L</i>"}, "country": {"FR"}, "street": {"Rue 1"}, "city": {"Paris"}, "zip": {"75001"}}
	s.get(s.form(path, form).To).Must(t, 200, "Your changes were saved", "Ada &lt;i&gt;L&lt;/i&gt;", "Rue 1, 75001 Paris, France")
	if got := s.Sub(sub.ID).Billing; got.Country != "FR" || got.City != "Paris" {
		t.Errorf("%+v", got)
	}
	form.Set("name", " ")
	form.Set("country", "XX")
	form.Set("business", "Ada Ltd")
	s.form(path, form).Must(t, 422, "Name: must not be empty", "Country: must be chosen", `value="Rue 1"`,
		`<input id="name" name="name" autocomplete="name" value="" maxlength="200" aria-invalid="true"`, `<option value="" selected>`)
}

// Nobody acts on what is somebody else's, whatever the form says.
func TestNoActReachesSomebodyElsesSubscription(t *testing.T) {
	t.Parallel()
	s := open(t)
	s.collection()
	s.set(func(x *merchant.Settings) { x.Subscriptions.Pause = merchant.SwitchOn })
	sub := s.Active("visa_ok")
	before := s.Sub(sub.ID)
	s.stranger()
	path := "/subscriptions/" + sub.ID
	for _, get := range []string{"/plan", "/plan/review?product=pdt_max", "/cancel", "/details"} {
		s.get(path+get).Must(t, 404, "There is nothing here")
	}
	for _, post := range []string{"/plan", "/plan/pay", "/plan/drop", "/cancel", "/keep", "/pause", "/resume", "/details"} {
		s.form(path+post, url.Values{"product": {"pdt_max"}, "due": {"999999 USD"}, "when": {"now"}}).Must(t, 404)
	}
	if after := s.Sub(sub.ID); after.Version != before.Version {
		t.Error("somebody else changed it")
	}
}

// stranger signs in as another customer of the business.
func (s *site) stranger() {
	s.t.Helper()
	s.Put(billing.Customer{ID: "cus_2", Email: "eve@example.com", Name: "Eve"})
	link, err := s.identity.Mint(s.t.Context(), s.Scope, "cus_2", "")
	if err != nil {
		s.t.Fatal(err)
	}
	s.form("/session", url.Values{"token": {link[strings.LastIndex(link, "/")+1:]}})
}
