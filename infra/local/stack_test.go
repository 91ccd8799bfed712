package local_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/google/go-cmp/cmp"

	"perennial/infra/local"
	"perennial/infra/local/dynamotest"
	"perennial/infra/local/wait"
)

// options suit a test that plays every function by this very binary.
func options(t *testing.T) local.Options {
	t.Helper()
	return local.Options{
		Bootstrap: func(string) string { return os.Args[0] },
		DynamoDB:  dynamotest.Endpoint(t), Suffix: "-" + strings.ReplaceAll(t.Name(), "/", "-"),
		Log: t.Output(), Retry: 20 * time.Millisecond,
	}
}

func start(t *testing.T, o local.Options) *local.Stack {
	t.Helper()
	s, err := local.Start(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Stop(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func settle(t *testing.T, s *local.Stack) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), wait.Patience)
	defer cancel()
	if err := s.Settle(ctx); err != nil {
		t.Fatal(err)
	}
}

func get(t *testing.T, s *local.Stack, address string) (int, string) {
	t.Helper()
	r, err := s.Client().Get(address)
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(r.Body)
	if err = errors.Join(err, r.Body.Close()); err != nil {
		t.Fatal(err)
	}
	return r.StatusCode, string(body)
}

// From a page to a mail: the portal writes an outbox item, the publisher
// queues a message for it, the mailer sends it.
func TestOnePageViewBecomesOneMail(t *testing.T) {
	t.Parallel()
	s := start(t, options(t))
	if status, body := get(t, s, s.URL("portal")+"/write?sk=OUT%231"); status != 200 {
		t.Fatalf("%d %s", status, body)
	}
	settle(t, s)
	mails := s.Mailbox().Mails("ada@example.com")
	if len(mails) != 1 || mails[0].Subject != "OUT#1" {
		t.Errorf("mails = %+v", mails)
	}
	if status, body := get(t, s, s.URL("mail")+"/"); status != 200 || !strings.Contains(body, "OUT#1") {
		t.Errorf("mailbox page: %d %s", status, body)
	}
}

func TestTickReachesTheSweeperAndAFlowRunsToItsEnd(t *testing.T) {
	t.Parallel()
	s := start(t, options(t))
	if err := s.Tick(t.Context()); err != nil {
		t.Fatal(err)
	}
	settle(t, s)
	if status, body := get(t, s, s.URL("portal")+"/write?sk=OUT%23flow"); status != 200 {
		t.Fatalf("%d %s", status, body)
	}
	settle(t, s)
	wait.Until(t, "the flow has succeeded", func() bool {
		all := s.Flows().Executions()
		return len(all) == 1 && all[0].Status == "SUCCEEDED"
	})
	subjects := []string{}
	for _, m := range s.Mailbox().Mails("") {
		subjects = append(subjects, m.Subject)
	}
	if diff := cmp.Diff([]string{"OUT#flow", "tick"}, slices.Sorted(slices.Values(subjects))); diff != "" {
		t.Error("mails (-want +got):\n" + diff)
	}
}

func TestFunctionGetsOnlyWhatItIsEntitledTo(t *testing.T) {
	t.Parallel()
	s := start(t, options(t))
	for function, want := range map[string][]string{
		"sweeper": {
			"AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_DYNAMODB", "AWS_ENDPOINT_URL_SQS", "PERENNIAL_QUEUE_DELIVERIES",
			"PERENNIAL_QUEUE_MAIL", "PERENNIAL_QUEUE_WORK_LIVE", "PERENNIAL_QUEUE_WORK_TEST", "PERENNIAL_TABLE",
		},
		"sandbox": {
			"AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_DYNAMODB", "AWS_ENDPOINT_URL_SQS", "PERENNIAL_SANDBOX_QUEUE",
			"PERENNIAL_SANDBOX_SECRET", "PERENNIAL_SANDBOX_TABLE", "PERENNIAL_URL_GATEWAY_EVENTS", "PERENNIAL_URL_SANDBOX",
		},
	} {
		answer, failure, err := s.Invoke(t.Context(), function, []byte(`{"ask":"env"}`))
		if err != nil || failure != nil {
			t.Fatal(err, failure)
		}
		var got []string
		if err := json.Unmarshal(answer, &got); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", function, diff)
		}
	}
}

func TestServiceWithoutGrantRefuses(t *testing.T) {
	t.Parallel()
	s := start(t, options(t))
	_, failure, err := s.Invoke(t.Context(), "sweeper", []byte(`{"ask":"kms"}`))
	if err != nil || failure == nil || !strings.Contains(failure.Message, "AccessDeniedException") {
		t.Errorf("failure = %v, %v", failure, err)
	}
}

// A proxy before an endpoint sees a function's requests and which invocation
// they belong to, and so can kill it at a chosen moment.
func TestProxyKillsAFunctionAtItsFirstRequest(t *testing.T) {
	t.Parallel()
	var s *local.Stack
	var once sync.Once
	o := options(t)
	engine, err := url.Parse(o.DynamoDB)
	if err != nil {
		t.Fatal(err)
	}
	forward := httputil.NewSingleHostReverseProxy(engine)
	proxy := newServer(t, func(w http.ResponseWriter, r *http.Request) {
		once.Do(func() {
			if !s.Functions().KillTrace(r.Header.Get("X-Amzn-Trace-Id")) {
				t.Error("nobody to kill")
			}
		})
		forward.ServeHTTP(w, r)
	})
	o.Endpoint = func(function, service, url string) string {
		if function == "portal" && service == "dynamodb" {
			return proxy
		}
		return url
	}
	s = start(t, o)
	if status, body := get(t, s, s.URL("portal")+"/write?sk=SUB%231"); status != 500 {
		t.Errorf("first: %d %s, want the 500 of a dead function", status, body)
	}
	if status, body := get(t, s, s.URL("portal")+"/write?sk=SUB%232"); status != 200 {
		t.Errorf("second: %d %s", status, body)
	}
}

func newServer(t *testing.T, h http.HandlerFunc) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := &http.Server{Handler: h}
	go func() { _ = server.Serve(l) }() // ends with the test
	t.Cleanup(func() { _ = server.Close() })
	return "http://" + l.Addr().String()
}

func TestDataOutlivesARestart(t *testing.T) {
	t.Parallel()
	o := options(t)
	o.DynamoDB, o.Dir = "", filepath.Join(t.TempDir(), ".local")
	first := start(t, o)
	get(t, first, first.URL("portal")+"/write?sk=OUT%231")
	settle(t, first)
	engine, _ := first.Lookup("AWS_ENDPOINT_URL_DYNAMODB")
	if err := first.Stop(); err != nil {
		t.Fatal(err)
	}
	if conn, err := net.Dial("tcp", strings.TrimPrefix(engine, "http://")); err == nil {
		_ = conn.Close() // only asked whether somebody listens
		t.Error("the engine outlived the stack")
	}
	second := start(t, o)
	get(t, second, second.URL("portal")+"/write?sk=OUT%232")
	settle(t, second)
	client, table := second.DynamoDB()
	out, err := client.Scan(t.Context(), &dynamodb.ScanInput{TableName: &table})
	if err != nil {
		t.Fatal(err)
	}
	if n := len(second.Mailbox().Mails("")); out.Count != 2 || n != 2 {
		t.Errorf("%d items and %d mails, want 2 and 2: nothing lost, nothing repeated", out.Count, n)
	}
}

func TestStartSaysWhatIsWrong(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() }) // only held the port
	taken := options(t)
	taken.Port = l.Addr().(*net.TCPAddr).Port
	unbuilt := options(t)
	unbuilt.Bootstrap = func(f string) string {
		if f == "portal" || f == "mailer" {
			return "no/such/file"
		}
		return os.Args[0]
	}
	for want, o := range map[string]local.Options{
		"is taken by another program":                 taken,
		"not built: portal, mailer; run `make build`": unbuilt,
	} {
		s, err := local.Start(t.Context(), o)
		if err == nil {
			_ = s.Stop() // it should not have started
		}
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("err = %v, want %q", err, want)
		}
	}
}

func TestProgramsReachTheAPIAndTheSandboxByLocalhost(t *testing.T) {
	t.Parallel()
	s := start(t, options(t))
	for surface, function := range map[string]string{"api": "api", "sandbox": "sandbox"} {
		r, err := http.Get(s.URL(surface) + "/whoami") // the resolver of any program
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(r.Body)
		if err != nil || string(body) != function {
			t.Errorf("%s answered %q, %v", s.URL(surface), body, err)
		}
		_ = r.Body.Close() // read to its end
	}
	status, body := get(t, s, strings.Replace(s.URL("api"), "localhost", "api.localhost", 1)+"/whoami")
	if status != 200 || body != "api" {
		t.Errorf("api.localhost: %d %s", status, body)
	}
}
