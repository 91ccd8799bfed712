package operations_test

import (
	"testing"
	"time"

	"perennial/shared/lifecycle/lifecycletest"
	"perennial/shared/merchant"
)

func TestTheDoctorNamesAnAccountWhoseEventsAreNotRead(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		status merchant.GatewayStatus
		read   time.Duration // ago; zero: never
		since  time.Duration
		found  bool
	}{
		"read yesterday":            {read: 25 * time.Hour, since: 90 * time.Hour},
		"not for two days":          {read: 48 * time.Hour, since: 90 * time.Hour, found: true},
		"never, just connected":     {since: time.Hour},
		"never":                     {since: 50 * time.Hour, found: true},
		"retired, not for two days": {read: 49 * time.Hour, status: merchant.GatewayRetired, found: true},
		"forgotten, not for a year": {read: 9000 * time.Hour, status: merchant.GatewayForgotten},
	} {
		w := lifecycletest.New(t)
		now := w.Clock.Now()
		conn := merchant.Connection{ID: merchant.GatewayAccount(w.Scope, "acct_1"), Secret: "sealed"}.Watch(now.Add(-c.since), now)
		if c.read > 0 {
			conn.Reading.ReadAt = now.Add(-c.read)
		}
		state, err := w.Store.State(t.Context(), w.Scope)
		if err != nil {
			t.Fatal(err)
		}
		w.Put(state.Connect(merchant.Gateway{Name: "stripe", Account: conn.ID, Reference: "acct_1", Status: c.status}), conn)
		findings, err := service(w).Examine(t.Context(), w.Scope, nil)
		if err != nil {
			t.Fatal(err)
		}
		if got := len(findings) == 1 && findings[0].Object == "acct_1"; got != c.found || len(findings) > 1 {
			t.Errorf("%s: %+v", name, findings)
		}
	}
}
