package fault_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"perennial/shared/fault"
)

var (
	errPending = fault.New(fault.Conflict, "PREVIOUS_PAYMENT_PENDING", "A payment for this subscription is still being processed.")
	errMissing = fault.New(fault.NotFound, "SUBSCRIPTION_NOT_FOUND", "There is no such subscription.")
)

func TestAWrappedFaultIsStillThatFault(t *testing.T) {
	t.Parallel()
	err := fmt.Errorf("cancel sub_1: %w", errPending)
	if !errors.Is(err, errPending) || errors.Is(err, errMissing) {
		t.Errorf("%v is errPending %t, is errMissing %t", err, errors.Is(err, errPending), errors.Is(err, errMissing))
	}
	if got := fault.Of(err); got != errPending {
		t.Errorf("Of = %v, want %v", got, errPending)
	}
	if got, want := err.Error(), "cancel sub_1: PREVIOUS_PAYMENT_PENDING: A payment for this subscription is still being processed."; got != want {
		t.Errorf("text %q, want %q", got, want)
	}
}

func TestAFaultIsKnownByKindCodeAndMessage(t *testing.T) {
	t.Parallel()
	var check fault.Check
	check.That(false, "code", "has ended")
	code := fault.New(fault.Invalid, "DISCOUNT_CODE", "The code cannot be used.")
	for name, c := range map[string]struct {
		err  error
		want bool
	}{
		"itself, made again":           {fault.New(fault.Invalid, "DISCOUNT_CODE", "The code cannot be used."), true},
		"with its problems":            {fmt.Errorf("sell: %w", check.Fault("DISCOUNT_CODE", "The code cannot be used.")), true},
		"of another kind":              {fault.New(fault.Conflict, "DISCOUNT_CODE", "The code cannot be used."), false},
		"another sentence of its code": {fault.New(fault.Invalid, "DISCOUNT_CODE", "The code has ended."), false},
		"another code":                 {fault.New(fault.Invalid, "DISCOUNT", "The code cannot be used."), false},
		"joined with something else":   {errors.Join(errMissing, code), true},
	} {
		if got := errors.Is(c.err, code); got != c.want {
			t.Errorf("%s: %t", name, got)
		}
	}
	if errors.Is(errPending, fmt.Errorf("cancel sub_1: %w", errPending)) {
		t.Error("a fault is equal to an error that merely wraps it")
	}
}

func TestOtherErrorsAreNoFault(t *testing.T) {
	t.Parallel()
	if got := fault.Of(errors.New("connection reset")); got != nil {
		t.Errorf("Of = %v, want nil", got)
	}
	if got := fault.Of(nil); got != nil {
		t.Errorf("Of(nil) = %v, want nil", got)
	}
}

func TestACheckReportsEveryProblemAtOnce(t *testing.T) {
	t.Parallel()
	var check fault.Check
	check.That(false, "customer.email", "must be an address")
	check.That(true, "quantity", "must be positive")
	check.That(false, "", "one of product and addon is required")
	err := check.Fault("INVALID_REQUEST_BODY", "The request is not valid.")

	got := fault.Of(err)
	want := &fault.Fault{
		Kind: fault.Invalid, Code: "INVALID_REQUEST_BODY", Message: "The request is not valid.",
		Problems: []fault.Problem{
			{Field: "customer.email", Message: "must be an address"},
			{Message: "one of product and addon is required"},
		},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("fault (-want +got):\n%s", diff)
	}
	if got, want := err.Error(), "INVALID_REQUEST_BODY: customer.email: must be an address; one of product and addon is required"; got != want {
		t.Errorf("text %q, want %q", got, want)
	}
}

func TestACheckWithoutProblemsIsNil(t *testing.T) {
	t.Parallel()
	var check fault.Check
	check.That(true, "quantity", "must be positive")
	if err := check.Fault("INVALID_REQUEST_BODY", "The request is not valid."); err != nil {
		t.Errorf("Fault = %v, want nil", err)
	}
}
