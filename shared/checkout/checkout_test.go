package checkout_test

import (
	"html"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"perennial/shared/billing"
	"perennial/shared/gateway"
	"perennial/shared/gateway/gatewaytest"
	"perennial/shared/lifecycle/lifecycletest"
	"perennial/shared/merchant"
	"perennial/shared/pages/pagestest"
	"perennial/shared/record"
)

func TestThePageSaysWhatIsBoughtAndWhatIsDue(t *testing.T) {
	t.Parallel()
	s := open(t)
	_, path := s.link(wish{Quantity: 3})
	got := s.get(path)
	got.Must(t, 200, "Northwind", "Atlas Pro", "$60.00 per month", "Due today", "Pay $60.00", "ada@example.com",
		"never to us", "kept for the renewals", `data-src="`+bank+"/")
	got.MustNot(t, "Free until", "Save card", "reactivate")
	for _, want := range []string{"frame-src " + bank, "form-action 'self' " + bank, "frame-ancestors 'none'", "script-src 'self'"} {
		if policy := got.Header.Get("Content-Security-Policy"); !strings.Contains(policy, want) {
			t.Errorf("policy %q lacks %q", policy, want)
		}
	}
	if got.Header.Get("Cache-Control") != "no-store" || got.Header.Get("Referrer-Policy") == "" {
		t.Errorf("headers %v", got.Header)
	}
}

func TestAPaymentMakesTheSubscriptionActive(t *testing.T) {
	t.Parallel()
	s := open(t)
	made, path := s.link(wish{})
	done := s.leadsTo(s.pay(path, "visa_ok"), path+"/return")
	done.Must(t, 200, "Thank you", "Atlas Pro is active", "receipt is on its way to ada@example.com", "February 28, 2027")
	if got := s.Sub(made.Subscription.ID); got.Status != billing.StatusActive || got.Method.Last4 != "4242" {
		t.Errorf("the subscription is %s with %+v", got.Status, got.Method)
	}
	if got := lifecycletest.Get[billing.Payment](s.World, made.Payment.ID); got.Status != billing.PaymentSucceeded {
		t.Errorf("the payment that the link was made for is %s", got.Status)
	}
	s.Reconcile()
}

func TestPressedTwiceOrOpenedAgainChargesOnce(t *testing.T) {
	t.Parallel()
	s := open(t)
	_, path := s.link(wish{})
	s.pay(path, "visa_ok")
	s.leadsTo(s.pay(path, "mastercard_ok"), path).Must(t, 200, "Thank you")
	for _, again := range []string{path, path + "/return"} {
		got := s.get(again)
		got.Must(t, 200, "Thank you", "Atlas Pro is active")
		got.MustNot(t, "data-card-fields")
	}
	if n := len(s.Gateway.Ledger()); n != 1 {
		t.Errorf("%d charges", n)
	}
	s.Reconcile()
}

func TestADeclineIsExplainedOnTheForm(t *testing.T) {
	t.Parallel()
	s := open(t)
	made, path := s.link(wish{})
	s.pay(path, "decline_on_charge").Must(t, 422, `role="alert"`, "declined", "Nothing was charged.", "Pay $20.00")
	if got := s.Sub(made.Subscription.ID); got.Status != billing.StatusPending {
		t.Errorf("the subscription is %s", got.Status)
	}
	s.leadsTo(s.pay(path, "visa_ok"), path+"/return").Must(t, 200, "Thank you")
	s.Reconcile()
}

func TestACardThatIsRefusedIsExplainedOnTheForm(t *testing.T) {
	t.Parallel()
	s := open(t)
	_, path := s.link(wish{})
	s.pay(path, "expired_card").Must(t, 422, "The card has expired", "Pay $20.00")
	none := s.send(http.MethodPost, path, url.Values{}, http.Header{"Origin": {s.server.URL}})
	none.Must(t, 422, "give a new card")
	if n := s.Gateway.Calls(gatewaytest.OpPrepare); n != 0 {
		t.Errorf("%d payments were prepared", n)
	}
}

func TestTheBankSendsTheCustomerBackByGet(t *testing.T) {
	t.Parallel()
	s := open(t)
	made, path := s.link(wish{})
	got := s.pay(path, "authenticate_always")
	if got.Status != 303 || strings.HasPrefix(got.To, "/") {
		t.Fatalf("%d to %q, want the bank", got.Status, got.To)
	}
	s.get(path+"/return").Must(t, 200, "Your bank is waiting", "Nothing was charged yet", html.EscapeString(got.To))
	intent := gateway.Intent(s.Sub(made.Subscription.ID).Lock.Intent)
	if _, err := s.Gateway.Approve(intent); err != nil {
		t.Fatal(err)
	}
	for range 2 { // reloading changes nothing
		s.get(path+"/return").Must(t, 200, "Thank you", "Atlas Pro is active")
	}
	s.Reconcile()
}

func TestAFailedChallengeLeadsBackToTheForm(t *testing.T) {
	t.Parallel()
	s := open(t)
	made, path := s.link(wish{})
	s.pay(path, "authenticate_always")
	if _, err := s.Gateway.Reject(gateway.Intent(s.Sub(made.Subscription.ID).Lock.Intent)); err != nil {
		t.Fatal(err)
	}
	s.get(path+"/return").Must(t, 200, `role="alert"`, "Nothing was charged.", "Pay $20.00")
	s.leadsTo(s.pay(path, "visa_ok"), path+"/return").Must(t, 200, "Thank you")
	s.Reconcile()
}

func TestAnotherCardReplacesAnOpenChallenge(t *testing.T) {
	t.Parallel()
	s := open(t)
	_, path := s.link(wish{})
	s.pay(path, "authenticate_always")
	s.leadsTo(s.pay(path, "visa_ok"), path+"/return").Must(t, 200, "Thank you")
	s.Reconcile()
}

func TestAnUnknownOutcomeSaysSoAndChargesOnce(t *testing.T) {
	t.Parallel()
	s := open(t)
	made, path := s.link(wish{})
	s.Gateway.Break(gatewaytest.OpConfirm, gatewaytest.After)
	s.Gateway.Break(gatewaytest.OpFind, gatewaytest.Before, gatewaytest.Before)
	waiting := s.leadsTo(s.pay(path, "visa_ok"), path+"/return")
	waiting.Must(t, 200, "We are checking your payment", "not be charged twice", "Look again", path+"/return")
	s.leadsTo(s.pay(path, "visa_ok"), path+"/return")
	s.Clock.Advance(16 * time.Minute)
	s.get(path+"/return").Must(t, 200, "Thank you")
	if got := s.Sub(made.Subscription.ID); got.Status != billing.StatusActive || len(s.Gateway.Ledger()) != 1 {
		t.Errorf("%s after %d charges", got.Status, len(s.Gateway.Ledger()))
	}
	s.Reconcile()
}

func TestATrialStartsWithACardAndWithoutACharge(t *testing.T) {
	t.Parallel()
	s := open(t)
	made, path := s.link(wish{TrialDays: 14})
	s.get(path).Must(t, 200, "Free until", "February 14, 2027", "Start free trial", "$20.00 per month", "$0.00")
	done := s.leadsTo(s.pay(path, "visa_ok"), path+"/return")
	done.Must(t, 200, "free trial of Atlas Pro has begun", "First payment", "February 14, 2027")
	done.MustNot(t, "receipt")
	if got := s.Sub(made.Subscription.ID); got.Status != billing.StatusActive || len(s.Gateway.Ledger()) != 0 {
		t.Errorf("%s after charges %v", got.Status, s.Gateway.Ledger())
	}
	s.Reconcile()
}

func TestWhatCannotBeUsedLooksTheSame(t *testing.T) {
	t.Parallel()
	s := open(t)
	made, path := s.link(wish{})
	ended, failed := s.link(wish{})
	other := merchant.Scope{Business: "bus_2", Mode: merchant.Test}
	if err := s.Store.Commit(t.Context(), record.Commit{Scope: other, Cause: "test", Put: []any{merchant.State{Scope: other}}}); err != nil {
		t.Fatal(err)
	}
	live := merchant.Scope{Business: s.Scope.Business, Mode: merchant.Live}
	unknown := s.get("/session/" + s.Scope.String() + "/cks_unknown")
	unknown.Must(t, http.StatusGone, "no longer available")
	unknown.MustNot(t, "Northwind", "Atlas", "ada@")
	same := func(name, path string) {
		t.Helper()
		if got := s.get(path); got.Status != unknown.Status || got.Text != unknown.Text {
			t.Errorf("%s: %d %s", name, got.Status, got.Text)
		}
		if got := s.pay(path, "visa_ok"); got.Status != unknown.Status || got.Text != unknown.Text {
			t.Errorf("%s, posted: %d %s", name, got.Status, got.Text)
		}
	}
	same("another merchant's", session(other, made.Checkout))
	same("the other mode's", session(live, made.Checkout))
	same("no scope", "/session/nonsense/"+made.Checkout.ID)
	same("a merchant that is not there", "/session/bus_9.test/"+made.Checkout.ID)
	s.get(path).Must(t, 200, "Pay $20.00")
	s.Clock.Advance(25 * time.Hour) // past the end of the links; the second subscription fails
	if err := s.Collect(ended.Subscription.ID); err != nil {
		t.Fatal(err)
	}
	same("expired", path)
	same("expired and ended", failed)
	if got := s.get(path + "/return"); got.Text != unknown.Text {
		t.Errorf("expired, back from the bank: %d %s", got.Status, got.Text)
	}
	if n := s.Gateway.Calls(gatewaytest.OpPrepare); n != 0 {
		t.Errorf("%d payments were prepared", n)
	}
}

func TestAUsedLinkSaysNothingAfterItsDay(t *testing.T) {
	t.Parallel()
	s := open(t)
	_, path := s.link(wish{ReturnURL: "https://shop.example/"})
	s.pay(path, "visa_ok")
	s.Clock.Advance(24*time.Hour + time.Minute)
	s.get(path).Must(t, 410, "no longer available")
	s.get(path+"/return").Must(t, 200, "Thank you") // late from the bank
	s.Clock.Advance(time.Hour)
	got := s.get(path + "/return")
	got.Must(t, 410, "no longer available")
	got.MustNot(t, "ada@", "shop.example")
}

func TestTheReturnURLIsALinkWithTheResult(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]string{
		"https://shop.example/thanks?a=b&status=x": "https://shop.example/thanks?a=b&email=ada%40example.com&status=active&subscription_id=",
		"http://localhost:3000/thanks":             "http://localhost:3000/thanks?email=ada%40example.com&status=active&subscription_id=",
		"http://shop.example/thanks":               "",
		"javascript:alert(1)":                      "",
		"//shop.example":                           "",
		"https://user:pass@shop.example/":          "",
		"":                                         "",
	} {
		t.Run(address, func(t *testing.T) {
			t.Parallel()
			s := open(t)
			made, path := s.link(wish{ReturnURL: address})
			s.get(path).MustNot(t, "shop.example")
			done := s.leadsTo(s.pay(path, "visa_ok"), path+"/return")
			if want != "" {
				done.Must(t, 200, `href="`+html.EscapeString(want+made.Subscription.ID)+`"`, "Return to Northwind")
			} else {
				done.Must(t, 200, "Thank you")
				done.MustNot(t, "Return to", "shop.example", "javascript:")
			}
		})
	}
}

func TestWhatMerchantsWriteIsText(t *testing.T) {
	t.Parallel()
	s := open(t)
	s.Product.ID, s.Product.Name = "pdt_2", `<script>alert("x")</script>`
	s.Put(s.Product)
	_, path := s.link(wish{})
	for _, got := range []pagestest.Page{s.get(path), s.leadsTo(s.pay(path, "visa_ok"), path+"/return")} {
		got.Must(t, 200, "&lt;script&gt;")
		got.MustNot(t, "<script>alert")
	}
}

func TestFormsOfOtherSitesAreRefused(t *testing.T) {
	t.Parallel()
	s := open(t)
	made, path := s.link(wish{})
	for name, header := range map[string]http.Header{
		"another origin":   {"Origin": {"https://evil.example"}},
		"cross-site":       {"Sec-Fetch-Site": {"cross-site"}},
		"null":             {"Origin": {"null"}},
		"same-site cousin": {"Sec-Fetch-Site": {"same-site"}},
	} {
		got := s.send(http.MethodPost, path, url.Values{"token": {s.Gateway.Token("visa_ok")}}, header)
		if got.Status != 403 {
			t.Errorf("%s: %d", name, got.Status)
		}
	}
	if got := s.Sub(made.Subscription.ID); got.Status != billing.StatusPending || got.Lock.Set() {
		t.Error("a forged form paid")
	}
}

var assetPath = regexp.MustCompile(`(?:href|src)="(/assets/[^"]+)"`)

func TestThePageIsLight(t *testing.T) {
	t.Parallel()
	s := open(t)
	_, path := s.link(wish{})
	form := s.get(path)
	requests, bytes := 1, len(form.Text)
	for _, asset := range assetPath.FindAllStringSubmatch(form.Text, -1) {
		got := s.get(asset[1])
		got.Must(t, 200)
		if !strings.Contains(got.Header.Get("Cache-Control"), "immutable") {
			t.Errorf("%s is not cached", asset[1])
		}
		requests, bytes = requests+1, bytes+len(got.Text)
	}
	if requests != 3 || bytes > 20_000 {
		t.Errorf("the form takes %d requests and %d bytes before compression", requests, bytes)
	}
}
