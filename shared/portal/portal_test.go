package portal_test

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"perennial/shared/billing"
	"perennial/shared/gateway"
	"perennial/shared/lifecycle/lifecycletest"
	"perennial/shared/merchant"
)

// R061, R070, R156: it bears the merchant's name, and tells nobody who is a customer.
func TestR071TheStaticLinkAnswersEveryAddressTheSame(t *testing.T) {
	t.Parallel()
	s := open(t)
	s.get("/login/bus_1").Must(t, 200, "Northwind", `type="email"`)
	known := s.form("/login/bus_1", url.Values{"email": {"ada@example.com"}})
	unknown := s.form("/login/bus_1", url.Values{"email": {"nobody@example.com"}})
	if diff := cmp.Diff(known, unknown, cmpopts.IgnoreMapEntries(isRequestID)); diff != "" || len(s.queue.bodies) != 2 {
		t.Errorf("known and unknown addresses can be told apart (%d wishes): %s", len(s.queue.bodies), diff)
	}
	s.get(known.To).Must(t, 200, "Check your mail")
	s.form("/login/bus_1", url.Values{"email": {"no address"}}).Must(t, 422, `aria-invalid="true"`, `value="no address"`)
	s.get("/login/bus_none").Must(t, 404)
}

// isRequestID names the two headers that tell any two answers apart.
func isRequestID(name string, _ []string) bool { return name == "X-Request-Id" || name == "Date" }

// R069, R070, R080, R082, R084, R155: it leads straight in, and when it is dead to a new one.
func TestR081ALinkIsUsedOnceByPostAndDiesAfter24Hours(t *testing.T) {
	t.Parallel()
	s := open(t)
	mint := func() string {
		link, err := s.identity.Mint(t.Context(), s.Scope, s.Customer.ID, "")
		if err != nil {
			t.Fatal(err)
		}
		return strings.TrimPrefix(link, s.server.URL)
	}
	link := mint()
	for range 3 { // mail scanners look at links
		s.get(link).Must(t, 200, "Open my subscriptions")
	}
	token := url.Values{"token": {strings.TrimPrefix(link, "/session/")}}
	if got := s.form("/session", token); got.Status != 303 || got.To != "/" {
		t.Fatalf("first use: %d to %q", got.Status, got.To)
	}
	s.form("/session", token).Must(t, 410, "no longer works", "/login/bus_1")
	late := mint()
	s.Clock.Advance(25 * 3600e9)
	s.form("/session", url.Values{"token": {strings.TrimPrefix(late, "/session/")}}).Must(t, 410, "no longer works")
	s.form("/session", url.Values{"token": {"bus_1.nonsense"}}).Must(t, 410, "no longer works")
	s.get("/").Must(t, 403, "signed out")
}

func TestTheSessionBelongsToOneMode(t *testing.T) {
	t.Parallel()
	s := open(t)
	live := s.State() // the business has both modes
	live.Scope.Mode, live.Version = merchant.Live, 0
	s.Put(live)
	s.signIn()
	s.get("/").Must(t, 200)
	s.surface = "portal"
	s.get("/").Must(t, 403)
}

// R067, R068, R120: what was bought with plan, price and date at a glance; the way to "Edit".
func TestR116TheSubscriptionShowsItsMethodAndR091ItsRenewalDate(t *testing.T) {
	t.Parallel()
	s := open(t)
	sub := s.Active("visa_ok")
	s.signIn()
	s.get("/").Must(t, 200, "Atlas Pro", "$20.00 per month", "Active", "February 28, 2027")
	s.get("/subscriptions/"+sub.ID).Must(t, 200, "Visa ending in 4242", "Edit", "/payment-method")
}

// R064, R121, R122, R125: an active subscription changes to a saved method, and says so.
func TestR117ASavedMethodIsChosenWithoutJavaScript(t *testing.T) {
	t.Parallel()
	s := open(t)
	sub := s.Active("visa_ok")
	first := sub.Method
	if _, err := s.Pay(sub.ID, "mastercard_ok"); err != nil {
		t.Fatal(err)
	}
	s.signIn()
	form := s.get("/subscriptions/" + sub.ID + "/payment-method")
	form.Must(t, 200, "Visa ending in 4242", "Mastercard ending in 4444", "Nothing is charged today", "Confirm changes")
	got := s.form("/subscriptions/"+sub.ID+"/payment-method", url.Values{"method": {first.ID}})
	if got.Status != 303 || s.Sub(sub.ID).Method.ID != first.ID {
		t.Fatalf("%d to %s, method %s", got.Status, got.To, s.Sub(sub.ID).Method.ID)
	}
	s.get(got.To).Must(t, 200, "Payment method updated", "Nothing was charged today")
	s.Reconcile()
}

// R064, R066, R093, R115, R125, R136, R157, R158: on hold, declined, another card, active again.
func TestR123ConfirmingOnHoldChargesWhatThePageSaid(t *testing.T) {
	t.Parallel()
	s := open(t)
	sub := s.OnHold()
	s.signIn()
	s.get("/").Must(t, 200, "Atlas Pro is on hold", "$20.00 was due", "Update payment method")
	path := "/subscriptions/" + sub.ID + "/payment-method"
	s.get(path).Must(t, 200, "Pay and reactivate", "$20.00", "March 31, 2027")
	declined := s.form(path, url.Values{"token": {s.Gateway.Token("decline_on_charge")}})
	s.get(declined.To).Must(t, 200, "did not go through", "stays on hold", "Try another card")
	s.form(path, url.Values{"token": {s.Gateway.Token("expired_card")}}).Must(t, 422, "The card has expired")
	s.form(path, url.Values{}).Must(t, 422, "Choose a saved payment method")
	paid := s.form(path, url.Values{"token": {s.Gateway.Token("mastercard_ok")}})
	s.get(paid.To).Must(t, 200, "is active again", "Mastercard ending in 4444", "ADA1-0002", "March 31, 2027", "Two mails")
	if got := s.Sub(sub.ID); got.Status != billing.StatusActive {
		t.Errorf("the subscription is %s", got.Status)
	}
	s.Reconcile()
}

// R319: the customer is led through the bank's challenge and back.
func TestR124TheBankSendsTheCustomerBackByGet(t *testing.T) {
	t.Parallel()
	s := open(t)
	sub := s.OnHold()
	s.Clock.Advance(time.Second) // what is newest is not decided by chance
	s.signIn()
	path := "/subscriptions/" + sub.ID
	got := s.form(path+"/payment-method", url.Values{"token": {s.Gateway.Token("authenticate_always")}})
	if got.Status != 303 || strings.HasPrefix(got.To, "/") {
		t.Fatalf("%d to %q, want the bank", got.Status, got.To)
	}
	s.get(path+"/payment-return").Must(t, 200, "Your bank is waiting", "Use another card")
	if _, err := s.Gateway.Approve(gateway.Intent(s.Sub(sub.ID).Lock.Intent)); err != nil {
		t.Fatal(err)
	}
	for range 2 { // reloading changes nothing
		back := s.get(path + "/payment-return")
		s.get(back.To).Must(t, 200, "is active again")
	}
	s.Reconcile()
}

func TestAnUnknownOutcomeSaysSoAndChargesOnce(t *testing.T) {
	t.Parallel()
	s := open(t)
	sub := s.OnHold()
	s.signIn()
	path := "/subscriptions/" + sub.ID
	s.Gateway.Break("confirm", 1)
	token := s.Gateway.Token("visa_ok")
	got := s.form(path+"/payment-method", url.Values{"token": {token}})
	if got.Status != 303 || got.To != path+"/payment-return" {
		t.Fatalf("%d to %q", got.Status, got.To)
	}
	again := s.form(path+"/payment-method", url.Values{"token": {s.Gateway.Token("visa_ok")}})
	if again.Status != 303 {
		t.Errorf("pressing twice: %d %s", again.Status, again.Text)
	}
	settled := s.get(path + "/payment-return")
	if settled.Status == 200 {
		settled.Must(t, 200, "not be charged twice")
	}
	s.Clock.Advance(16 * 60e9)
	if err := s.Collect(sub.ID); err != nil {
		t.Fatal(err)
	}
	s.Reconcile()
}

func TestSomebodyElsesThingsDoNotExist(t *testing.T) {
	t.Parallel()
	s := open(t)
	sub := s.OnHold()
	s.Put(billing.Customer{ID: "cus_2", Email: "eve@example.com", Name: "Eve"})
	link, err := s.identity.Mint(t.Context(), s.Scope, "cus_2", "")
	if err != nil {
		t.Fatal(err)
	}
	s.form("/session", url.Values{"token": {link[strings.LastIndex(link, "/")+1:]}})
	payment := lifecycletest.All[billing.Payment](s.World)[0]
	for _, path := range []string{"", "/payment-method", "/payment-return", "/payments/" + payment.ID} {
		s.get("/subscriptions/"+sub.ID+path).Must(t, 404, "There is nothing here")
	}
	s.form("/subscriptions/"+sub.ID+"/payment-method", url.Values{"token": {s.Gateway.Token("visa_ok")}}).Must(t, 404)
	if home := s.get("/"); strings.Contains(home.Text, "Atlas") {
		t.Error("Eve sees Ada's subscription")
	}
}

func TestFormsOfOtherSitesAreRefused(t *testing.T) {
	t.Parallel()
	s := open(t)
	sub := s.OnHold()
	s.signIn()
	path := "/subscriptions/" + sub.ID + "/payment-method"
	for name, header := range map[string]http.Header{
		"another origin":   {"Origin": {"https://evil.example"}},
		"cross-site":       {"Sec-Fetch-Site": {"cross-site"}},
		"says nothing":     {},
		"null":             {"Origin": {"null"}},
		"same-site cousin": {"Sec-Fetch-Site": {"same-site"}},
	} {
		got := s.send(http.MethodPost, path, url.Values{"token": {s.Gateway.Token("visa_ok")}}, header)
		if got.Status != 403 {
			t.Errorf("%s: %d", name, got.Status)
		}
	}
	if s.Sub(sub.ID).Status != billing.StatusOnHold {
		t.Error("a forged form paid")
	}
}

func TestNextLeadsNowhereElse(t *testing.T) {
	t.Parallel()
	s := open(t)
	for _, next := range []string{"//evil.example", "https://evil.example", `/\evil.example`, "javascript:alert(1)"} {
		got := s.get("/login/bus_1?next=" + url.QueryEscape(next))
		text, _, _ := strings.Cut(got.Text, "<footer") // which only repeats the address
		if strings.Contains(text, "evil") || strings.Contains(text, "javascript:") {
			t.Errorf("next %q is kept", next)
		}
	}
	s.get("/login/bus_1?next=%2Fsubscriptions%2Fsub_1").Must(t, 200, `value="/subscriptions/sub_1"`)
}

func TestTheHeadersOfEveryPage(t *testing.T) {
	t.Parallel()
	s := open(t)
	for _, path := range []string{"/login/bus_1", "/", "/nowhere"} {
		h := s.get(path).Header
		policy := h.Get("Content-Security-Policy")
		for _, want := range []string{"default-src 'none'", "frame-ancestors 'none'", "form-action 'self' " + bank, "script-src 'self'"} {
			if !strings.Contains(policy, want) {
				t.Errorf("%s: policy %q lacks %q", path, policy, want)
			}
		}
		if h.Get("Cache-Control") != "no-store" || h.Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s: %v", path, h)
		}
	}
}

func TestWhatMerchantsWriteIsText(t *testing.T) {
	t.Parallel()
	s := open(t)
	s.Product.ID, s.Product.Name = "pdt_2", `<script>alert("x")</script>`
	s.Put(s.Product)
	s.Active("visa_ok")
	s.signIn()
	got := s.get("/")
	if strings.Contains(got.Text, "<script>alert") || !strings.Contains(got.Text, "&lt;script&gt;") {
		t.Error("a product's name became markup")
	}
}

func TestLeavingEndsTheSession(t *testing.T) {
	t.Parallel()
	s := open(t)
	s.signIn()
	kept := s.browser.Jar
	u, err := url.Parse(s.server.URL)
	if err != nil {
		t.Fatal(err)
	}
	cookies := kept.Cookies(u)
	if got := s.form("/logout", nil); got.Status != 303 || got.To != "/login/bus_1" {
		t.Errorf("%d to %q", got.Status, got.To)
	}
	kept.SetCookies(u, cookies) // a copied cookie is dead as well
	s.get("/").Must(t, 403)
}

var assetPath = regexp.MustCompile(`(?:href|src)="(/assets/[^"]+)"`)

func TestThePagesAreLight(t *testing.T) {
	t.Parallel()
	s := open(t)
	s.OnHold()
	s.signIn()
	home := s.get("/")
	requests, bytes := 1, len(home.Text)
	for _, asset := range assetPath.FindAllStringSubmatch(home.Text, -1) {
		got := s.get(asset[1])
		got.Must(t, 200)
		if !strings.Contains(got.Header.Get("Cache-Control"), "immutable") {
			t.Errorf("%s is not cached", asset[1])
		}
		requests, bytes = requests+1, bytes+len(got.Text)
	}
	if requests > 4 || bytes > 25_000 {
		t.Errorf("the overview takes %d requests and %d bytes before compression", requests, bytes)
	}
}
