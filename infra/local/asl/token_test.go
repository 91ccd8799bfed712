package asl_test

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"perennial/infra/local/asl"
)

const waiting = `{"StartAt": "W", "States": {
	"W": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke.waitForTaskToken", "TimeoutSeconds": 2592000,
		"Parameters": {"FunctionName": "${F}", "Payload": {"token.$": "$$.Task.Token"}},
		"Retry": [{"ErrorEquals": ["Lambda.SdkClientException"], "IntervalSeconds": 1, "MaxAttempts": 1}],
		"Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Caught"}],
		"End": true},
	"Caught": {"Type": "Pass", "End": true}}}`

// waiter is a host in real time whose function keeps the tokens.
type waiter struct {
	tokens chan string
	during func(token string) error
}

func (waiter) Now() time.Time                         { return time.Now() }
func (waiter) After(d time.Duration) <-chan time.Time { return time.After(d) }
func (w waiter) Invoke(_ context.Context, _ string, payload []byte) ([]byte, error) {
	var in struct{ Token string }
	if err := json.Unmarshal(payload, &in); err != nil {
		return nil, err
	}
	w.tokens <- in.Token
	if w.during != nil {
		return nil, w.during(in.Token)
	}
	return []byte(`{}`), nil
}

func begin(t *testing.T, now time.Time) (*asl.Machine, *asl.Execution) {
	t.Helper()
	machine, err := asl.Parse([]byte(waiting), map[string]string{"F": functionARN})
	if err != nil {
		t.Fatal(err)
	}
	execution, err := machine.NewExecution("w", []byte(`{}`), now)
	if err != nil {
		t.Fatal(err)
	}
	return machine, execution
}

func TestRunWaitsForItsToken(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		_, execution := begin(t, time.Now())
		host := waiter{tokens: make(chan string, 10)}
		closed := make(chan error)
		go func() { closed <- execution.Run(t.Context(), host) }()
		token := <-host.tokens
		time.Sleep(29 * 24 * time.Hour) // of the bubble's clock
		answers := []struct {
			token, output string
			want          error
		}{
			{"nonsense", `{}`, asl.ErrInvalidToken},
			{token + "x", `{}`, asl.ErrInvalidToken},
			{token, `no json`, asl.ErrInvalidOutput},
			{token, `"` + strings.Repeat("x", 262_144) + `"`, asl.ErrInvalidOutput},
			{token, `{"paid": true}`, nil},
			{token, `{"paid": false}`, asl.ErrTaskTimedOut},
		}
		for _, a := range answers {
			if err := execution.Complete(a.token, []byte(a.output)); !errors.Is(err, a.want) {
				t.Errorf("token %q: %v, want %v", a.token, err, a.want)
			}
		}
		if err := <-closed; err != nil || string(execution.Snapshot().Output) != `{"paid":true}` {
			t.Errorf("%v: output %s", err, execution.Snapshot().Output)
		}
		if err := execution.Complete(token, []byte(`{}`)); !errors.Is(err, asl.ErrTaskTimedOut) {
			t.Errorf("after the end: %v", err)
		}
	})
}

func TestTokenTimesOutAfterThirtyDays(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		_, execution := begin(t, time.Now())
		host := waiter{tokens: make(chan string, 10)}
		if err := execution.Run(t.Context(), host); err != nil {
			t.Fatal(err)
		}
		s := execution.Snapshot()
		if took := s.Stopped.Sub(s.Started); took != 30*24*time.Hour || string(s.Output) != `{"Cause":"","Error":"States.Timeout"}` {
			t.Errorf("%s after %s", s.Output, took)
		}
		if err := execution.Complete(<-host.tokens, []byte(`{}`)); !errors.Is(err, asl.ErrTaskTimedOut) {
			t.Errorf("late answer: %v", err)
		}
	})
}

func TestFailureSentThroughTheToken(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		_, execution := begin(t, time.Now())
		host := waiter{tokens: make(chan string, 10)}
		host.during = func(token string) error { return execution.Fail(token, "Refused", "by the bank") }
		if err := execution.Run(t.Context(), host); err != nil {
			t.Fatal(err)
		}
		if s := execution.Snapshot(); string(s.Output) != `{"Cause":"by the bank","Error":"Refused"}` {
			t.Errorf("%s %s: %s", s.Status, s.Error, s.Output)
		}
	})
}

func TestRetryOfAWaitHasANewToken(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		_, execution := begin(t, time.Now())
		host, first := waiter{tokens: make(chan string, 10)}, ""
		host.during = func(token string) error {
			if first == "" {
				first = token
				return errors.New("reply lost")
			}
			if err := execution.Complete(first, []byte(`"first"`)); !errors.Is(err, asl.ErrTaskTimedOut) {
				return err
			}
			return execution.Complete(token, []byte(`"second"`))
		}
		if err := execution.Run(t.Context(), host); err != nil {
			t.Fatal(err)
		}
		if output := string(execution.Snapshot().Output); output != `"second"` {
			t.Errorf("output %s", output)
		}
	})
}

func TestAnswerBeforeTheFunctionFailsCounts(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		_, execution := begin(t, time.Now())
		host := waiter{tokens: make(chan string, 10)}
		host.during = func(token string) error {
			return errors.Join(execution.Complete(token, []byte(`"done"`)), errors.New("crashed after the send"))
		}
		if err := execution.Run(t.Context(), host); err != nil {
			t.Fatal(err)
		}
		if output := string(execution.Snapshot().Output); output != `"done"` {
			t.Errorf("output %s", output)
		}
	})
}

func TestStopAndAbort(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		_, execution := begin(t, time.Now())
		host := waiter{tokens: make(chan string, 10)}
		ctx, cancel := context.WithCancel(t.Context())
		closed := make(chan error)
		go func() { closed <- execution.Run(ctx, host) }()
		<-host.tokens
		synctest.Wait()
		cancel()
		if err := <-closed; !errors.Is(err, context.Canceled) || execution.Status() != asl.StatusRunning {
			t.Errorf("%v, %s", err, execution.Status())
		}
		go func() { closed <- execution.Run(t.Context(), host) }()
		synctest.Wait()
		execution.Abort(time.Now(), "Operator", "stopped")
		if err := <-closed; err != nil || execution.Status() != asl.StatusAborted {
			t.Errorf("%v, %s", err, execution.Status())
		}
	})
}

func TestResumeInTheMiddleOfAnInvocation(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		machine, execution := begin(t, time.Now())
		host := waiter{tokens: make(chan string, 10)}
		var during asl.Snapshot
		host.during = func(string) error { during = execution.Snapshot(); return errors.New("killed") }
		if _, err := execution.Step(t.Context(), host); err != nil {
			t.Fatal(err)
		}
		resumed, err := machine.Resume(during)
		if err != nil {
			t.Fatal(err)
		}
		host.during = func(token string) error { return resumed.Complete(token, []byte(`"back"`)) }
		if err := resumed.Run(t.Context(), host); err != nil {
			t.Fatal(err)
		}
		before, after := <-host.tokens, <-host.tokens
		if before != after || string(resumed.Snapshot().Output) != `"back"` {
			t.Errorf("tokens %q and %q, output %s", before, after, resumed.Snapshot().Output)
		}
	})
}

func TestStartRules(t *testing.T) {
	t.Parallel()
	machine, _ := begin(t, start)
	book := asl.NewBook(machine)
	first, started, err := book.Start("hold-sub_x-1-1", []byte(`{"a":1}`), start)
	if err != nil || !started {
		t.Fatalf("%t %v", started, err)
	}
	again, started, err := book.Start("hold-sub_x-1-1", []byte(`{"a":1}`), start)
	if again != first || started || err != nil {
		t.Errorf("the same start while running: %t %v", started, err)
	}
	if _, _, err := book.Start("hold-sub_x-1-1", []byte(`{"a": 1}`), start); !errors.Is(err, asl.ErrExecutionAlreadyExists) {
		t.Errorf("other bytes: %v", err)
	}
	first.Abort(start, "", "")
	if _, _, err := book.Start("hold-sub_x-1-1", []byte(`{"a":1}`), start); !errors.Is(err, asl.ErrExecutionAlreadyExists) {
		t.Errorf("closed: %v", err)
	}
	if _, _, err := book.Start("y", []byte(`{`), start); !errors.Is(err, asl.ErrInvalidExecutionInput) {
		t.Errorf("bad input: %v", err)
	}
	if _, err := book.Find(machine.ExecutionARN("y")); !errors.Is(err, asl.ErrExecutionDoesNotExist) {
		t.Errorf("unknown execution: %v", err)
	}
}

func TestTokenOfAnotherExecution(t *testing.T) {
	t.Parallel()
	machine, execution := begin(t, start)
	host := waiter{tokens: make(chan string, 1)}
	if _, err := execution.Step(t.Context(), host); err != nil {
		t.Fatal(err)
	}
	token := <-host.tokens
	if err := asl.NewBook(machine).Complete(token, []byte(`{}`)); !errors.Is(err, asl.ErrTaskDoesNotExist) {
		t.Errorf("unknown execution: %v", err)
	}
	if err := asl.NewBook(machine).Fail("?", "", ""); !errors.Is(err, asl.ErrInvalidToken) {
		t.Errorf("no token at all: %v", err)
	}
}

func TestExecutionNames(t *testing.T) {
	t.Parallel()
	machine, _ := begin(t, start)
	accepts := func(name string) bool {
		_, err := machine.NewExecution(name, []byte(`{}`), start)
		return !errors.Is(err, asl.ErrInvalidName)
	}
	for _, name := range []string{"", strings.Repeat("n", 81)} {
		if accepts(name) {
			t.Errorf("accepted %d characters", len(name))
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		good := rapid.StringMatching(`[A-Za-z0-9_.-]{1,39}`)
		name := good.Draw(t, "name")
		if !accepts(name) {
			t.Fatalf("refused %q", name)
		}
		bad := rapid.SampledFrom(strings.Split(" |<|>|{|}|[|]|?|*|\"|#|%|\\|^|~|`|$|&|,|;|:|/|\x00|\x7f|\n", "|"))
		if spoiled := name + bad.Draw(t, "bad") + good.Draw(t, "rest"); accepts(spoiled) {
			t.Fatalf("accepted %q", spoiled)
		}
	})
}
