package gateways_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"perennial/shared/gateway"
	"perennial/shared/gateway/stripe"
	"perennial/shared/gateway/stripe/stripetest"
	"perennial/shared/gateways"
	"perennial/shared/merchant"
	"perennial/shared/record"
	"perennial/shared/record/recordtest"
)

const hookURL = "https://api.example.com/gateway-events/stripe/bus_1.live.acct_1"

// desk is a mode that is connected to a twin of Stripe.
type desk struct {
	*bench
	twin *stripetest.Twin
}

func newDesk(t *testing.T) *desk {
	t.Helper()
	twin, origin := stripetest.Start(t)
	g := stripe.New(stripe.Options{BaseURL: origin})
	d := &desk{bench: &bench{T: t, store: recordtest.New(), box: &box{}, now: time.Now().UTC()}, twin: twin}
	wall := func() time.Time { return d.now }
	d.service = &gateways.Service{
		Store: d.store, Sealer: d.box, Wall: wall,
		Inspectors: map[string]gateway.Inspector{"stripe": g},
		Helpers:    map[string]gateways.Helper{"stripe": {Endpoints: g, Domains: g, Prober: g}},
		Abilities:  map[string]gateway.Capabilities{"stripe": stripe.Capabilities},
		Hooks:      "https://api.example.com",
		Pages: map[merchant.Mode][]string{merchant.Live: {
			"https://checkout.example.com", "https://portal.example.com/x", "https://checkout.example.com", "http://plain.example.com",
			"https://portal.localhost:8443", "https://192.0.2.1", "https://[2001:db8::1]", "https://nas.local", "https://host",
		}},
	}
	d.ring = &gateways.Keyring{Store: d.store, Sealer: d.box, Wall: wall}
	d.must(d.store.Commit(t.Context(), record.Commit{Scope: live, Actor: record.System, Cause: "test", Put: []any{merchant.State{Scope: live}}}))
	return d
}

func (d *desk) connected(webhook string) gateways.Checked {
	d.Helper()
	v, err := d.service.Connect(d.Context(), live, record.System, gateways.Order{
		Gateway: "stripe", Secret: "rk_live_acct_1", Key: "pk_live_0123456789", Webhook: webhook,
	})
	d.must(err)
	return v
}

func (d *desk) setup(anew bool) gateways.Checked {
	d.Helper()
	v, err := d.service.Setup(d.Context(), live, record.System, "acct_1", anew)
	d.must(err)
	return v
}

// one is the only endpoint; its secret has to be the one that is believed.
func (d *desk) one() stripetest.Hook {
	d.Helper()
	hooks := d.twin.Hooks("acct_1")
	if len(hooks) != 1 || hooks[0].URL != hookURL || !hooks[0].Enabled || !slices.Equal(hooks[0].Events, stripe.Events) {
		d.Fatalf("%+v", hooks)
	}
	if keys := d.keys(); len(keys.Webhooks) == 0 || keys.Webhooks[0] != hooks[0].Secret {
		d.Errorf("the secret of %s is not held", hooks[0].ID)
	}
	return hooks[0]
}

func (d *desk) keys() gateways.Keys {
	d.Helper()
	ring := gateways.Keyring{Store: d.store, Sealer: d.box, Wall: func() time.Time { return d.now }}
	keys, err := ring.Keys(d.Context(), account("acct_1"))
	d.must(err)
	return keys
}

func codes(c gateways.Checked) (all []string) {
	for _, f := range c.Findings {
		if f.Message == "" || f.Remedy == "" || strings.Contains(f.Message+f.Remedy, "rk_live_") || strings.Contains(f.Message+f.Remedy, "whsec_") {
			all = append(all, "badly worded: "+f.Message+f.Remedy)
		}
		all = append(all, f.Code)
	}
	return all
}

func (d *desk) found(c gateways.Checked, want ...string) {
	d.Helper()
	if diff := cmp.Diff(want, codes(c)); diff != "" {
		d.Error(diff)
	}
}

func TestConnectingSetsEverythingUp(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	v := d.connected("")
	d.found(v)
	d.one()
	if hosts := d.twin.Hosts("acct_1"); !slices.Equal(hosts, []string{"checkout.example.com", "portal.example.com"}) || !v.Signed {
		t.Errorf("%v, signed %v", hosts, v.Signed)
	}
	checked, err := d.service.Check(t.Context(), live, "acct_1")
	d.must(err)
	d.found(checked)
}

func TestConnectingAgainMakesNothingTwice(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.connected("")
	before := d.one()
	d.twin.Disable(before.ID)
	for range 2 {
		d.found(d.connected(""))
		d.found(d.setup(false))
	}
	if after := d.one(); after.ID != before.ID || len(d.twin.Hosts("acct_1")) != 2 {
		t.Errorf("%+v became %+v", before, after)
	}
	d.found(d.setup(true))
	if after := d.one(); after.ID == before.ID {
		t.Error("an endpoint whose secret may be wrong was not replaced")
	}
	if keys := d.keys(); len(keys.Webhooks) != 2 || keys.Webhooks[1] != before.Secret {
		t.Error("what was signed with the former secret is not believed any more")
	}
}

func TestAnEndpointMadeByHandIsReplacedOnlyOnRequest(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	by, secret := d.twin.Hook("acct_1", hookURL, stripe.Events...)
	foreign, _ := d.twin.Hook("acct_1", "https://other.example.com/hooks", "charge.failed")
	d.found(d.connected(secret))
	d.found(d.connected("")) // the key is replaced
	if hooks := d.twin.Hooks("acct_1"); len(hooks) != 2 || hooks[0].ID != by {
		t.Errorf("%+v", hooks)
	}
	d.found(d.setup(false))
	hooks := d.twin.Hooks("acct_1")
	if len(hooks) != 2 || hooks[0].ID != foreign || hooks[1].Secret != d.keys().Webhooks[0] {
		t.Errorf("%+v", hooks)
	}
}

// An endpoint whose secret nobody kept is replaced when the account is
// connected.
func TestAnEndpointOfUnknownSecretIsReplaced(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	old, _ := d.twin.Hook("acct_1", hookURL, "*")
	d.found(d.connected(""))
	if d.one().ID == old {
		t.Error("it was kept")
	}
}

type endpoints = gateway.Endpoints

// watched notes how many endpoints were heard while something changed.
type watched struct {
	endpoints
	twin   *stripetest.Twin
	heard  func(secret string) bool
	silent int // changes after which no endpoint was heard
	dies   string
}

func (w *watched) step(name string, err error) error {
	if err == nil && !slices.ContainsFunc(w.twin.Hooks("acct_1"), func(h stripetest.Hook) bool { return h.Enabled && w.heard(h.Secret) }) {
		w.silent++
	}
	if w.dies == name {
		panic("died")
	}
	return err
}

func (w *watched) OpenEndpoint(ctx context.Context, secret, url string) (gateway.Endpoint, string, error) {
	e, s, err := w.endpoints.OpenEndpoint(ctx, secret, url)
	return e, s, w.step("open", err)
}

func (w *watched) CloseEndpoint(ctx context.Context, secret, ref string) error {
	if w.dies == "before close" {
		panic("died")
	}
	return w.step("close", w.endpoints.CloseEndpoint(ctx, secret, ref))
}

// Whenever setting up dies, one endpoint is heard, and the next run leaves
// exactly one.
func TestAReplacementThatDiesLeavesAnEndpointThatIsHeard(t *testing.T) {
	t.Parallel()
	for _, dies := range []string{"", "open", "commit", "before close", "close"} {
		d := newDesk(t)
		d.connected("")
		h := d.service.Helpers["stripe"]
		w := &watched{endpoints: h.Endpoints, twin: d.twin, dies: dies, heard: func(secret string) bool { return slices.Contains(d.keys().Webhooks, secret) }}
		d.service.Helpers["stripe"] = gateways.Helper{Endpoints: w, Domains: h.Domains, Prober: h.Prober}
		if dies == "commit" {
			d.store.Before = func(c record.Commit) error {
				if c.Cause == "make webhook endpoint" {
					return errors.New("no capacity")
				}
				return nil
			}
		}
		func() {
			defer func() { _ = recover() }() // the crash
			_, _ = d.service.Setup(t.Context(), live, record.System, "acct_1", true)
		}()
		if w.dies, d.store.Before = "", nil; len(d.twin.Hooks("acct_1")) > 2 {
			t.Errorf("died at %q: %+v", dies, d.twin.Hooks("acct_1"))
		}
		d.now = d.now.Add(time.Minute)
		d.found(d.setup(false))
		if d.one(); w.silent > 0 {
			t.Errorf("died at %q: nothing was heard after %d changes", dies, w.silent)
		}
	}
}

func TestTwoDoNotSetTheSameAccountUpAtOnce(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.connected("")
	c, err := record.Get[merchant.Connection](t.Context(), d.store, live, account("acct_1").ID)
	d.must(err)
	c.SetupEnd = d.now.Add(time.Second)
	d.must(d.store.Commit(t.Context(), record.Commit{Scope: live, Actor: record.System, Cause: "another instance", Put: []any{c}}))
	_, setup := d.service.Setup(t.Context(), live, record.System, "acct_1", false)
	_, connect := d.service.Connect(t.Context(), live, record.System, gateways.Order{Gateway: "stripe", Secret: "rk_live_acct_1", Key: "pk_live_0123456789"})
	if !errors.Is(setup, gateways.ErrBusy) || !errors.Is(connect, gateways.ErrBusy) {
		t.Errorf("%v, %v", setup, connect)
	}
	d.now = d.now.Add(time.Second)
	d.found(d.setup(false))
}

func TestSettingUpNeedsAKey(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.connected("")
	_, err := d.service.Disconnect(t.Context(), live, record.System, "acct_1", true)
	d.must(err)
	_, setup := d.service.Setup(t.Context(), live, record.System, "acct_1", false)
	_, check := d.service.Check(t.Context(), live, "acct_1")
	_, unknown := d.service.Check(t.Context(), live, "acct_2")
	if !errors.Is(setup, gateways.ErrForgotten) || !errors.Is(check, gateways.ErrForgotten) || !errors.Is(unknown, gateways.ErrNotConnected) {
		t.Errorf("%v, %v, %v", setup, check, unknown)
	}
}
