package register_test

import (
	"fmt"
	"math"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"perennial/shared/billing"
	"perennial/shared/charging"
	"perennial/shared/dunning"
	"perennial/shared/gateway/gatewaytest"
	"perennial/shared/lifecycle/lifecycletest"
	"perennial/shared/merchant"
	"perennial/shared/recovery"
	"perennial/shared/register"
)

const day = 24 * time.Hour

// fates are what becomes of failed renewals, in turn.
var fates = []struct {
	name  string
	steps []gatewaytest.Step
	hand  int // day on which the customer pays; 0 never
}{
	{"never paid", []gatewaytest.Step{gatewaytest.Decline("insufficient_funds")}, 0},
	{"paid by a retry", []gatewaytest.Step{gatewaytest.Decline("insufficient_funds"), gatewaytest.Succeed()}, 0},
	{"paid by the customer", []gatewaytest.Step{gatewaytest.Decline("insufficient_funds")}, 5},
	{"not failed", []gatewaytest.Step{gatewaytest.Succeed()}, 0},
	{"paid by the second retry", []gatewaytest.Step{gatewaytest.Decline("insufficient_funds"), gatewaytest.Decline("do_not_honor"), gatewaytest.Succeed()}, 0},
}

// seeded makes subscriptions with cards of their own, each with its fate.
func seeded(w *lifecycletest.World, n int) []billing.Subscription {
	w.T.Helper()
	one := w.Active("visa_ok")
	var subs []billing.Subscription
	var objects []any
	for i := range n {
		s := one
		s.ID, s.Version, s.Receipts = fmt.Sprintf("sub_%03d", i), 0, nil
		s.Method.Reference = fmt.Sprintf("pm_of_%03d", i)
		s.Method.ID, s.Method.Version, s.Method.Fingerprint = s.Method.Reference, 0, s.Method.Reference
		w.Gateway.Program(s.Method.Reference, fates[i%len(fates)].steps...)
		subs, objects = append(subs, s), append(objects, s, s.Method)
	}
	for part := range slices.Chunk(objects, 50) {
		w.Put(part...)
	}
	return subs
}

// R309: the report tells of each group what the gateway's ledger tells of it:
// whose renewals failed, and for whom money came within the window.
func TestUpliftCountsWhatTheLedgerSays(t *testing.T) {
	t.Parallel()
	w := lifecycletest.New(t)
	w.SetRecovery(func(r *merchant.Recovery) { r.Holdout = 50 })
	subs := seeded(w, 60)
	due := subs[0].Period.End
	w.AdvanceTo(due.Add(5 * day))
	for i, s := range subs {
		if fates[i%len(fates)].hand > 0 {
			w.Gateway.Program(s.Method.Reference, gatewaytest.Succeed())
			_, err := w.Recovery.ChangeMethod(t.Context(), recovery.Pay{Scope: w.Scope, Subscription: s.ID, Method: s.Method.ID, By: billing.ByCustomer})
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	reports := &register.Service{Store: w.Store}
	report := func() register.Uplift {
		u, err := reports.Uplift(t.Context(), w.Scope, w.State(), time.Time{}, time.Time{}, w.Now())
		if err != nil {
			t.Fatal(err)
		}
		return u
	}
	if u := report(); len(u.Groups) != 0 {
		t.Errorf("failures whose window still runs count: %+v", u.Groups)
	}
	w.AdvanceTo(due.Add(30*day + time.Hour))
	want := groups(w, subs, due.Time().Add(30*day))
	if diff := cmp.Diff(want, report().Groups); diff != "" {
		t.Errorf("(-ledger +report):\n%s", diff)
	}
	if len(want) != 2 || want[billing.PacingHoldout].Failures < 10 || want[billing.PacingSmart].Recovered < 10 {
		t.Errorf("the groups prove nothing: %+v", want)
	}
	w.Reconcile()
}

// groups reads from holds and ledger what the report should say.
func groups(w *lifecycletest.World, subs []billing.Subscription, until time.Time) map[billing.Pacing]dunning.Group {
	captured := map[string]bool{}
	for _, line := range w.Gateway.Ledger() {
		_, owner, _, ok := charging.ParseTag(line.Payment)
		if ok && line.Kind == gatewaytest.Capture && !line.At.After(until) {
			captured[owner] = true
		}
	}
	out := map[billing.Pacing]dunning.Group{}
	for i, s := range subs {
		if fates[i%len(fates)].name == "not failed" {
			continue
		}
		pacing := lifecycletest.Get[billing.Hold](w, billing.HoldID(s.ID, 1)).Pacing
		g := out[pacing]
		g.Failures++
		if captured[s.ID] {
			g.Recovered++
		}
		out[pacing] = g
	}
	return out
}

// The intervals of dunning, computed in another way: Wilson's bounds are those
// shares of which the observed one is z standard errors away, found by halving
// (E. B. Wilson, JASA 22 (1927) 209; method 3 of R. G. Newcombe, Statistics in
// Medicine 17 (1998) 857); the difference is method 10 of Newcombe, ibid. 873.
func TestUpliftsIntervalsAgreeWithAnotherComputation(t *testing.T) {
	t.Parallel()
	near := func(a, b float64) bool { return math.Abs(a-b) < 1e-6 }
	for n := 1; n <= 60; n += 7 {
		for k := 0; k <= n; k++ {
			one, other := dunning.Group{Failures: n, Recovered: k}, dunning.Group{Failures: 2*n + 1, Recovered: k}
			low, high := halved(one, -1), halved(one, 1)
			if r := one.Rate(); !near(r.Low, low) || !near(r.High, high) {
				t.Fatalf("%d of %d: %+v, not %f to %f", k, n, r, low, high)
			}
			p, q := share(one), share(other)
			from := p - q - math.Hypot(p-low, halved(other, 1)-q)
			to := p - q + math.Hypot(high-p, q-halved(other, -1))
			if u := dunning.Uplift(one, other); !near(u.Low, from) || !near(u.High, to) {
				t.Fatalf("%+v against %+v: %+v, not %f to %f", one, other, u, from, to)
			}
		}
	}
}

func share(g dunning.Group) float64 { return float64(g.Recovered) / float64(g.Failures) }

// halved finds Wilson's bound on one side of a share.
func halved(g dunning.Group, side float64) float64 {
	const z = 1.959963984540054 // the 97.5 % quantile of the normal distribution
	p, n := share(g), float64(g.Failures)
	inside, outside := p, (1+side)/2
	for range 60 {
		middle := (inside + outside) / 2
		if math.Abs(p-middle) <= z*math.Sqrt(middle*(1-middle)/n) {
			inside = middle
		} else {
			outside = middle
		}
	}
	return inside
}
