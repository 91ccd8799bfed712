package lifecycle_test

import (
	"testing"
	"time"

	"perennial/shared/billing"
	"perennial/shared/charging"
	"perennial/shared/gateway"
	"perennial/shared/gateway/gatewaytest"
	"perennial/shared/lifecycle/lifecycletest"
)

// A bank debit that is pending for days is asked for hourly on the first day
// and every six hours then, however often the collector comes by; a notice
// ends it at once.
func TestAPendingDebitIsAskedForSeldomAndHeardAtOnce(t *testing.T) {
	t.Parallel()
	w := lifecycletest.New(t)
	s := w.Active("visa_ok")
	w.Gateway.Program(s.Method.Reference, gatewaytest.Processing(gatewaytest.Succeed()))
	w.Clock.Set(s.Period.End.Time())
	perDay := make([]int, 5)
	for minute := range len(perDay) * 24 * 12 {
		before := w.Gateway.Calls(gatewaytest.OpFind)
		if err := w.Collect(s.ID); err != nil {
			t.Fatal(err)
		}
		perDay[minute/(24*12)] += w.Gateway.Calls(gatewaytest.OpFind) - before
		w.Clock.Advance(5 * time.Minute)
	}
	for i, n := range perDay {
		if most := map[bool]int{true: 25, false: 5}[i == 0]; n > most || n < 3 {
			t.Errorf("day %d: asked %d times, at most %d are due", i+1, n, most)
		}
	}
	l := w.Sub(s.ID).Lock
	if _, err := w.Gateway.Settle(gateway.Intent(l.Intent)); err != nil {
		t.Fatal(err)
	}
	account := lifecycletest.Account(w.Scope)
	out, err := w.Gateway.Find(t.Context(), account, gateway.Intent(l.Intent))
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Charging.Hear(t.Context(), charging.Notice{Account: account, Event: "evt_1", Outcome: out}); err != nil {
		t.Fatal(err)
	}
	if got := w.Sub(s.ID); got.Lock.Set() || got.Period.Start != s.Period.End {
		t.Errorf("after the notice: lock %q, period %v", got.Lock.State, got.Period)
	}
	w.Reconcile()
}

// A gateway that does not answer is asked less and less often, and a customer
// who comes by is not made to wait for that.
func TestADeadGatewayIsSpared(t *testing.T) {
	t.Parallel()
	w := lifecycletest.New(t)
	s := w.Active("visa_ok")
	w.Clock.Set(s.Period.End.Time())
	w.Gateway.Down(true)
	asked := func() int {
		return w.Gateway.Calls(gatewaytest.OpPrepare) + w.Gateway.Calls(gatewaytest.OpFind)
	}
	before := asked()
	for range 60 {
		if err := w.Collect(s.ID); err != nil {
			t.Fatal(err)
		}
		w.Clock.Advance(time.Minute)
	}
	if n := asked() - before; n < 4 || n > 8 {
		t.Errorf("asked %d times in an hour", n)
	}
	if got := w.Sub(s.ID); got.Status != billing.StatusActive || !got.Failure.At.IsZero() {
		t.Errorf("a dead gateway is the customer's fault: %s %+v", got.Status, got.Failure)
	}
	w.Gateway.Down(false)
	if _, err := w.Recovery.Finish(t.Context(), w.Scope, s.ID); err != nil || w.Sub(s.ID).Period.Start != s.Period.End {
		t.Errorf("the customer's look: %v, period %v", err, w.Sub(s.ID).Period)
	}
	w.Reconcile()
}
