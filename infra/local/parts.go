package local

import (
	"context"
	"net"
	"net/http"
	"os"
	"path/filepath"

	"perennial/infra/local/asl"
	"perennial/infra/local/dynamo"
	"perennial/infra/local/front"
	"perennial/infra/local/identity"
	"perennial/infra/local/kms"
	"perennial/infra/local/lambda"
	"perennial/infra/local/s3"
	"perennial/infra/local/ses"
	"perennial/infra/local/sfn"
	"perennial/infra/local/sqs"
	"perennial/infra/local/stream"
	"perennial/infra/topology"
)

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
type ports struct{ sqs, sfn, ses, kms, s3, denied net.Listener }

func openPorts() (ports, error) {
	var p ports
	for _, l := range []*net.Listener{&p.sqs, &p.sfn, &p.ses, &p.kms, &p.s3, &p.denied} {
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
		"sesv2": endpoint(p.ses), "kms": endpoint(p.kms), "s3": endpoint(p.s3),
	}
}

// startFunctions readies every function; processes start when invoked.
func (s *Stack) startFunctions(v values) (err error) {
	if s.vars, err = v.all(); err != nil {
		return err
	}
	if err := write(s.options.file(envFile), s.vars); err != nil {
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
	files := s3.Open(s.options.file("assets"))
	s.standIns = []*http.Server{
		serve(p.ses, s.mailbox.API()), serve(p.kms, keys.API()), serve(p.s3, files), serve(p.denied, denied()),
	}
	s.queues, err = sqs.Start(sqs.Options{
		Queues: topology.Queues, Invoker: s, Listen: p.sqs, Retry: s.options.Retry,
		File: s.options.file("queues.json"), Log: s.options.Log,
	})
	if err != nil {
		return err
	}
	s.mailbox.Tell(func(event []byte) { s.queues.Send(topology.MailFeedbackQueue, event) })
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
		Wake: s.wake, Busy: func() bool { return s.underWay.Load() > 0 },
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
