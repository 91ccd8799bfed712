package sfn_test

import (
	"context"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	client "github.com/aws/aws-sdk-go-v2/service/sfn"

	"perennial/infra/local/awsjson"
	"perennial/infra/local/identity"
	"perennial/shared/flow/sfn"
)

// flow is the adapter before a service that answers every call with an error
// of a code, or with a body when there is no code.
func flow(t *testing.T, code string, body any) (*sfn.Flow, *string) {
	t.Helper()
	var asked string
	call := func(_ context.Context, request []byte) (any, error) {
		asked = string(request)
		if code != "" {
			return nil, awsjson.Errorf(code, "told to")
		}
		return body, nil
	}
	server := httptest.NewServer(awsjson.Service{"StartExecution": call, "SendTaskSuccess": call, "DescribeExecution": call})
	t.Cleanup(server.Close)
	return sfn.New(client.New(client.Options{
		BaseEndpoint: aws.String(server.URL), Region: identity.Region, Credentials: identity.Credentials(), RetryMaxAttempts: 1,
	}), identity.ARN("states", "stateMachine:hold")), &asked
}

func TestStartingTwiceIsASuccess(t *testing.T) {
	t.Parallel()
	for code, fails := range map[string]bool{"": false, "ExecutionAlreadyExists": false, "InvalidArn": true} {
		f, asked := flow(t, code, map[string]any{"executionArn": "arn", "startDate": 1})
		err := f.Start(t.Context(), "hold-sub_1-1-1", []byte(`{"v":1}`))
		if (err != nil) != fails {
			t.Errorf("%q answered %v", code, err)
		}
		if !strings.Contains(*asked, "hold-sub_1-1-1") || !strings.Contains(*asked, "stateMachine:hold") {
			t.Errorf("asked for %s", *asked)
		}
	}
}

func TestATokenThatNobodyWaitsWithIsGone(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		code        string
		gone, fails bool
	}{
		{"", false, false}, {"TaskTimedOut", true, false}, {"TaskDoesNotExist", true, false},
		{"InvalidToken", true, false}, {"InvalidOutput", false, true},
	} {
		f, _ := flow(t, c.code, map[string]any{})
		gone, err := f.Succeed(t.Context(), "secret-token", []byte(`{}`))
		if gone != c.gone || (err != nil) != c.fails {
			t.Errorf("%q answered gone %v, %v", c.code, gone, err)
		}
		if err != nil && strings.Contains(err.Error(), "secret-token") {
			t.Errorf("the token is in the error: %v", err)
		}
	}
}

func TestStatusOfAnExecution(t *testing.T) {
	t.Parallel()
	f, asked := flow(t, "", map[string]any{"status": "RUNNING", "startDate": 1})
	if got, err := f.Status(t.Context(), "hold-sub_1-1-1"); err != nil || got != sfn.StatusRunning {
		t.Errorf("a running execution is %q, %v", got, err)
	}
	if !strings.Contains(*asked, ":execution:hold:hold-sub_1-1-1") {
		t.Errorf("asked for %s", *asked)
	}
	f, _ = flow(t, "ExecutionDoesNotExist", nil)
	if got, err := f.Status(t.Context(), "hold-sub_1-1-1"); err != nil || got != sfn.StatusNone {
		t.Errorf("no execution is %q, %v", got, err)
	}
	f, _ = flow(t, "InvalidArn", nil)
	if _, err := f.Status(t.Context(), "x"); err == nil {
		t.Error("an error was taken for an answer")
	}
}
