package gatewaytest

import (
	"errors"
	"sync"
	"testing"
	"time"

	"perennial/shared/gateway"
	"perennial/shared/money"
)

var account = gateway.Account{Gateway: "sandbox", ID: "acct"}

func TestFakeKeepsTheContract(t *testing.T) {
	t.Parallel()
	open := func(*testing.T) Bench {
		f := NewFake()
		var skew time.Duration
		f.Now = func() time.Time { return time.Now().Add(skew) }
		must := func(t *testing.T, err error) {
			if err != nil {
				t.Fatal(err)
			}
		}
		return Bench{
			Payments: f, Vault: f, Refunder: f, Disputer: f, Account: account, Other: gateway.Account{Gateway: "sandbox", ID: "other"},
			Token:   func(_ *testing.T, card string) string { return f.Token(card) },
			Approve: func(t *testing.T, id gateway.Intent) { _, err := f.Approve(id); must(t, err) },
			Reject:  func(t *testing.T, id gateway.Intent) { _, err := f.Reject(id); must(t, err) },
			Break:   func(_ *testing.T, op Op, _ string, when When) { f.Break(op, when) },
			Ledger:  func(*testing.T) []Line { return f.Ledger() },
			Advance: func(d time.Duration) { skew += d },
			Dispute: func(t *testing.T, id gateway.Intent, stage gateway.DisputeStage) string {
				ref, err := f.Open(id, stage)
				must(t, err)
				return ref
			},
			Rule:     func(t *testing.T, ref string, to gateway.DisputeState) { must(t, f.Rule(ref, to)) },
			Escalate: func(t *testing.T, ref string) { must(t, f.Escalate(ref)) },
		}
	}
	Contract(t, open)
	DebitContract(t, open)
}

func (f *Fake) charge(t *testing.T, method, key string) (gateway.Outcome, error) {
	t.Helper()
	id, err := f.Prepare(t.Context(), account, gateway.Params{
		Key: key, Amount: money.Of(500, "USD"), Customer: "cus", Method: method, OnSession: true,
	})
	if err != nil {
		t.Fatal(err)
	}
	return f.Confirm(t.Context(), account, id, key+"-confirm")
}

func TestProgrammedStepsAreTakenInOrderAndTheLastRepeats(t *testing.T) {
	t.Parallel()
	f := NewFake()
	f.Program("pm_1", Decline("insufficient_funds"), Succeed().Lost(After), Succeed())
	first, err := f.charge(t, "pm_1", "a")
	if err != nil || first.Decline.Code != "insufficient_funds" {
		t.Errorf("first: %+v, %v", first, err)
	}
	if _, err := f.charge(t, "pm_1", "b"); !errors.Is(err, ErrLost) {
		t.Errorf("second: %v", err)
	}
	for _, key := range []string{"c", "d"} {
		if out, err := f.charge(t, "pm_1", key); err != nil || out.State != gateway.StateSucceeded {
			t.Errorf("%s: %+v, %v", key, out, err)
		}
	}
	if got := len(f.Ledger()); got != 3 {
		t.Errorf("%d captures, want 3: the lost answer captured too", got)
	}
}

func TestProcessingSettlesLater(t *testing.T) {
	t.Parallel()
	f := NewFake()
	f.Program("pm_debit", Processing(Decline("insufficient_funds")))
	out, err := f.charge(t, "pm_debit", "a")
	if err != nil || out.State != gateway.StateProcessing {
		t.Fatalf("%+v, %v", out, err)
	}
	settled, err := f.Settle(out.Intent)
	if err != nil || settled.State != gateway.StateDeclined {
		t.Errorf("%+v, %v", settled, err)
	}
}

func TestDownGatewayDoesNothing(t *testing.T) {
	t.Parallel()
	f := NewFake()
	f.Down(true)
	if _, err := f.Enrol(t.Context(), account, "cus"); !errors.Is(err, ErrLost) {
		t.Errorf("got %v", err)
	}
	f.Down(false)
	if _, err := f.Enrol(t.Context(), account, "cus"); err != nil {
		t.Error(err)
	}
	if got := f.Calls(OpEnrol); got != 2 {
		t.Errorf("%d calls counted, want 2", got)
	}
}

func TestConcurrentConfirmsCaptureOnce(t *testing.T) {
	t.Parallel()
	f := NewFake()
	f.Program("pm_1", Succeed())
	id, err := f.Prepare(t.Context(), account, gateway.Params{Key: "k", Amount: money.Of(500, "USD"), Method: "pm_1"})
	if err != nil {
		t.Fatal(err)
	}
	var group sync.WaitGroup
	for _, key := range []string{"a", "a", "b", "c"} {
		group.Go(func() {
			if _, err := f.Confirm(t.Context(), account, id, key); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	if got := len(f.Ledger()); got != 1 {
		t.Errorf("%d captures, want 1", got)
	}
}
