package main

import (
	"context"
	"fmt"
	"time"

	"perennial/shared/merchant"
	"perennial/shared/recovery"
)

// event is the payload that the state machine sends.
type event struct {
	Step  string `json:"step"`
	Token string `json:"token"`
	Flow  struct {
		Schema       int    `json:"v"`
		Scope        string `json:"scope"`
		Subscription string `json:"subscription"`
		Epoch        int    `json:"epoch"`
		Run          int    `json:"run"`
	} `json:"flow"`
}

// answer is what the state machine hears.
type answer struct {
	Outcome     string `json:"outcome"`
	WaitSeconds int64  `json:"wait_seconds"`
}

// tasks are the steps of the hold workflow.
type tasks interface {
	Perform(ctx context.Context, t recovery.Task) (recovery.Answer, error)
}

// flowSchema is the version of the flow's input; an execution lives for
// weeks, so older ones must keep working.
const flowSchema = 1

// shortestWait keeps a flow whose scope has a frozen clock from spinning.
const shortestWait = 60

// longestWait is what a task state may wait; the workflow asks again after it.
const longestWait = 99_999_999

func invoke(t tasks) func(context.Context, event) (answer, error) {
	return func(ctx context.Context, e event) (answer, error) {
		scope, ok := merchant.ParseScope(e.Flow.Scope)
		if !ok || e.Flow.Schema != flowSchema {
			return answer{}, fmt.Errorf("flow of schema %d names no hold", e.Flow.Schema)
		}
		got, err := t.Perform(ctx, recovery.Task{
			Step: recovery.Step(e.Step), Scope: scope, Subscription: e.Flow.Subscription,
			Epoch: e.Flow.Epoch, Run: e.Flow.Run, Token: e.Token,
		})
		if err != nil {
			return answer{}, err
		}
		return answer{Outcome: string(got.Outcome), WaitSeconds: seconds(got.Wait)}, nil
	}
}

// seconds is a wait in whole seconds, never shorter than it is; none stays
// none.
func seconds(wait time.Duration) int64 {
	if wait <= 0 {
		return 0
	}
	return min(max(int64((wait+time.Second-1)/time.Second), shortestWait), longestWait)
}
