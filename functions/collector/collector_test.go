package main

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/google/go-cmp/cmp"

	"perennial/shared/charging"
	"perennial/shared/merchant"
	"perennial/shared/record"
)

// desk plays the use cases.
type desk struct {
	mu       sync.Mutex
	err      error
	panics   bool
	arrived  bool
	did      []record.DueItem
	advanced []merchant.Scope
	queued   []string
}

func (d *desk) Perform(_ context.Context, item record.DueItem) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.panics {
		panic("a bug")
	}
	d.did = append(d.did, item)
	return d.err
}

func (d *desk) Run(_ context.Context, scope merchant.Scope, _ time.Time) (bool, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.advanced = append(d.advanced, scope)
	return d.arrived, nil
}

func (d *desk) failed(t *testing.T) []string {
	t.Helper()
	raw, err := os.ReadFile("../../events/collector-due.json")
	if err != nil {
		t.Fatal(err)
	}
	var batch events.SQSEvent
	if err := json.Unmarshal(raw, &batch); err != nil {
		t.Fatal(err)
	}
	c := collector{life: d, advancer: d, again: func(_ context.Context, m []byte) error {
		d.queued = append(d.queued, string(m))
		return nil
	}}
	answer, err := c.invoke(t.Context(), batch)
	if err != nil {
		t.Fatal(err)
	}
	var failed []string
	for _, f := range answer.BatchItemFailures {
		failed = append(failed, f.ItemIdentifier[:8])
	}
	return failed
}

func TestEachMessageIsAnsweredForItself(t *testing.T) {
	t.Parallel()
	const due, unreadable = "5fea7756", "0c0f7f62"
	for _, c := range []struct {
		name string
		desk *desk
		want []string
	}{
		{"done", &desk{arrived: true}, []string{unreadable}},
		{"failed", &desk{arrived: true, err: errors.New("no table")}, []string{due, unreadable}},
		{"a bug in one", &desk{arrived: true, panics: true}, []string{due, unreadable}},
		{"the brake is on: the next tick brings it again", &desk{arrived: true, err: charging.ErrStopped}, []string{unreadable}},
		{"somebody else was faster", &desk{arrived: true, err: record.ErrStale}, []string{unreadable}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(c.want, c.desk.failed(t)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestAClockThatHasNotArrivedIsQueuedAgain(t *testing.T) {
	t.Parallel()
	d := &desk{}
	d.failed(t)
	if len(d.advanced) != 1 || len(d.queued) != 1 || d.queued[0] != `{"v":1,"clock":"bus_1.test"}` {
		t.Errorf("advanced %v, queued %v", d.advanced, d.queued)
	}
	if d.did[0].Customer != "cus_1" || d.did[0].Scope != (merchant.Scope{Business: "bus_1", Mode: merchant.Test}) {
		t.Errorf("did %+v", d.did)
	}
}
