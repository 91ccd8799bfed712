package operations_test

import (
	"errors"
	"testing"

	"perennial/shared/billing"
	"perennial/shared/lifecycle/lifecycletest"
	"perennial/shared/operations"
	"perennial/shared/recovery"
)

func TestARepairRaisesTheRunAndStartsTheFlowAnew(t *testing.T) {
	t.Parallel()
	w := lifecycletest.New(t)
	s := w.OnHold()
	before := w.Hold(s).Execution()
	hold, err := service(w).RepairHold(t.Context(), w.Scope, s.ID)
	if err != nil || hold.Run != 2 || hold.Execution() == before {
		t.Fatalf("repaired: %+v, %v", hold, err)
	}
	boxes := w.Store.Outboxes()
	if last := boxes[len(boxes)-1]; len(last.Events) != 1 || last.Events[0].Type != billing.EventHoldStarted {
		t.Errorf("the publisher is told %+v", last.Events)
	}
	old, err := w.Recovery.Perform(t.Context(), recovery.Task{Step: recovery.StepExpire, Scope: w.Scope, Subscription: s.ID, Epoch: 1, Run: 1})
	if err != nil || old.Outcome != recovery.OutcomeEnded {
		t.Errorf("a task of the old execution: %+v, %v", old, err)
	}
	if _, err := w.Pay(s.ID, "visa_ok"); err != nil {
		t.Fatal(err)
	}
	done, err := w.Recovery.Perform(t.Context(), recovery.Task{Step: recovery.StepReactivate, Scope: w.Scope, Subscription: s.ID, Epoch: 1, Run: 2})
	if err != nil || done.Outcome != recovery.OutcomeDone {
		t.Errorf("the new execution: %+v, %v", done, err)
	}
	if _, err := service(w).RepairHold(t.Context(), w.Scope, s.ID); !errors.Is(err, operations.ErrNoFlow) {
		t.Errorf("repairing a finished flow: %v", err)
	}
	w.Reconcile()
}
