package publish

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"perennial/shared/billing"
	"perennial/shared/record"
)

// flowSchema is the version of the workflow's input; an execution lives for
// weeks.
const flowSchema = 1

// leastWait keeps a window that is all but over from ending before the hold
// was announced.
const leastWait = time.Minute

// flowInput is what an execution starts with and hands to every task.
type flowInput struct {
	Flow        flowHold `json:"flow"`
	WaitSeconds int64    `json:"wait_seconds"`
}

type flowHold struct {
	V            int    `json:"v"`
	Scope        string `json:"scope"`
	Subscription string `json:"subscription"`
	Epoch        int    `json:"epoch"`
	Run          int    `json:"run"`
}

// start begins the execution of a hold's current run. Its input depends on
// the hold alone: an execution is the same one only when its input is too.
func (s *Service) start(ctx context.Context, o record.Outbox, h billing.Hold) error {
	input, err := json.Marshal(flowInput{
		Flow: flowHold{
			V: flowSchema, Scope: o.Scope.String(), Subscription: h.Subscription, Epoch: h.Epoch, Run: h.Run,
		},
		WaitSeconds: int64(max(leastWait, h.WindowEnds.Sub(h.StartedAt)).Seconds()),
	})
	if err != nil {
		return err
	}
	if err := s.Flow.Start(ctx, h.Execution(), input); err != nil {
		return fmt.Errorf("start %s: %w", h.Execution(), err)
	}
	return nil
}

// wake repeats the answer to a waiting task that whoever decided the hold may
// have failed to send. A hold without a token waits nowhere: the task that
// stores its token reads the verdict afterwards.
func (s *Service) wake(ctx context.Context, h billing.Hold) error {
	if h.Token == "" || h.TokenRun != h.Run {
		return nil
	}
	output, err := json.Marshal(map[string]string{"outcome": string(h.Verdict)})
	if err != nil {
		return err
	}
	if _, err := s.Flow.Succeed(ctx, h.Token, output); err != nil { // gone: it was told already
		return fmt.Errorf("wake %s: %w", h.Execution(), err)
	}
	return nil
}
