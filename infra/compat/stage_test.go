package compat

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"net/http"
	"os"
	"sync"
	"testing"

	dodo "github.com/dodopayments/dodopayments-go"
	"github.com/dodopayments/dodopayments-go/option"

	"perennial/infra/local"
	"perennial/infra/local/wait"
	"perennial/shared/clock"
	"perennial/shared/config"
	"perennial/shared/dynamo"
	"perennial/shared/merchant"
	"perennial/shared/operations"
	"perennial/shared/record"
)

// stage is the one stack that all tests share, started by the first.
var stage struct {
	once     sync.Once
	stack    *local.Stack
	operator *operations.Service
	writes   writes
	err      error
}

func TestMain(m *testing.M) {
	flag.Parse()
	code := m.Run()
	if stage.stack != nil {
		if err := stage.stack.Stop(); err != nil {
			fmt.Fprintln(os.Stderr, "stop the stack:", err)
			code = 1
		}
	}
	os.Exit(code)
}

// open starts the stack, or gives the one that runs.
func open(t *testing.T) *local.Stack {
	t.Helper()
	stage.once.Do(func() {
		log, err := os.Create(logFile)
		if err != nil {
			stage.err = err
			return
		}
		// The stack outlives the test that starts it.
		stage.stack, stage.err = local.Start(context.Background(), local.Options{
			Log: log, Endpoint: stage.writes.before, Env: map[string]string{config.URLStripe: stripeAccount()},
		})
		if stage.err != nil {
			return
		}
		client, table := stage.stack.DynamoDB()
		stage.operator = &operations.Service{
			Store: dynamo.New(client, table), Wall: clock.System, Actor: record.Actor{Kind: record.ByOperator, ID: "compat"},
		}
	})
	if stage.err != nil {
		t.Fatal(stage.err)
	}
	return stage.stack
}

// logFile is where the stack's functions write while the tests run.
const logFile = "../../build/compat.log"

// shop is a business with a key of its own, and a client of the official SDK.
type shop struct {
	*testing.T
	stack *local.Stack
	scope merchant.Scope
	key   string
	sdk   *dodo.Client
}

// newShop founds a business.
func newShop(t *testing.T) *shop {
	t.Helper()
	stack := open(t)
	b, err := stage.operator.Found(t.Context(), operations.Founding{
		Name: "Northwind Studio", Email: "owner@northwind.example", Country: "DE", Zone: "Europe/Berlin",
	})
	if err != nil {
		t.Fatal(err)
	}
	s := &shop{T: t, stack: stack, scope: merchant.Scope{Business: b.ID, Mode: merchant.Test}}
	s.key = s.newKey(merchant.Test, false)
	s.sdk = s.client(s.key)
	return s
}

// newKey makes an API key of the business.
func (s *shop) newKey(mode merchant.Mode, readOnly bool) string {
	s.Helper()
	key, _, err := stage.operator.CreateKey(s.Context(), merchant.Scope{Business: s.scope.Business, Mode: mode}, "compat", readOnly)
	if err != nil {
		s.Fatal(err)
	}
	return key
}

// client is the official SDK with nothing but another base URL and key.
func (s *shop) client(key string, more ...option.RequestOption) *dodo.Client {
	options := append([]option.RequestOption{
		option.WithBaseURL(s.stack.URL("api")), option.WithBearerToken(key), option.WithMaxRetries(0),
	}, more...)
	return dodo.NewClient(append(options, option.WithHTTPClient(s.stack.Client()))...)
}

// must ends the check on an error. What is not built ends it as waiting.
func (s *shop) must(err error) {
	s.Helper()
	if waits := unbuilt(err); waits != "" {
		panic(missing(waits))
	}
	if err != nil {
		s.Fatal(err)
	}
}

// missing is what a check panics with when it meets something unbuilt.
type missing string

// failureOf is the SDK's error, nil for any other.
func failureOf(err error) *dodo.Error {
	var failure *dodo.Error
	if !errors.As(err, &failure) {
		return nil
	}
	return failure
}

// unbuilt is the message of a 501, empty for any other error.
func unbuilt(err error) string {
	var failure *dodo.Error
	if !errors.As(err, &failure) || failure.StatusCode != http.StatusNotImplemented {
		return ""
	}
	return failure.JSON.RawJSON()
}

// refused wants an error of a status and code, with a message.
func (s *shop) refused(err error, status int, code string) {
	s.Helper()
	if waits := unbuilt(err); waits != "" {
		panic(missing(waits))
	}
	var failure *dodo.Error
	if !errors.As(err, &failure) {
		s.Errorf("got %v, want %d %s", err, status, code)
		return
	}
	said := answerOf(failure.JSON.RawJSON())
	if failure.StatusCode != status || said["code"] != code || said["message"] == "" {
		s.Errorf("refused with %d %v, want %d %s", failure.StatusCode, said, status, code)
	}
}

// eventually waits until something is so.
func (s *shop) eventually(what string, is func() bool) {
	s.Helper()
	wait.Until(s.T, what, is)
}
