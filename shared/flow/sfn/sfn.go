// Package sfn starts, answers and looks at executions of the hold state
// machine in AWS Step Functions. The table is the truth about a hold; an
// execution is its timer and waiting place, so everything here may be
// repeated.
package sfn

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"
)

// Flow is one state machine.
type Flow struct {
	client  calls
	machine string
}

// New names a state machine by its ARN; it asks nothing of it. Without an ARN
// only Succeed works.
func New(client *sfn.Client, machine string) *Flow {
	return &Flow{client: callsOf(client), machine: machine}
}

// calls are the operations that a flow makes: without the client itself the
// linker leaves out the SDK's others (see dynamo).
type calls struct {
	StartExecution    func(context.Context, *sfn.StartExecutionInput, ...func(*sfn.Options)) (*sfn.StartExecutionOutput, error)
	SendTaskSuccess   func(context.Context, *sfn.SendTaskSuccessInput, ...func(*sfn.Options)) (*sfn.SendTaskSuccessOutput, error)
	DescribeExecution func(context.Context, *sfn.DescribeExecutionInput, ...func(*sfn.Options)) (*sfn.DescribeExecutionOutput, error)
}

func callsOf(c *sfn.Client) calls {
	return calls{c.StartExecution, c.SendTaskSuccess, c.DescribeExecution}
}

// Start starts the execution with a name and a JSON input. An execution that
// was started before, by whomever, is a success.
func (f *Flow) Start(ctx context.Context, name string, input []byte) error {
	text := string(input)
	_, err := f.client.StartExecution(ctx, &sfn.StartExecutionInput{StateMachineArn: &f.machine, Name: &name, Input: &text})
	var exists *types.ExecutionAlreadyExists
	if err != nil && !errors.As(err, &exists) {
		return fmt.Errorf("start %s: %w", name, err)
	}
	return nil
}

// Succeed answers the task that waits with a token, with a JSON output. Gone
// says that nobody waits with it any more: the task was answered, timed out,
// or the token never was one.
func (f *Flow) Succeed(ctx context.Context, token string, output []byte) (gone bool, err error) {
	text := string(output)
	_, err = f.client.SendTaskSuccess(ctx, &sfn.SendTaskSuccessInput{TaskToken: &token, Output: &text})
	var late *types.TaskTimedOut
	var none *types.TaskDoesNotExist
	var invalid *types.InvalidToken
	if errors.As(err, &late) || errors.As(err, &none) || errors.As(err, &invalid) {
		return true, nil
	}
	if err != nil {
		return false, fmt.Errorf("answer task: %w", err) // the token is a credential: never in an error
	}
	return false, nil
}

// Status is the state of an execution, in the words of Step Functions.
type Status string

// The states.
const (
	StatusNone      Status = "" // no such execution
	StatusRunning   Status = "RUNNING"
	StatusSucceeded Status = "SUCCEEDED"
	StatusFailed    Status = "FAILED"
	StatusTimedOut  Status = "TIMED_OUT"
	StatusAborted   Status = "ABORTED"
)

// Status looks at the execution with a name; it may lag behind by moments.
func (f *Flow) Status(ctx context.Context, name string) (Status, error) {
	arn := strings.Replace(f.machine, ":stateMachine:", ":execution:", 1) + ":" + name
	out, err := f.client.DescribeExecution(ctx, &sfn.DescribeExecutionInput{ExecutionArn: &arn})
	var none *types.ExecutionDoesNotExist
	if errors.As(err, &none) {
		return StatusNone, nil
	}
	if err != nil {
		return StatusNone, fmt.Errorf("look at %s: %w", name, err)
	}
	return Status(out.Status), nil
}
