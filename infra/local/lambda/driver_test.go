package lambda_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	runtime "github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-lambda-go/lambdacontext"

	"perennial/infra/local/lambda"
)

// TestMain lets this binary play the bootstrap that its own tests drive.
func TestMain(m *testing.M) {
	if os.Getenv("AWS_LAMBDA_RUNTIME_API") != "" {
		play()
	}
	os.Exit(m.Run())
}

// order tells the played function what to do.
type order struct {
	Say, Fail, Panic string
	Exit             int
	Sleep            time.Duration
	Size             int
	Hold             string // an address to keep a connection to, for as long as the process lives
}

// report is what the played function says of itself.
type report struct {
	Said      string
	PID       int
	RequestID string
	ARN       string
	Left      time.Duration
	Name, Own string
}

// held is the connection that ends with the process.
var held net.Conn

func play() {
	if os.Getenv("REFUSE_TO_START") != "" {
		fmt.Println("cannot start")
		os.Exit(3)
	}
	runtime.Start(func(ctx context.Context, o order) (any, error) {
		fmt.Println("said", o.Say, "trace", os.Getenv("_X_AMZN_TRACE_ID"))
		time.Sleep(o.Sleep) // the work of a slow function
		switch {
		case o.Hold != "":
			var err error
			if held, err = net.Dial("tcp", o.Hold); err != nil {
				return nil, err
			}
		case o.Fail != "":
			return nil, fmt.Errorf("%s", o.Fail)
		case o.Panic != "":
			panic(o.Panic)
		case o.Exit != 0:
			os.Exit(o.Exit)
		case o.Size != 0:
			return strings.Repeat("x", o.Size), nil
		}
		lc, _ := lambdacontext.FromContext(ctx)
		deadline, _ := ctx.Deadline()
		return report{
			Said: o.Say, PID: os.Getpid(), RequestID: lc.AwsRequestID, ARN: lc.InvokedFunctionArn,
			Left: time.Until(deadline), Name: lambdacontext.FunctionName, Own: os.Getenv("OWN"),
		}, nil
	})
}

func driver(t *testing.T, change func(*lambda.Options)) *lambda.Driver {
	t.Helper()
	o := lambda.Options{Functions: []lambda.Function{{
		Name: "played", Bootstrap: os.Args[0], Timeout: 5 * time.Second, Memory: 256, Env: []string{"OWN=mine"},
	}}}
	if change != nil {
		change(&o)
	}
	d := lambda.New(o)
	t.Cleanup(d.Stop)
	return d
}

func ask(t *testing.T, d *lambda.Driver, o order) report {
	t.Helper()
	r, failure := try(t, d, o)
	if failure != nil {
		t.Fatal(failure)
	}
	return r
}

func try(t *testing.T, d *lambda.Driver, o order) (report, *lambda.FunctionError) {
	t.Helper()
	payload, err := json.Marshal(o)
	if err != nil {
		t.Fatal(err)
	}
	answer, failure, err := d.Invoke(t.Context(), "played", payload)
	if err != nil {
		t.Fatal(err)
	}
	var r report
	if failure == nil {
		if err := json.Unmarshal(answer, &r); err != nil {
			t.Fatal(err)
		}
	}
	return r, failure
}

func TestInvokeTellsTheFunctionWhoItIs(t *testing.T) {
	t.Parallel()
	r := ask(t, driver(t, nil), order{Say: "hello"})
	if r.Said != "hello" || r.Name != "played" || r.Own != "mine" {
		t.Errorf("report = %+v", r)
	}
	if !strings.HasSuffix(r.ARN, ":function:played") || len(r.RequestID) != 36 {
		t.Errorf("ARN %q, request id %q", r.ARN, r.RequestID)
	}
	if r.Left <= 4*time.Second || r.Left > 5*time.Second {
		t.Errorf("time left = %s, want almost the timeout of 5 s", r.Left)
	}
}

func TestEnvironmentIsReusedAndReplacedAfterACrash(t *testing.T) {
	t.Parallel()
	d := driver(t, nil)
	first, second := ask(t, d, order{}), ask(t, d, order{})
	if first.PID != second.PID {
		t.Errorf("process %d served first, %d then: want the warm one", first.PID, second.PID)
	}
	if _, failure := try(t, d, order{Exit: 7}); failure == nil || failure.Type != "Runtime.ExitError" {
		t.Errorf("exit: failure = %v", failure)
	}
	if _, failure := try(t, d, order{Panic: "boom"}); failure == nil || failure.Message != "boom" {
		t.Errorf("panic: failure = %v", failure)
	}
	if third := ask(t, d, order{}); third.PID == first.PID {
		t.Error("the crashed process served again")
	}
}

func TestFunctionErrorIsTheFunctionsOwn(t *testing.T) {
	t.Parallel()
	d := driver(t, nil)
	before := ask(t, d, order{})
	_, failure := try(t, d, order{Fail: "no funds"})
	if failure == nil || failure.Message != "no funds" || failure.Type != "errorString" {
		t.Errorf("failure = %v", failure)
	}
	if after := ask(t, d, order{}); after.PID != before.PID {
		t.Error("a returned error must not cost the environment")
	}
}

func TestTimeoutKillsTheProcess(t *testing.T) {
	t.Parallel()
	d := driver(t, func(o *lambda.Options) { o.Functions[0].Timeout = 150 * time.Millisecond })
	before := ask(t, d, order{})
	_, failure := try(t, d, order{Sleep: time.Minute})
	if failure == nil || !strings.Contains(failure.Message, "timed out after 0.15 seconds") {
		t.Errorf("failure = %v", failure)
	}
	if after := ask(t, d, order{}); after.PID == before.PID {
		t.Error("the process that timed out served again")
	}
}

func TestFailedStartIsReported(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	d := driver(t, func(o *lambda.Options) {
		o.Log = &log
		o.Functions[0].Env = []string{"REFUSE_TO_START=1"}
	})
	_, failure := try(t, d, order{})
	if failure == nil || !strings.Contains(failure.Message, "exit status 3") {
		t.Errorf("failure = %v", failure)
	}
	if got := log.String(); got != "played | cannot start\n" {
		t.Errorf("log = %q", got)
	}
}

func TestConcurrentInvocationsAreBoundedByMax(t *testing.T) {
	t.Parallel()
	d := driver(t, func(o *lambda.Options) { o.Functions[0].Max = 2 })
	var mu sync.Mutex
	seen := map[int]bool{}
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			r := ask(t, d, order{Sleep: 20 * time.Millisecond})
			mu.Lock()
			defer mu.Unlock()
			seen[r.PID] = true
		})
	}
	wg.Wait()
	if len(seen) != 2 {
		t.Errorf("%d processes served, want 2", len(seen))
	}
}

func TestColdDriverNeverReuses(t *testing.T) {
	t.Parallel()
	d := driver(t, func(o *lambda.Options) { o.Cold = true })
	if first, second := ask(t, d, order{}), ask(t, d, order{}); first.PID == second.PID {
		t.Error("one process served twice")
	}
}

func TestKillFailsTheInvocationUnderWay(t *testing.T) {
	t.Parallel()
	said := make(signal, 1)
	d := driver(t, func(o *lambda.Options) { o.Log = said })
	done := make(chan *lambda.FunctionError)
	go func() {
		_, failure := try(t, d, order{Sleep: time.Minute})
		done <- failure
	}()
	<-said
	if n := d.Kill("played"); n != 1 {
		t.Errorf("killed %d processes, want 1", n)
	}
	if failure := <-done; failure == nil || failure.Type != "Runtime.ExitError" {
		t.Errorf("failure = %v", failure)
	}
}

func TestKillTraceFindsTheProcessBehindARequest(t *testing.T) {
	t.Parallel()
	said := make(signal, 1)
	d := driver(t, func(o *lambda.Options) { o.Log = said })
	done := make(chan *lambda.FunctionError)
	go func() {
		_, failure := try(t, d, order{Sleep: time.Minute})
		done <- failure
	}()
	_, trace, _ := strings.Cut(<-said, "trace ")
	if d.KillTrace("Root=1-00000000-000000000000000000000000") {
		t.Error("killed for a trace that nobody carries")
	}
	if !d.KillTrace(strings.TrimSpace(trace)) {
		t.Errorf("no process carries %q", trace)
	}
	if failure := <-done; failure == nil || failure.Type != "Runtime.ExitError" {
		t.Errorf("failure = %v", failure)
	}
}

// signal is a log that hands its lines on.
type signal chan string

func (s signal) Write(b []byte) (int, error) {
	s <- string(b)
	return len(b), nil
}

func TestCallerMayLeaveWhileTheFunctionRunsOn(t *testing.T) {
	t.Parallel()
	d := driver(t, func(o *lambda.Options) { o.Functions[0].Max = 1 })
	before := ask(t, d, order{})
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Millisecond)
	defer cancel()
	if _, _, err := d.Invoke(ctx, "played", []byte(`{"Sleep":150000000}`)); !errors.Is(err, context.DeadlineExceeded) {
		t.Fatalf("err = %v, want the context's", err)
	}
	if after := ask(t, d, order{}); after.PID != before.PID {
		t.Error("the abandoned invocation cost its environment")
	}
}

func TestResponseAboveTheLimitIsAFunctionError(t *testing.T) {
	t.Parallel()
	_, failure := try(t, driver(t, nil), order{Size: 6<<20 + 1})
	if failure == nil || failure.Type != "Function.ResponseSizeTooLarge" {
		t.Errorf("failure = %v", failure)
	}
}

func TestIdleEnvironmentEnds(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() }) // it only waited for one call
	d := driver(t, func(o *lambda.Options) { o.Idle = 10 * time.Millisecond })
	first := ask(t, d, order{Hold: l.Addr().String()})
	alive, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	if err := alive.SetReadDeadline(time.Now().Add(30 * time.Second)); err != nil {
		t.Fatal(err)
	}
	if _, err := alive.Read(make([]byte, 1)); errors.Is(err, os.ErrDeadlineExceeded) {
		t.Fatal("the idle process lived on")
	}
	if again := ask(t, d, order{}); again.PID == first.PID {
		t.Error("the ended process answered")
	}
}

func TestUnknownFunctionAndMissingBinaryAreErrors(t *testing.T) {
	t.Parallel()
	d := driver(t, func(o *lambda.Options) { o.Functions[0].Bootstrap = "no/such/bootstrap" })
	for _, name := range []string{"played", "stranger"} {
		if _, _, err := d.Invoke(t.Context(), name, nil); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: err = %v", name, err)
		}
	}
}

func BenchmarkColdInvoke(b *testing.B) {
	d := lambda.New(lambda.Options{Cold: true, Functions: []lambda.Function{{Name: "played", Bootstrap: os.Args[0], Timeout: time.Second}}})
	defer d.Stop()
	for b.Loop() {
		if _, failure, err := d.Invoke(b.Context(), "played", []byte(`{}`)); err != nil || failure != nil {
			b.Fatal(err, failure)
		}
	}
}

func BenchmarkWarmInvoke(b *testing.B) {
	d := lambda.New(lambda.Options{Functions: []lambda.Function{{Name: "played", Bootstrap: os.Args[0], Timeout: time.Second}}})
	defer d.Stop()
	for b.Loop() {
		if _, failure, err := d.Invoke(b.Context(), "played", []byte(`{}`)); err != nil || failure != nil {
			b.Fatal(err, failure)
		}
	}
}
