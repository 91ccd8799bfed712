package dynamo_test

import (
	"context"
	"testing"

	"perennial/shared/record"
)

// renewalUnits is what a renewal may cost in write units, indexes included
// (design: 30 at most, 24 is the aim).
const renewalUnits = 30

type committer func(record.Commit) error

func (c committer) Commit(_ context.Context, commit record.Commit) error { return c(commit) }

func TestARenewalCostsThreeWritesAndThirtyUnits(t *testing.T) {
	t.Parallel()
	m := &metered{line: newLine(t), t: t}
	r := newRenewal(t, m.Store)
	m.units, m.requests = 0, 0
	r.run(t, committer(m.Commit))
	t.Logf("renewal: %d write units in %d requests", m.units, m.requests)
	if m.requests != 3 {
		t.Errorf("a renewal makes %d write requests, 3 are wanted", m.requests)
	}
	if m.units > renewalUnits {
		t.Errorf("a renewal costs %d write units, at most %d are wanted", m.units, renewalUnits)
	}
}
