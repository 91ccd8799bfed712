// Package local runs a whole deployment on one machine: the built Lambda
// binaries over the real Runtime API, Amazon's own DynamoDB engine, and
// stand-ins for the other services, wired as infra/topology says.
//
// No function knows that it runs here: it finds every service through the
// standard AWS_ENDPOINT_URL_* variables, and gets only the variables and
// endpoints that its grants entitle it to. Nothing leaves the machine.
package local

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"perennial/infra/local/asl"
	"perennial/infra/local/dynamo"
	"perennial/infra/local/front"
	"perennial/infra/local/identity"
	"perennial/infra/local/kms"
	"perennial/infra/local/lambda"
	"perennial/infra/local/ses"
	"perennial/infra/local/sfn"
	"perennial/infra/local/sqs"
	"perennial/infra/local/stream"
	"perennial/infra/topology"
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

	begun, underWay atomic.Int64 // invocations
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
	s := &Stack{options: o, urls: urls(doors)}
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

// startTables starts the engine, unless one is given, and makes the tables.
func (s *Stack) startTables(ctx context.Context) error {
	if s.options.DynamoDB == "" {
		engine, err := dynamo.Start(ctx, dynamo.Options{Dir: s.options.file("dynamodb")})
		if err != nil {
			return err
		}
		s.engine, s.options.DynamoDB = engine, engine.URL()
	}
	client := dynamo.Client(s.options.DynamoDB)
	for _, t := range []topology.Table{topology.TableMain, topology.TableSandbox} {
		if err := dynamo.CreateTable(ctx, client, t.Name+s.options.Suffix, t); err != nil {
			return err
		}
	}
	return nil
}

// ports are opened before anything serves on them, because functions are told
// the addresses and stand-ins need the functions.
type ports struct{ sqs, sfn, ses, kms, denied net.Listener }

func openPorts() (ports, error) {
	var p ports
	for _, l := range []*net.Listener{&p.sqs, &p.sfn, &p.ses, &p.kms, &p.denied} {
		opened, err := loopback()
		if err != nil {
			return p, err
		}
		*l = opened
	}
	return p, nil
}

func (p ports) endpoints(dynamodb string) map[string]string {
	return map[string]string{
		"dynamodb": dynamodb, "sqs": endpoint(p.sqs), "sfn": endpoint(p.sfn),
		"sesv2": endpoint(p.ses), "kms": endpoint(p.kms),
	}
}

// startFunctions readies every function; processes start when invoked.
func (s *Stack) startFunctions(v values) (err error) {
	if s.vars, err = v.all(); err != nil {
		return err
	}
	if err := write(s.options.file("env"), s.vars); err != nil {
		return err
	}
	o := lambda.Options{Log: s.options.Log, Cold: s.options.Cold, Idle: functionIdle}
	for _, f := range topology.Functions {
		env, err := v.environment(f)
		if err != nil {
			return err
		}
		o.Functions = append(o.Functions, lambda.Function{
			Name: f.Name, Bootstrap: s.options.Bootstrap(f.Name), Timeout: f.Timeout, Memory: f.Memory,
			Env: env, Max: functionsAtOnce,
		})
	}
	s.driver = lambda.New(o)
	return nil
}

func (s *Stack) startStandIns(p ports) (err error) {
	if s.mailbox, err = ses.Open(s.options.file("mail.jsonl")); err != nil {
		return err
	}
	keys, err := kms.Open(s.options.file("kms.key"))
	if err != nil {
		return err
	}
	machine, err := s.machine()
	if err != nil {
		return err
	}
	s.standIns = []*http.Server{serve(p.ses, s.mailbox.API()), serve(p.kms, keys.API()), serve(p.denied, denied())}
	s.queues, err = sqs.Start(sqs.Options{
		Queues: topology.Queues, Invoker: s, Listen: p.sqs, Retry: s.options.Retry,
		File: s.options.file("queues.json"), Log: s.options.Log,
	})
	if err != nil {
		return err
	}
	s.flows, err = sfn.Start(sfn.Options{
		Machine: machine, Invoker: s, Dir: s.options.file("flows"), Clock: s.options.Clock, Log: s.options.Log,
	})
	if err != nil {
		return err
	}
	s.standIns = append(s.standIns, serve(p.sfn, s.flows.API()))
	return nil
}

// machine reads the definition that is deployed.
func (s *Stack) machine() (*asl.Machine, error) {
	definition, err := os.ReadFile(filepath.Join(s.options.Root, "infra", "holdflow.asl.json"))
	if err != nil {
		return nil, err
	}
	machine, err := asl.Parse(definition, map[string]string{
		"HoldFlowFunctionArn": identity.ARN("lambda", "function:"+topology.FlowFunction),
	})
	if err != nil {
		return nil, err
	}
	machine.ARN = machineARN
	return machine, nil
}

// startSources lets the stream flow and the schedule tick.
func (s *Stack) startSources(ctx context.Context) error {
	table := topology.TableMain.Name + s.options.Suffix
	arn, err := dynamo.StreamARN(ctx, dynamo.Client(s.options.DynamoDB), table)
	if err != nil {
		return err
	}
	s.pump = &stream.Pump{
		Client:  dynamo.StreamsClient(s.options.Endpoint("stream", "dynamodbstreams", s.options.DynamoDB)),
		Invoker: s, Stream: arn, Function: topology.StreamConsumer, Prefix: topology.StreamPrefix,
		File: s.options.file("stream.json"), Log: s.options.Log,
	}
	running, cancel := context.WithCancel(context.Background())
	s.cancel = cancel
	s.loops.Go(func() {
		if err := s.pump.Run(running); err != nil {
			s.logf("stream: %v", err)
		}
	})
	if s.options.Tick > 0 {
		s.loops.Go(func() { s.ticks(running, s.options.Tick) })
	}
	if s.engine != nil {
		s.loops.Go(func() { s.watchEngine(running) })
	}
	return nil
}

// watchEngine says why everything fails once the engine is gone.
func (s *Stack) watchEngine(ctx context.Context) {
	select {
	case <-ctx.Done():
	case <-s.engine.Exited():
		s.logf("DynamoDB Local ended by itself; restart the stack")
	}
}

func (s *Stack) openFront(doors []door, originSecret string) {
	f := &front.Front{
		Surfaces: topology.Surfaces, Invoker: s, OriginSecret: originSecret,
		Pages: map[string]http.Handler{mailHost: s.mailbox.Page()}, Log: s.options.Log,
	}
	for _, d := range doors {
		for _, l := range d.listeners {
			s.front = append(s.front, serve(l, f.Handler(d.host)))
		}
	}
}

func (s *Stack) logf(format string, args ...any) {
	_, _ = fmt.Fprintf(s.options.Log, "local | "+format+"\n", args...) // a log that cannot be written has no better place
}
