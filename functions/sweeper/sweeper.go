package main

import (
	"context"
	"log/slog"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"perennial/shared/sweep"
)

// margin of the invocation's time is kept for the last batch and the log.
const margin = 5 * time.Second

// The metric that tells how late due work is; an alarm watches it.
const (
	namespace = "Perennial"
	oldestDue = "OldestDueAge" // seconds
)

// runner sweeps once.
type runner interface {
	Run(ctx context.Context) (sweep.Report, error)
}

type sweeper struct{ sweep runner }

// invoke answers one tick of the schedule. What a tick does not manage, the
// next one does.
func (s sweeper) invoke(ctx context.Context, _ events.EventBridgeEvent) error {
	limited := ctx
	if end, ok := ctx.Deadline(); ok {
		var cancel context.CancelFunc
		limited, cancel = context.WithDeadline(ctx, end.Add(-margin))
		defer cancel()
	}
	report, err := s.sweep.Run(limited)
	level, problem := slog.LevelInfo, ""
	if err != nil {
		level, problem = slog.LevelError, err.Error()
	}
	slog.Log(ctx, level, "swept",
		"_aws", metric(time.Now()), oldestDue, report.Oldest.Seconds(),
		"queued", report.Queued, "braked", report.Braked, "cut", report.Cut, "error", problem)
	return err
}

// metric makes CloudWatch read the metric from the log line (embedded metric
// format): no request, no permission.
func metric(at time.Time) map[string]any {
	return map[string]any{
		"Timestamp": at.UnixMilli(),
		"CloudWatchMetrics": []map[string]any{{
			"Namespace": namespace, "Dimensions": [][]string{{}},
			"Metrics": []map[string]string{{"Name": oldestDue, "Unit": "Seconds"}},
		}},
	}
}
