package operations_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"perennial/shared/billing"
	"perennial/shared/charging"
	"perennial/shared/fault"
	"perennial/shared/gateway/gatewaytest"
	"perennial/shared/ids"
	"perennial/shared/lifecycle/lifecycletest"
	"perennial/shared/merchant"
	"perennial/shared/operations"
	"perennial/shared/record"
)

func service(w *lifecycletest.World) *operations.Service {
	return &operations.Service{Store: w.Store, Wall: w.Clock.Now, Actor: record.Actor{Kind: record.ByOperator, ID: "test"}}
}

func ledger(w *lifecycletest.World) operations.Ledger {
	return func(_ context.Context, _ merchant.Scope) (map[string]int64, error) {
		net := make(map[string]int64)
		for _, line := range w.Gateway.Ledger() {
			_, _, payment, _ := charging.ParseTag(line.Payment)
			if line.Kind == gatewaytest.Refund {
				line.Amount.Minor = -line.Amount.Minor
			}
			net[payment] += line.Amount.Minor
		}
		return net, nil
	}
}

func TestAFoundedBusinessHasBothModes(t *testing.T) {
	t.Parallel()
	w := lifecycletest.New(t)
	b, err := service(w).Found(t.Context(), operations.Founding{Name: "Fabrikam", Email: "a@fabrikam.example", Country: "DE", Zone: "Europe/Berlin"})
	if err != nil {
		t.Fatal(err)
	}
	for _, mode := range []merchant.Mode{merchant.Test, merchant.Live} {
		state, err := w.Store.State(t.Context(), merchant.Scope{Business: b.ID, Mode: mode})
		if err != nil || state.Business.Name != "Fabrikam" || state.Recovery.WindowDays != 30 {
			t.Errorf("%s: %+v, %v", mode, state, err)
		}
	}
}

func TestAFoundingNamesEverythingThatIsWrong(t *testing.T) {
	t.Parallel()
	_, err := service(lifecycletest.New(t)).Found(t.Context(), operations.Founding{Zone: "Mars/Olympus", Country: "de"})
	f := fault.Of(err)
	if f == nil || len(f.Problems) != 4 {
		t.Errorf("problems: %v", err)
	}
}

func TestAKeyIsStoredHashedOnly(t *testing.T) {
	t.Parallel()
	w := lifecycletest.New(t)
	secret, key, err := service(w).CreateKey(t.Context(), w.Scope, "ci", true)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(secret, "sk_test_") || key.Hash != ids.Hash(secret) || strings.Contains(key.Hash, secret) {
		t.Errorf("key %+v for a secret with prefix %s", key, secret[:8])
	}
	if _, _, err := service(w).CreateKey(t.Context(), merchant.Scope{Business: "bus_none", Mode: merchant.Test}, "", false); err == nil {
		t.Error("a key was made for a business that does not exist")
	}
}

func TestAKeyIsRevokedBySecretOrByHashAndOnce(t *testing.T) {
	t.Parallel()
	for name, given := range map[string]func(secret string) string{
		"by secret": func(secret string) string { return secret },
		"by hash":   ids.Hash,
	} {
		w := lifecycletest.New(t)
		secret, made, err := service(w).CreateKey(t.Context(), w.Scope, "ci", false)
		if err != nil {
			t.Fatal(err)
		}
		w.Clock.Advance(time.Hour)
		at := w.Clock.Now()
		key, err := service(w).RevokeKey(t.Context(), given(secret))
		if err != nil || !key.RevokedAt.Equal(at) || key.Scope != w.Scope {
			t.Errorf("%s: %+v, %v", name, key, err)
		}
		w.Clock.Advance(time.Hour)
		if _, err := service(w).RevokeKey(t.Context(), given(secret)); err != nil {
			t.Errorf("%s, again: %v", name, err)
		}
		_, stored, err := record.Lookup[merchant.APIKey](t.Context(), w.Store, made.Hash)
		if err != nil || !stored.RevokedAt.Equal(at) {
			t.Errorf("%s: stored %+v, %v", name, stored, err)
		}
	}
}

func TestAKeyThatWasJustUsedIsRevokedAllTheSame(t *testing.T) {
	t.Parallel()
	w := lifecycletest.New(t)
	secret, key, err := service(w).CreateKey(t.Context(), w.Scope, "ci", false)
	if err != nil {
		t.Fatal(err)
	}
	w.Store.Before = func(c record.Commit) error { // somebody writes its last use first
		w.Store.Before = nil
		used := record.Next(key)
		used.LastUsed = w.Clock.Now()
		return w.Store.Commit(t.Context(), record.Commit{Scope: w.Scope, Actor: record.System, Cause: "key used", Put: []any{used}})
	}
	got, err := service(w).RevokeKey(t.Context(), secret)
	if err != nil || got.RevokedAt.IsZero() || got.LastUsed.IsZero() {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestAKeyThatWasNeverMadeCannotBeRevoked(t *testing.T) {
	t.Parallel()
	w := lifecycletest.New(t)
	for _, given := range []string{"sk_test_guess", ids.Hash("sk_test_guess"), ""} {
		if _, err := service(w).RevokeKey(t.Context(), given); !errors.Is(err, operations.ErrNoKey) {
			t.Errorf("%q: %v", given, err)
		}
	}
}

func TestTheBrakeStopsRenewalsAndReleasesThem(t *testing.T) {
	t.Parallel()
	w := lifecycletest.New(t)
	s := w.Active("visa_ok")
	for _, scope := range []merchant.Scope{w.Scope, merchant.Deployment} {
		if err := service(w).Brake(t.Context(), scope, merchant.Brake{Stopped: true}); err != nil {
			t.Fatal(err)
		}
		w.Clock.Set(s.Period.End.Time())
		if err := w.Collect(s.ID); err == nil {
			t.Errorf("%s stopped, and a renewal was charged", scope)
		}
		if got := w.Sub(s.ID); got.Lock.Set() || got.Period != s.Period {
			t.Errorf("%s stopped, and the subscription changed", scope)
		}
		if err := service(w).Brake(t.Context(), scope, merchant.Brake{}); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Collect(s.ID); err != nil || w.Sub(s.ID).Period == s.Period {
		t.Errorf("released, the renewal is made: %v", err)
	}
	w.Reconcile()
}

func TestTheDoctorFindsNothingInWholeBooksAndEverythingInBroken(t *testing.T) {
	t.Parallel()
	w := lifecycletest.New(t)
	paid := w.Active("mastercard_ok") // first: buying the product again would end the hold
	held := w.OnHold()
	findings, err := service(w).Examine(t.Context(), w.Scope, ledger(w))
	if err != nil || len(findings) != 0 {
		t.Fatalf("whole books: %v, %v", findings, err)
	}
	for _, v := range lifecycletest.All[billing.Invoice](w) {
		if v.Subscription == paid.ID {
			v.Total.Minor++
			w.Put(v)
		}
	}
	lost := w.Sub(held.ID)
	lost.HoldEpoch = 9
	lost.Lock = billing.Lock{Payment: "pay_gone", Amount: lost.Price.Amount}
	w.Put(lost)
	findings, err = service(w).Examine(t.Context(), w.Scope, ledger(w))
	if err != nil {
		t.Fatal(err)
	}
	rules := make(map[string]bool)
	for _, f := range findings {
		rules[f.Rule] = true
	}
	for _, want := range []string{"no payment lock is older than its lease", "every on_hold has a hold", "payments equal their invoices"} {
		if !rules[want] {
			t.Errorf("the doctor missed %q: %v", want, findings)
		}
	}
}

// minute is a budget that is used up.
type minute struct{ left int }

func (m *minute) Allow(context.Context, merchant.Scope, int) (bool, error) {
	m.left--
	return m.left >= 0, nil
}

func TestTheBrakeSlowsChargesToSoManyPerMinute(t *testing.T) {
	t.Parallel()
	w := lifecycletest.New(t)
	first, second := w.Active("visa_ok"), w.Active("mastercard_ok")
	w.Charging.Brake = &minute{left: 1}
	if err := service(w).Brake(t.Context(), w.Scope, merchant.Brake{PerMinute: 1}); err != nil {
		t.Fatal(err)
	}
	w.Clock.Set(first.Period.End.Time())
	if err := w.Collect(first.ID); err != nil {
		t.Fatal(err)
	}
	if err := w.Collect(second.ID); err == nil || w.Sub(second.ID).Lock.Set() {
		t.Errorf("the second charge of a minute of one: %v", err)
	}
	w.Reconcile()
}
