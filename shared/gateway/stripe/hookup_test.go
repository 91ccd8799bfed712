package stripe_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	sdk "github.com/stripe/stripe-go/v84"

	"perennial/shared/gateway"
	"perennial/shared/gateway/stripe"
)

const (
	hookURL  = "https://api.example.com/gateway-events/stripe/bus_1.live.acct_1"
	mainKey  = "rk_test_acct_1"
	otherKey = "rk_test_acct_2"
)

func TestAnEndpointIsSentAllThatWeNeed(t *testing.T) {
	t.Parallel()
	w, g := open(t)
	made, secret, err := g.OpenEndpoint(t.Context(), mainKey, hookURL)
	if err != nil || !made.Enabled || len(made.Lacks) != 0 {
		t.Fatalf("%+v %v", made, err)
	}
	hook := w.Hooks("acct_1")[0]
	if hook.ID != made.Ref || hook.Secret != secret || hook.URL != hookURL || hook.Version != sdk.APIVersion {
		t.Errorf("%+v", hook)
	}
	if diff := cmp.Diff(stripe.Events, hook.Events); diff != "" {
		t.Error(diff)
	}
	w.Hook("acct_1", "https://elsewhere.example/hooks", "charge.failed")
	if found, err := g.Endpoints(t.Context(), otherKey, hookURL); err != nil || len(found) != 0 {
		t.Errorf("another account's: %+v %v", found, err)
	}
	if found, err := g.Endpoints(t.Context(), mainKey, hookURL); err != nil || len(found) != 1 {
		t.Errorf("%+v %v", found, err)
	}
}

func TestAnEndpointIsMendedAndClosed(t *testing.T) {
	t.Parallel()
	w, g := open(t)
	id, _ := w.Hook("acct_1", hookURL, stripe.Events[1:]...)
	w.Disable(id)
	look := func() gateway.Endpoint {
		found, err := g.Endpoints(t.Context(), mainKey, hookURL)
		if err != nil || len(found) != 1 {
			t.Fatalf("%+v %v", found, err)
		}
		return found[0]
	}
	if e := look(); e.Ref != id || e.Enabled || !slices.Equal(e.Lacks, stripe.Events[:1]) {
		t.Errorf("%+v", e)
	}
	if err := g.MendEndpoint(t.Context(), mainKey, id); err != nil {
		t.Fatal(err)
	}
	if e := look(); !e.Enabled || len(e.Lacks) != 0 {
		t.Errorf("mended: %+v", e)
	}
	for range 2 {
		if err := g.CloseEndpoint(t.Context(), mainKey, id); err != nil || len(w.Hooks("acct_1")) != 0 {
			t.Errorf("%v", err)
		}
	}
	w.Hook("acct_1", hookURL, "*")
	if e := look(); len(e.Lacks) != 0 {
		t.Errorf("an endpoint that is sent everything lacks %v", e.Lacks)
	}
}

func TestAHostIsRegisteredOnceAndSwitchedOn(t *testing.T) {
	t.Parallel()
	w, g := open(t)
	if d, err := g.Domain(t.Context(), mainKey, "pay.example.com"); err != nil || d.Registered {
		t.Errorf("%+v %v", d, err)
	}
	w.NoApplePay("Apple is away")
	d, err := g.Register(t.Context(), mainKey, "pay.example.com")
	want := gateway.Domain{Host: "pay.example.com", Registered: true, Enabled: true, Inactive: []gateway.Inactive{{Wallet: "Apple Pay", Reason: "Apple is away"}}}
	if diff := cmp.Diff(want, d); err != nil || diff != "" {
		t.Errorf("%v %s", err, diff)
	}
	w.NoApplePay("")
	w.Switch("acct_1", "pay.example.com", false)
	want.Inactive = nil
	for range 2 {
		d, err = g.Register(t.Context(), mainKey, "pay.example.com")
		if diff := cmp.Diff(want, d); err != nil || diff != "" {
			t.Errorf("%v %s", err, diff)
		}
	}
	if hosts := w.Hosts("acct_1"); len(hosts) != 1 {
		t.Errorf("%v", hosts)
	}
}

func TestLackingPermissionsAreNamed(t *testing.T) {
	t.Parallel()
	w, g := open(t)
	if lacks, err := g.Lacks(t.Context(), mainKey); err != nil || len(lacks) != 0 {
		t.Errorf("%v %v", lacks, err)
	}
	w.Forbid("acct_1", "disputes", "read")
	w.Forbid("acct_1", "customers", "read")
	w.Forbid("acct_1", "refunds", "write") // cannot be found out by reading
	if lacks, err := g.Lacks(t.Context(), mainKey); err != nil || !slices.Equal(lacks, []string{"Customers", "Disputes"}) {
		t.Errorf("%v %v", lacks, err)
	}
	if _, err := g.Lacks(t.Context(), "nonsense"); !errors.Is(err, gateway.ErrKey) {
		t.Errorf("%v", err)
	}
	w.Forbid("acct_1", "webhook_endpoints", "write")
	w.Forbid("acct_1", "payment_method_domains", "read")
	_, _, opened := g.OpenEndpoint(t.Context(), mainKey, hookURL)
	_, registered := g.Register(t.Context(), mainKey, "pay.example.com")
	_, listed := g.Endpoints(t.Context(), mainKey, hookURL)
	if !errors.Is(opened, gateway.ErrKey) || !errors.Is(registered, gateway.ErrKey) || listed != nil {
		t.Errorf("%v, %v, %v", opened, registered, listed)
	}
}

func TestTheGatewaysClockIsRead(t *testing.T) {
	t.Parallel()
	w, g := open(t)
	w.Ahead(time.Hour)
	w.StopPayouts("acct_1")
	p, err := g.Inspect(t.Context(), mainKey)
	if ahead := time.Until(p.At); err != nil || ahead < 59*time.Minute || ahead > time.Hour || p.Payouts || !p.Charges {
		t.Errorf("%+v %v", p, err)
	}
}

// Neither silence nor an answer without a secret counts as an endpoint.
func TestAnAnswerWithoutASecretIsNoEndpoint(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(`{"id":"we_1"}`)) }))
	defer server.Close()
	g := stripe.New(stripe.Options{BaseURL: server.URL})
	if _, _, err := g.OpenEndpoint(t.Context(), mainKey, hookURL); err == nil || errors.Is(err, gateway.ErrKey) || errors.Is(err, gateway.ErrRejected) {
		t.Errorf("%v", err)
	}
}
