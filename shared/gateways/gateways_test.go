package gateways_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"perennial/shared/gateway"
	"perennial/shared/gateways"
	"perennial/shared/merchant"
	"perennial/shared/record"
	"perennial/shared/record/recordtest"
)

// box seals by writing purpose and scope before the value, and counts.
type box struct{ opened int }

func (b *box) Seal(_ context.Context, purpose, scope string, plaintext []byte) (string, error) {
	return purpose + "|" + scope + "|" + string(plaintext), nil
}

func (b *box) Open(_ context.Context, purpose, scope, sealed string) ([]byte, error) {
	b.opened++
	text, ok := strings.CutPrefix(sealed, purpose+"|"+scope+"|")
	if !ok {
		return nil, errors.New("sealed for something else")
	}
	return []byte(text), nil
}

// teller tells of the account that follows "_of_" in a key.
type teller struct{ closed bool }

func (s teller) Inspect(_ context.Context, secret string) (gateway.Profile, error) {
	_, account, _ := strings.Cut(secret, "_of_")
	return gateway.Profile{Reference: account, Charges: !s.closed}, nil
}

type bench struct {
	*testing.T
	store   *recordtest.Fake
	service *gateways.Service
	ring    *gateways.Keyring
	box     *box
	now     time.Time
}

var live = merchant.Scope{Business: "bus_1", Mode: merchant.Live}

func newBench(t *testing.T) *bench {
	t.Helper()
	b := &bench{T: t, store: recordtest.New(), box: &box{}, now: time.Date(2031, 3, 1, 12, 0, 0, 0, time.UTC)}
	wall := func() time.Time { return b.now }
	b.service = &gateways.Service{Store: b.store, Sealer: b.box, Inspectors: map[string]gateway.Inspector{"stripe": teller{}}, Wall: wall}
	b.ring = &gateways.Keyring{Store: b.store, Sealer: b.box, Wall: wall}
	b.must(b.store.Commit(t.Context(), record.Commit{Scope: live, Actor: record.System, Cause: "test", Put: []any{merchant.State{Scope: live}}}))
	return b
}

func (b *bench) must(err error) {
	b.Helper()
	if err != nil {
		b.Fatal(err)
	}
}

func (b *bench) connect(secret, webhook string) gateways.View {
	b.Helper()
	v, err := b.service.Connect(b.Context(), live, record.System, gateways.Order{
		Gateway: "stripe", Secret: secret, Key: "pk_live_0123456789", Webhook: webhook,
	})
	b.must(err)
	return v.View
}

func account(reference string) gateway.Account {
	return gateway.Account{Gateway: "stripe", ID: merchant.GatewayAccount(live, reference)}
}

func TestKeysAreOpenedForTheirAccountAndRemembered(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.connect("rk_live_first_of_acct_1", "whsec_first000")
	for range 3 {
		keys, err := b.ring.Keys(t.Context(), account("acct_1"))
		b.must(err)
		if keys.Secret != "rk_live_first_of_acct_1" || len(keys.Webhooks) != 1 || keys.Webhooks[0] != "whsec_first000" {
			t.Fatalf("%+v", keys)
		}
	}
	if b.box.opened != 2 {
		t.Errorf("opened %d times", b.box.opened)
	}
	b.connect("rk_live_second_of_acct_1", "whsec_second00")
	if keys, _ := b.ring.Keys(t.Context(), account("acct_1")); keys.Secret != "rk_live_first_of_acct_1" {
		t.Error("a remembered key was read again at once")
	}
	b.now = b.now.Add(30 * time.Second)
	keys, err := b.ring.Keys(t.Context(), account("acct_1"))
	b.must(err)
	if keys.Secret != "rk_live_second_of_acct_1" || len(keys.Webhooks) != 2 || keys.Webhooks[1] != "whsec_first000" {
		t.Errorf("after half a minute: %+v", keys)
	}
}

// A webhook under a secret that was replaced a moment ago is believed at once,
// while made-up ones open nothing.
func TestFreshKeysAreReadAtMostOnceASecond(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.connect("rk_live_first_of_acct_1", "whsec_first000")
	for range 3 {
		_, err := b.ring.Fresh(t.Context(), account("acct_1"))
		b.must(err)
	}
	if b.box.opened != 2 {
		t.Errorf("opened %d times", b.box.opened)
	}
	b.connect("rk_live_first_of_acct_1", "whsec_second00")
	b.now = b.now.Add(time.Second)
	keys, err := b.ring.Fresh(t.Context(), account("acct_1"))
	b.must(err)
	if keys.Webhooks[0] != "whsec_second00" {
		t.Errorf("%+v", keys)
	}
	if keys, _ := b.ring.Keys(t.Context(), account("acct_1")); keys.Webhooks[0] != "whsec_second00" {
		t.Error("what was read is not remembered")
	}
}

// R050: what was saved at an account stays there when another is connected.
func TestAnAccountThatIsLeftIsChargedAndRefundedOn(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.connect("rk_live_old_of_acct_1", "")
	_, err := b.service.Disconnect(t.Context(), live, record.System, "acct_1", false)
	b.must(err)
	b.connect("rk_live_new_of_acct_2", "")
	state, err := record.Get[merchant.State](t.Context(), b.store, live, live.String())
	b.must(err)
	if g, _ := state.GatewayFor("EUR", "DE"); g.Reference != "acct_2" {
		t.Errorf("a new card is saved at %s", g.Reference)
	}
	if keys, err := b.ring.Keys(t.Context(), account("acct_1")); err != nil || keys.Secret != "rk_live_old_of_acct_1" {
		t.Errorf("%+v, %v", keys, err)
	}
	_, err = b.service.Disconnect(t.Context(), live, record.System, "acct_1", true)
	b.must(err)
	b.now = b.now.Add(time.Minute)
	if _, err := b.ring.Keys(t.Context(), account("acct_1")); !errors.Is(err, gateways.ErrNotConnected) || !errors.Is(err, gateway.ErrGone) {
		t.Errorf("forgotten keys: %v", err)
	}
	if errors.Is(gateways.ErrNotConnected, gateway.ErrRejected) {
		t.Error("a payment whose keys are gone counts as one that was never made")
	}
}

func TestWhatIsNotConnectedHasNoKeys(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.connect("rk_live_first_of_acct_1", "")
	for _, id := range []string{"bus_1.test.acct_1", "bus_2.live.acct_1", "bus_1.live.acct_2", "bus_1.live", "acct_1", ""} {
		if _, err := b.ring.Keys(t.Context(), gateway.Account{Gateway: "stripe", ID: id}); !errors.Is(err, gateways.ErrNotConnected) || !errors.Is(err, gateway.ErrGone) {
			t.Errorf("%q: %v", id, err)
		}
	}
}

func TestAnAccountThatCannotChargeIsNotConnected(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.service.Inspectors["stripe"] = teller{closed: true}
	_, err := b.service.Connect(t.Context(), live, record.System, gateways.Order{Gateway: "stripe", Secret: "rk_live_x_of_acct_1", Key: "pk_live_0123456789"})
	if !errors.Is(err, gateways.ErrClosed) {
		t.Errorf("%v", err)
	}
}

func TestHearingFromAGatewayIsWrittenHourly(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.connect("rk_live_first_of_acct_1", "whsec_first000")
	before := len(b.store.Commits())
	for range 5 {
		b.ring.Heard(t.Context(), account("acct_1"))
	}
	got, err := b.service.Get(t.Context(), live, "acct_1")
	b.must(err)
	if wrote := len(b.store.Commits()) - before; wrote != 1 || !got.HeardAt.Equal(b.now) {
		t.Errorf("written %d times, heard at %s", wrote, got.HeardAt)
	}
}

// What an account told is read from when it is connected until it is
// forgotten; one that was connected before that was done starts with its next
// webhook, as far back as there is anything.
func TestAnArchiveIsReadForAsLongAsItsKeyIsKnown(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	reading := func() merchant.Reading {
		c, err := record.Get[merchant.Connection](t.Context(), b.store, live, account("acct_1").ID)
		b.must(err)
		return c.Reading
	}
	b.connect("rk_live_first_of_acct_1", "whsec_first000")
	if r := reading(); !r.From.Equal(b.now) || !r.Next.Equal(b.now.Add(time.Hour)) {
		t.Errorf("connected: %+v", r)
	}
	_, err := b.service.Disconnect(t.Context(), live, record.System, "acct_1", false)
	b.must(err)
	if reading().Next.IsZero() {
		t.Error("a retired account is not read")
	}
	_, err = b.service.Disconnect(t.Context(), live, record.System, "acct_1", true)
	b.must(err)
	if !reading().Next.IsZero() {
		t.Error("a forgotten account is read")
	}
	b.connect("rk_live_second_of_acct_1", "whsec_first000")
	c, err := record.Get[merchant.Connection](t.Context(), b.store, live, account("acct_1").ID)
	b.must(err)
	c.Reading = merchant.Reading{}
	b.must(b.store.Commit(t.Context(), record.Commit{Scope: live, Actor: record.System, Cause: "test", Put: []any{c}}))
	b.ring.Heard(t.Context(), account("acct_1"))
	if r := reading(); !r.From.Equal(b.now.AddDate(0, 0, -30)) || r.Next.IsZero() {
		t.Errorf("connected long ago: %+v", r)
	}
}

// A change is checked by the gateway that the account is at.
func TestAChangeAsksTheGatewayOfTheAccount(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.service.Inspectors["other"] = teller{closed: true} // whoever asked it would be refused
	b.connect("rk_live_first_of_acct_1", "")
	_, err := b.service.Change(t.Context(), live, record.System, "acct_1", gateways.Patch{Secret: "rk_live_second_of_acct_1"})
	b.must(err)
	for reference, secret := range map[string]string{"acct_9": "rk_live_x_of_acct_9", "sandbox": "rk_live_x_of_sandbox"} {
		if _, err := b.service.Change(t.Context(), live, record.System, reference, gateways.Patch{Secret: secret}); !errors.Is(err, gateways.ErrNotConnected) {
			t.Errorf("%s: %v", reference, err)
		}
	}
	state, err := record.Get[merchant.State](t.Context(), b.store, live, live.String())
	b.must(err)
	moved := state.Gateways[0]
	moved.Name = "other"
	b.must(b.store.Commit(t.Context(), record.Commit{Scope: live, Actor: record.System, Cause: "test", Put: []any{state.Connect(moved)}}))
	if _, err := b.service.Change(t.Context(), live, record.System, "acct_1", gateways.Patch{Secret: "rk_live_third_of_acct_1"}); !errors.Is(err, gateways.ErrClosed) {
		t.Errorf("another gateway's account was checked elsewhere: %v", err)
	}
}
