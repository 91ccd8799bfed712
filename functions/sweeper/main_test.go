package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"os"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/google/go-cmp/cmp"

	"perennial/shared/config"
	"perennial/shared/sweep"
)

// run is a sweep that answers as it is told and remembers its deadline.
type run struct {
	report sweep.Report
	err    error
	until  time.Time
}

func (r *run) Run(ctx context.Context) (sweep.Report, error) {
	r.until, _ = ctx.Deadline()
	return r.report, r.err
}

func tick(t *testing.T) events.EventBridgeEvent {
	t.Helper()
	payload, err := os.ReadFile("../../events/sweeper-tick.json")
	if err != nil {
		t.Fatal(err)
	}
	var e events.EventBridgeEvent
	if err := json.Unmarshal(payload, &e); err != nil {
		t.Fatal(err)
	}
	return e
}

// logged runs f and gives the one line that it logged.
func logged(t *testing.T, f func()) map[string]any {
	t.Helper()
	var out bytes.Buffer
	old := slog.Default()
	slog.SetDefault(config.Logger(&out, ""))
	defer slog.SetDefault(old)
	f()
	var line map[string]any
	if err := json.Unmarshal(out.Bytes(), &line); err != nil {
		t.Fatalf("%v: %s", err, &out)
	}
	return line
}

func TestATickSweepsAndTellsHowLateWorkIs(t *testing.T) {
	r := &run{report: sweep.Report{Oldest: 90 * time.Second, Queued: map[string]int{"work-live": 3}}}
	end := time.Now().Add(time.Minute)
	ctx, cancel := context.WithDeadline(t.Context(), end)
	defer cancel()
	line := logged(t, func() {
		if err := (sweeper{r}).invoke(ctx, tick(t)); err != nil {
			t.Error(err)
		}
	})
	if !r.until.Equal(end.Add(-margin)) {
		t.Errorf("the sweep may run until %v, the function until %v", r.until, end)
	}
	directive := line["_aws"].(map[string]any)["CloudWatchMetrics"]
	want := []any{map[string]any{
		"Namespace": "Perennial", "Dimensions": []any{[]any{}},
		"Metrics": []any{map[string]any{"Name": "OldestDueAge", "Unit": "Seconds"}},
	}}
	if diff := cmp.Diff(want, directive); diff != "" {
		t.Error(diff)
	}
	if line["OldestDueAge"] != 90.0 || line["level"] != "INFO" {
		t.Errorf("the line is %v", line)
	}
}

func TestAFailedSweepFailsTheTickAndIsLogged(t *testing.T) {
	r := &run{err: errors.New("no table")}
	line := logged(t, func() {
		if err := (sweeper{r}).invoke(t.Context(), tick(t)); !errors.Is(err, r.err) {
			t.Errorf("the tick answered %v", err)
		}
	})
	if line["error"] != "no table" || line["level"] != "ERROR" {
		t.Errorf("the line is %v", line)
	}
}
