package charging_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"perennial/shared/billing"
	"perennial/shared/gateway/gatewaytest"
	"perennial/shared/lifecycle/lifecycletest"
	"perennial/shared/record"
)

var errCrash = errors.New("the function died here")

// crashes makes the n-th step from now fail, counting commits and gateway
// calls together: before its effect, or after it with the reply lost.
type crashes struct {
	w     *lifecycletest.World
	steps int
	at    int
	after bool
	fired bool
}

func plan(w *lifecycletest.World, at int, after bool) *crashes {
	c := &crashes{w: w, at: at, after: after}
	w.Store.Before = func(record.Commit) error { return c.step(false) }
	w.Store.After = func(record.Commit) error { return c.reply() }
	w.Gateway.OnCall = func(op gatewaytest.Op) {
		when := gatewaytest.Before
		if after {
			when = gatewaytest.After
		}
		if c.step(true) != nil {
			w.Gateway.Break(op, when)
		}
	}
	return c
}

// step counts and says whether this one dies before its effect. The gateway
// is told about both kinds of death here, since the fake carries them out.
func (c *crashes) step(atGateway bool) error {
	c.steps++
	if c.steps != c.at || c.fired || c.after && !atGateway {
		return nil
	}
	c.fired = true
	return errCrash
}

// reply says whether the commit that just happened dies after its effect.
func (c *crashes) reply() error {
	if c.after && c.steps == c.at && !c.fired {
		c.fired = true
		return errCrash
	}
	return nil
}

func (c *crashes) stop() {
	c.w.Store.Before, c.w.Store.After, c.w.Gateway.OnCall = nil, nil, nil
}

// settleDown lets leases run out and collectors come by until nothing is left.
func settleDown(w *lifecycletest.World, id string) {
	for range 4 {
		w.Clock.Advance(16 * time.Minute)
		if err := w.Collect(id); err != nil {
			w.T.Errorf("collect: %v", err)
		}
	}
}

func TestARenewalSurvivesADeathAtEveryStep(t *testing.T) {
	t.Parallel()
	for _, after := range []bool{false, true} {
		for at := 1; ; at++ {
			w := lifecycletest.New(t)
			s := w.Active("visa_ok")
			w.Clock.Set(s.Period.End.Time())
			c := plan(w, at, after)
			err := w.Collect(s.ID)
			c.stop()
			if !c.fired {
				if at < 6 {
					t.Fatalf("a renewal has only %d steps", at-1)
				}
				break
			}
			settleDown(w, s.ID)
			got := w.Sub(s.ID)
			if got.Status != billing.StatusActive || got.Period.Start != s.Period.End {
				t.Errorf("death at step %d, after %v (%v): %s, period %v", at, after, err, got.Status, got.Period)
			}
			if n := paidRenewals(w); n != 1 {
				t.Errorf("death at step %d, after %v: %d renewals paid", at, after, n)
			}
			w.Reconcile()
		}
	}
}

func paidRenewals(w *lifecycletest.World) int {
	n := 0
	for _, v := range lifecycletest.All[billing.Invoice](w) {
		if v.Cause == billing.CauseRenewal && v.Status == billing.InvoicePaid {
			n++
		}
	}
	return n
}

func TestPayingTheDuesSurvivesADeathAtEveryStep(t *testing.T) {
	t.Parallel()
	for _, card := range []string{"visa_ok", "decline_on_charge", "authenticate_always"} {
		for _, after := range []bool{false, true} {
			for at := 1; ; at++ {
				w := lifecycletest.New(t)
				s := w.OnHold()
				c := plan(w, at, after)
				_, err := w.Pay(s.ID, card)
				c.stop()
				if !c.fired {
					break
				}
				settleDown(w, s.ID)
				if got := w.Sub(s.ID); got.Status == billing.StatusOnHold {
					again, err := w.Pay(s.ID, "mastercard_ok")
					if err != nil || again.Subscription.Status != billing.StatusActive {
						t.Errorf("%s, death at %d: paying again: %v, %v", card, at, again.Subscription.Status, err)
					}
				}
				if n := paidRenewals(w); n != 1 {
					t.Errorf("%s, death at step %d, after %v (%v): %d renewals paid", card, at, after, err, n)
				}
				w.Reconcile()
			}
		}
	}
}

func TestADeadGatewayDelaysAndLosesNothing(t *testing.T) {
	t.Parallel()
	w := lifecycletest.New(t)
	s := w.Active("visa_ok")
	w.Clock.Set(s.Period.End.Time())
	w.Gateway.Down(true)
	for range 12 {
		if err := w.Collect(s.ID); err != nil {
			t.Fatal(err)
		}
		w.Clock.Advance(5 * time.Minute)
	}
	if got := w.Sub(s.ID); got.Status != billing.StatusActive {
		t.Errorf("while the gateway is dead access ends: %s", got.Status)
	}
	w.Gateway.Down(false)
	settleDown(w, s.ID)
	if n := paidRenewals(w); n != 1 {
		t.Errorf("after the outage %d renewals are paid", n)
	}
	w.Reconcile()
}

func TestAnythingAtOnceChargesAPeriodOnce(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(r *rapid.T) {
		w := lifecycletest.New(t)
		s := w.OnHold()
		var log []string
		defer func() {
			if t.Failed() {
				r.Fatalf("sequence: %v", log)
			}
		}()
		for range rapid.IntRange(1, 12).Draw(r, "steps") {
			act := rapid.SampledFrom([]string{"pay", "pay", "challenge", "approve", "finish", "collect", "wait", "crash", "cancel", "event"}).Draw(r, "act")
			log = append(log, act)
			perform(r, w, s.ID, act)
		}
		w.Store.Before, w.Store.After, w.Gateway.OnCall = nil, nil, nil
		settleDown(w, s.ID)
		w.Reconcile()
	})
}

// perform does one of the things that customers, collectors and bad luck do.
func perform(r *rapid.T, w *lifecycletest.World, id, act string) {
	ctx := w.T.Context()
	switch act {
	case "pay", "challenge":
		card := map[string]string{"pay": "visa_ok", "challenge": "authenticate_always"}[act]
		_, _ = w.Pay(id, card) // refusals are part of the game
	case "approve":
		_, _ = w.Gateway.Approve(intentOf(w, id))
	case "finish":
		_, _ = w.Recovery.Finish(ctx, w.Scope, id)
	case "collect":
		_ = w.Collect(id)
	case "wait":
		w.Clock.Advance(time.Duration(rapid.IntRange(1, 40).Draw(r, "minutes")) * time.Minute)
	case "crash":
		plan(w, rapid.IntRange(1, 6).Draw(r, "at"), rapid.Bool().Draw(r, "after"))
	case "cancel":
		_, _ = w.Life.Cancel(ctx, cancelNow(w, id))
	case "event":
		hear(w, id)
	default:
		panic(fmt.Sprintf("no such act %q", act))
	}
}
