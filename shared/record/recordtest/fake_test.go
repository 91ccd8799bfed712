package recordtest_test

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"perennial/shared/billing"
	"perennial/shared/merchant"
	"perennial/shared/record"
	"perennial/shared/record/recordtest"
)

func TestAHookRefusesACommitOrLosesItsReply(t *testing.T) {
	t.Parallel()
	lost := errors.New("no reply")
	scope := merchant.Scope{Business: "bus_1", Mode: merchant.Test}
	commit := record.Commit{
		Scope: scope, Put: []any{billing.Customer{ID: "cus_1"}},
		Events: []billing.Event{{Type: billing.EventNotice, Object: "cus_1"}},
	}
	fake := recordtest.New()
	fake.Before = func(record.Commit) error { return lost }
	if err := fake.Commit(t.Context(), commit); !errors.Is(err, lost) || len(fake.Events()) != 0 {
		t.Fatalf("a refused commit answered %v and left %v", err, fake.Events())
	}
	fake.Before, fake.After = nil, func(record.Commit) error { return lost }
	if err := fake.Commit(t.Context(), commit); !errors.Is(err, lost) {
		t.Fatalf("a lost reply answered %v", err)
	}
	if diff := cmp.Diff(commit.Events, fake.Events()); diff != "" {
		t.Error("the effect of a lost reply is gone:\n" + diff)
	}
}

func TestTheFakeKeepsTheContract(t *testing.T) {
	t.Parallel()
	recordtest.Suite(t, func(testing.TB) recordtest.Store { return recordtest.New() })
}
