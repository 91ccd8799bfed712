package sfn_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http/httptest"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	client "github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"

	"perennial/infra/local/asl"
	"perennial/infra/local/identity"
	"perennial/infra/local/lambda"
	"perennial/infra/local/sfn"
	"perennial/infra/local/wait"
)

const definition = `{
  "StartAt": "Wait",
  "States": {
    "Wait": {
      "Type": "Task", "Resource": "arn:aws:states:::lambda:invoke.waitForTaskToken",
      "Parameters": {"FunctionName": "${HoldFlowFunctionArn}", "Payload": {"token.$": "$$.Task.Token", "hold.$": "$.hold"}},
      "TimeoutSeconds": 600, "Next": "Finish"
    },
    "Finish": {
      "Type": "Task", "Resource": "arn:aws:states:::lambda:invoke",
      "Parameters": {"FunctionName": "${HoldFlowFunctionArn}", "Payload": {"paid.$": "$.paid"}},
      "OutputPath": "$.Payload", "TimeoutSeconds": 60, "End": true
    }
  }
}`

// tasks is the function behind both states; it publishes the tokens it got.
type tasks struct{ tokens chan string }

func (f tasks) Invoke(_ context.Context, name string, payload []byte) ([]byte, *lambda.FunctionError, error) {
	var in struct {
		Token string `json:"token"`
		Paid  bool   `json:"paid"`
	}
	if err := json.Unmarshal(payload, &in); err != nil {
		return nil, nil, err
	}
	switch {
	case name != "holdflow":
		return nil, nil, errors.New("no function " + name)
	case in.Token != "":
		f.tokens <- in.Token
		return []byte(`{}`), nil, nil
	case !in.Paid:
		return nil, &lambda.FunctionError{Type: "NotPaid", Payload: []byte(`{}`)}, nil
	}
	return []byte(`{"outcome":"done"}`), nil, nil
}

// flows is a server with the SDK's client of it.
type flows struct {
	*sfn.Server
	api    *client.Client
	arn    *string
	tokens chan string
}

func start(t *testing.T, dir string) flows {
	t.Helper()
	machine, err := asl.Parse([]byte(definition), map[string]string{"HoldFlowFunctionArn": identity.ARN("lambda", "function:holdflow")})
	if err != nil {
		t.Fatal(err)
	}
	f := flows{tokens: make(chan string, 1), arn: &machine.ARN}
	if f.Server, err = sfn.Start(sfn.Options{Machine: machine, Invoker: tasks{f.tokens}, Dir: dir}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(f.Stop)
	server := httptest.NewServer(f.API())
	t.Cleanup(server.Close)
	f.api = client.New(client.Options{BaseEndpoint: aws.String(server.URL), Region: identity.Region, Credentials: identity.Credentials()})
	return f
}

func (f flows) begin(t *testing.T) *string {
	t.Helper()
	out, err := f.api.StartExecution(t.Context(), &client.StartExecutionInput{
		StateMachineArn: f.arn, Name: aws.String("hold-1"), Input: aws.String(`{"hold":{"id":1}}`),
	})
	if err != nil {
		t.Fatal(err)
	}
	return out.ExecutionArn
}

// end waits until the execution is closed.
func (f flows) end(t *testing.T, arn *string) *client.DescribeExecutionOutput {
	t.Helper()
	var out *client.DescribeExecutionOutput
	wait.Until(t, "the execution has ended", func() bool {
		var err error
		if out, err = f.api.DescribeExecution(t.Context(), &client.DescribeExecutionInput{ExecutionArn: arn}); err != nil {
			t.Fatal(err)
		}
		return out.Status != types.ExecutionStatusRunning
	})
	return out
}

func TestTokenCarriesTheExecutionToItsEnd(t *testing.T) {
	t.Parallel()
	f := start(t, "")
	arn := f.begin(t)
	token := <-f.tokens
	success := &client.SendTaskSuccessInput{TaskToken: &token, Output: aws.String(`{"paid":true}`)}
	if _, err := f.api.SendTaskSuccess(t.Context(), success); err != nil {
		t.Fatal(err)
	}
	out := f.end(t, arn)
	if out.Status != types.ExecutionStatusSucceeded || aws.ToString(out.Output) != `{"outcome":"done"}` || out.StopDate == nil {
		t.Errorf("execution = %+v", out)
	}
	_, err := f.api.SendTaskSuccess(t.Context(), success)
	var over *types.TaskTimedOut
	if !errors.As(err, &over) {
		t.Errorf("second answer: %v, want TaskTimedOut", err)
	}
}

func TestExecutionGoesOnAfterARestartWithTheSameToken(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	before := start(t, dir)
	arn := before.begin(t)
	token := <-before.tokens
	waitForToken(t, before)
	before.Stop()
	after := start(t, dir)
	if _, err := after.api.SendTaskSuccess(t.Context(), &client.SendTaskSuccessInput{TaskToken: &token, Output: aws.String(`{"paid":true}`)}); err != nil {
		t.Fatal(err)
	}
	if out := after.end(t, arn); out.Status != types.ExecutionStatusSucceeded {
		t.Errorf("execution = %+v", out)
	}
}

// waitForToken waits until the function's answer has arrived and only the
// token is missing.
func waitForToken(t *testing.T, f flows) {
	t.Helper()
	wait.Until(t, "the execution waits for its token", func() bool {
		all := f.Executions()
		return len(all) == 1 && all[0].At.Phase == "token"
	})
}

func TestFailuresReachTheExecution(t *testing.T) {
	t.Parallel()
	f := start(t, "")
	arn := f.begin(t)
	token := <-f.tokens
	if _, err := f.api.SendTaskSuccess(t.Context(), &client.SendTaskSuccessInput{TaskToken: &token, Output: aws.String(`{"paid":false}`)}); err != nil {
		t.Fatal(err)
	}
	if out := f.end(t, arn); out.Status != types.ExecutionStatusFailed || aws.ToString(out.Error) != "NotPaid" {
		t.Errorf("execution = %+v", out)
	}
}

func TestStartIsIdempotentByNameAndInput(t *testing.T) {
	t.Parallel()
	f := start(t, "")
	first, second := f.begin(t), f.begin(t)
	if *first != *second {
		t.Errorf("%s and %s", *first, *second)
	}
	_, err := f.api.StartExecution(t.Context(), &client.StartExecutionInput{StateMachineArn: f.arn, Name: aws.String("hold-1"), Input: aws.String(`{}`)})
	var exists *types.ExecutionAlreadyExists
	if !errors.As(err, &exists) {
		t.Errorf("other input: %v", err)
	}
	token := <-f.tokens
	if _, err := f.api.SendTaskFailure(t.Context(), &client.SendTaskFailureInput{TaskToken: &token, Error: aws.String("Gone"), Cause: aws.String("test")}); err != nil {
		t.Fatal(err)
	}
	f.end(t, first)
	list, err := f.api.ListExecutions(t.Context(), &client.ListExecutionsInput{StateMachineArn: f.arn, StatusFilter: types.ExecutionStatusFailed})
	if err != nil || len(list.Executions) != 1 || *list.Executions[0].Name != "hold-1" {
		t.Errorf("list = %+v, %v", list, err)
	}
}

func TestUnknownNamesAreRefused(t *testing.T) {
	t.Parallel()
	f := start(t, "")
	_, err := f.api.DescribeExecution(t.Context(), &client.DescribeExecutionInput{ExecutionArn: aws.String("arn:none")})
	var noExecution *types.ExecutionDoesNotExist
	if !errors.As(err, &noExecution) {
		t.Errorf("describe: %v", err)
	}
	_, err = f.api.StartExecution(t.Context(), &client.StartExecutionInput{StateMachineArn: aws.String("arn:none"), Name: aws.String("x")})
	var noMachine *types.StateMachineDoesNotExist
	if !errors.As(err, &noMachine) {
		t.Errorf("start: %v", err)
	}
	_, err = f.api.SendTaskSuccess(t.Context(), &client.SendTaskSuccessInput{TaskToken: aws.String("?"), Output: aws.String("{}")})
	var badToken *types.InvalidToken
	if !errors.As(err, &badToken) {
		t.Errorf("token: %v", err)
	}
}
