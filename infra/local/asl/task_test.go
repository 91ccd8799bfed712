package asl_test

import (
	"encoding/json"
	"errors"
	"testing"
	"time"

	"perennial/infra/local/asl"
)

const retried = `{"StartAt": "T", "States": {
	"T": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "TimeoutSeconds": 30,
		"Parameters": {"FunctionName": "${F}", "Payload": {"entered.$": "$$.State.EnteredTime"}},
		"ResultPath": "$.r",
		"Retry": [
			{"ErrorEquals": ["Busy"], "IntervalSeconds": 10, "MaxAttempts": 4, "BackoffRate": 2, "MaxDelaySeconds": 30},
			{"ErrorEquals": ["Never"], "MaxAttempts": 0},
			{"ErrorEquals": ["States.TaskFailed"], "IntervalSeconds": 1, "MaxAttempts": 1}
		],
		"Catch": [
			{"ErrorEquals": ["States.Timeout"], "Next": "Late"},
			{"ErrorEquals": ["States.ALL"], "ResultPath": "$.failure", "Next": "Caught"}
		],
		"End": true},
	"Late": {"Type": "Pass", "End": true},
	"Caught": {"Type": "Pass", "End": true}}}`

func TestRetryAndCatch(t *testing.T) {
	t.Parallel()
	busy, never, odd := fails("Busy"), fails("Never"), fails("Odd")
	lost := func() ([]byte, error) { return nil, errors.New("connection reset") }
	tests := []struct {
		name   string
		script []func() ([]byte, error)
		at     []int // seconds of each call
		output string
	}{
		{"no error", []func() ([]byte, error){says(`1`)}, []int{0}, `{"a":1,"r":{"ExecutedVersion":"$LATEST","Payload":1,"StatusCode":200}}`},
		{"back-off doubles up to its ceiling", []func() ([]byte, error){busy}, []int{0, 10, 30, 60, 90}, `{"a":1,"failure":{"Cause":"because","Error":"Busy"}}`},
		{"no attempts means no retry", []func() ([]byte, error){never}, []int{0}, `{"a":1,"failure":{"Cause":"because","Error":"Never"}}`},
		{"each retrier counts for itself", []func() ([]byte, error){busy, odd, busy, says(`1`)}, []int{0, 10, 11, 31}, `{"a":1,"r":{"ExecutedVersion":"$LATEST","Payload":1,"StatusCode":200}}`},
		{"a lost reply is Lambda's client error", []func() ([]byte, error){lost}, []int{0, 1}, `{"a":1,"failure":{"Cause":"connection reset","Error":"Lambda.SdkClientException"}}`},
		{"TaskFailed is every error but a timeout", []func() ([]byte, error){fails("States.Timeout")}, []int{0}, `{"Cause":"because","Error":"States.Timeout"}`},
		{"an answer that is no JSON", []func() ([]byte, error){says(`oops`)}, []int{0, 1}, `{"a":1,"failure":{"Cause":"the function answered no JSON","Error":"Lambda.Unknown"}}`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			host := &scripted{script: test.script}
			s := run(t, retried, `{"a":1}`, host)
			if string(s.Output) != test.output {
				t.Errorf("%s %s: output %s, want %s", s.Status, s.Error, s.Output, test.output)
			}
			if len(host.at) != len(test.at) {
				t.Fatalf("called at %v, want seconds %v", host.at, test.at)
			}
			for i, seconds := range test.at {
				if host.at[i] != time.Duration(seconds)*time.Second {
					t.Errorf("call %d at %s, want %d s", i+1, host.at[i], seconds)
				}
			}
		})
	}
}

func TestFunctionSlowerThanItsTimeout(t *testing.T) {
	t.Parallel()
	host := &scripted{}
	host.script = []func() ([]byte, error){func() ([]byte, error) {
		host.Set(host.Now().Add(30 * time.Second))
		return []byte(`1`), nil
	}}
	if s := run(t, retried, `{}`, host); string(s.Output) != `{"Cause":"","Error":"States.Timeout"}` {
		t.Errorf("%s %s: %s", s.Status, s.Error, s.Output)
	}
}

func TestFullJitterStaysUnderTheDelayAndRepeats(t *testing.T) {
	t.Parallel()
	const machine = `{"StartAt": "T", "States": {"T": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "TimeoutSeconds": 1,
		"Parameters": {"FunctionName": "${F}"}, "End": true,
		"Retry": [{"ErrorEquals": ["States.ALL"], "IntervalSeconds": 8, "MaxAttempts": 20, "BackoffRate": 1, "JitterStrategy": "FULL"}]}}}`
	first, second := &scripted{script: []func() ([]byte, error){fails("X")}}, &scripted{script: []func() ([]byte, error){fails("X")}}
	run(t, machine, `{}`, first)
	run(t, machine, `{}`, second)
	distinct := map[time.Duration]bool{}
	for i := 1; i < len(first.at); i++ {
		delay := first.at[i] - first.at[i-1]
		distinct[delay] = true
		if delay < 0 || delay > 8*time.Second || first.at[i] != second.at[i] {
			t.Errorf("retry %d after %s and %s", i, delay, second.at[i]-second.at[i-1])
		}
	}
	if len(first.at) != 21 || len(distinct) < 15 {
		t.Errorf("%d calls, %d different delays", len(first.at), len(distinct))
	}
}

func TestRuntimeErrorsAreNeverCaught(t *testing.T) {
	t.Parallel()
	tests := map[string]string{
		"a parameter's path selects nothing": `"TimeoutSeconds": 5, "Parameters": {"FunctionName": "${F}", "Payload": {"x.$": "$.gone"}}`,
		"a timeout of no seconds":            `"TimeoutSecondsPath": "$.zero", "Parameters": {"FunctionName": "${F}"}`,
		"a timeout that is text":             `"TimeoutSecondsPath": "$.text", "Parameters": {"FunctionName": "${F}"}`,
		"a selector's path selects nothing":  `"TimeoutSeconds": 5, "Parameters": {"FunctionName": "${F}"}, "ResultSelector": {"x.$": "$.Payload.gone"}`,
	}
	for name, fields := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			host := &scripted{script: []func() ([]byte, error){says(`{}`)}}
			s := run(t, `{"StartAt": "T", "States": {"T": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", `+fields+`,
				"Retry": [{"ErrorEquals": ["States.ALL"]}], "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "S"}], "End": true},
				"S": {"Type": "Succeed"}}}`, `{"zero": 0, "text": "5"}`, host)
			if s.Status != asl.StatusFailed || s.Error != "States.Runtime" {
				t.Errorf("%s %s: %s", s.Status, s.Error, s.Cause)
			}
		})
	}
}

func TestOutputTooLarge(t *testing.T) {
	t.Parallel()
	large, err := json.Marshal(map[string]string{"x": string(make([]byte, 100_000))})
	if err != nil {
		t.Fatal(err)
	}
	host := &scripted{script: []func() ([]byte, error){says(string(large))}}
	if s := run(t, retried, `{}`, host); s.Status != asl.StatusFailed || s.Error != "States.DataLimitExceeded" {
		t.Errorf("%s %s", s.Status, s.Error)
	}
}

func TestWaitStates(t *testing.T) {
	t.Parallel()
	s := run(t, `{"StartAt": "A", "States": {
		"A": {"Type": "Wait", "Seconds": 60, "Next": "B"},
		"B": {"Type": "Wait", "SecondsPath": "$.s", "Next": "F"},
		"F": {"Type": "Fail", "Error": "Stop", "Cause": "on purpose"}}}`, `{"s": 2592000}`, &scripted{})
	if took := s.Stopped.Sub(start); took != 30*24*time.Hour+time.Minute || s.Error != "Stop" || s.Cause != "on purpose" {
		t.Errorf("%s %s: %s after %s", s.Status, s.Error, s.Cause, took)
	}
}
