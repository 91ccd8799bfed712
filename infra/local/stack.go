// Package local runs a whole deployment on one machine: the built Lambda
// binaries over the real Runtime API, Amazon's own DynamoDB engine, and
// stand-ins for the other services, wired as infra/topology says.
//
// No function knows that it runs here: it finds every service through the
// standard AWS_ENDPOINT_URL_* variables, and gets only the variables and
// endpoints that its grants entitle it to. No call ever reaches AWS.
package local

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"perennial/infra/local/dynamo"
	"perennial/infra/local/lambda"
	"perennial/infra/local/ses"
	"perennial/infra/local/sfn"
	"perennial/infra/local/sqs"
	"perennial/infra/local/stream"
)

// stopGrace is how long a stop waits for invocations under way.
const stopGrace = 5 * time.Second

// Stack is one running deployment.
type Stack struct {
	options Options
	urls    map[string]string // of the front's hosts
	vars    map[string]string // see Lookup

	engine  *dynamo.Engine // nil when the engine is someone else's
	driver  *lambda.Driver
	queues  *sqs.Server
	flows   *sfn.Server
	mailbox *ses.Mailbox
	pump    *stream.Pump

	front    []*http.Server
	standIns []*http.Server
	cancel   context.CancelFunc // of the pump and the ticks
	loops    sync.WaitGroup

	begun, underWay atomic.Int64  // invocations
	wake            chan struct{} // has room for one: an invocation has ended
	stopOnce        sync.Once
	stopErr         error
}

// Start starts everything and returns when it serves. The error says what a
// person can do: free a port, install Java, build the functions.
func Start(ctx context.Context, o Options) (*Stack, error) {
	o, err := o.complete()
	if err != nil {
		return nil, err
	}
	if o.Dir != "" {
		if err := os.MkdirAll(filepath.Join(o.Dir, "dynamodb"), 0o700); err != nil {
			return nil, err
		}
	}
	doors, err := openDoors(o.Port)
	if err != nil {
		return nil, err
	}
	s := &Stack{options: o, urls: urls(doors), wake: make(chan struct{}, 1)}
	if err := s.start(ctx, doors); err != nil {
		return nil, errors.Join(err, closeDoors(doors), s.Stop())
	}
	return s, nil
}

func (s *Stack) start(ctx context.Context, doors []door) error {
	if err := s.startTables(ctx); err != nil {
		return err
	}
	ports, err := openPorts()
	if err != nil {
		return err
	}
	secrets, err := openSecrets(s.options.file("secrets.json"))
	if err != nil {
		return err
	}
	if err := s.startFunctions(values{
		options: s.options, endpoints: ports.endpoints(s.options.DynamoDB), denied: endpoint(ports.denied),
		urls: s.urls, secrets: secrets,
	}); err != nil {
		return err
	}
	if err := s.startStandIns(ports); err != nil {
		return err
	}
	if err := s.startSources(ctx); err != nil {
		return err
	}
	s.openFront(doors, secrets.Origin)
	return nil
}

func (s *Stack) logf(format string, args ...any) {
	_, _ = fmt.Fprintf(s.options.Log, "local | "+format+"\n", args...) // a log that cannot be written has no better place
}
