package faults

import (
	"context"
	"fmt"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"perennial/infra/local/dynamo"
	"perennial/infra/local/front"
	"perennial/infra/local/lambda"
	"perennial/infra/local/wire"
	"perennial/infra/topology"
	"perennial/shared/assembly"
	"perennial/shared/bank/bankstore"
	"perennial/shared/config"
	store "perennial/shared/dynamo"
)

// site is one small deployment with a proxy between everything.
type site struct {
	t     *testing.T
	seed  uint64
	draws int

	proxy   *wire.Proxy
	gates   map[string]*gate
	driver  *lambda.Driver
	queues  *queues
	flows   *flows
	records *records
	door    *door
	posts   *posts
	tally   *tally

	engine string
	client *dynamodb.Client // straight to the engine
	store  *store.Store
	bank   *bankstore.Store
	till   *assembly.Till // straight, for what happens undisturbed
	urls   map[string]string

	mu   sync.Mutex
	log  strings.Builder // of the functions
	left context.CancelFunc
}

const sandboxSecret = "sandbox-secret"

// newSite opens a deployment with empty tables.
func newSite(t *testing.T, seed uint64, tally *tally) *site {
	t.Helper()
	s := &site{t: t, seed: seed, proxy: wire.New(seed), gates: map[string]*gate{}, queues: newQueues(), posts: newPosts(), tally: tally}
	t.Cleanup(func() { _ = s.proxy.Close() }) // nothing listens any more
	s.engine = engine(t)
	s.client = dynamo.Client(s.engine)
	table, bank := makeTable(t, s.client, topology.TableMain), makeTable(t, s.client, topology.TableSandbox)
	s.store, s.bank = store.New(s.client, table), bankstore.New(s.client, bank)
	s.serve()
	s.openFlows()
	s.urls[config.Table], s.urls[config.SandboxTable] = table, bank
	s.hire()
	s.records = openRecords(t, s.engine, table)
	s.till = s.newTill("")
	s.proxy.OnKill(s.kill)
	s.proxy.KeepBodies(true)
	return s
}

// serve opens the stand-ins and the front.
func (s *site) serve() {
	open := func(h *httptest.Server) string { s.t.Cleanup(h.Close); return h.URL }
	front := &front.Front{Surfaces: topology.Surfaces, Invoker: s, Log: s}
	s.door = newDoor(front.Handler("sandbox"), s.swapCard)
	s.urls = map[string]string{
		"sqs":                   open(httptest.NewServer(s.queues.API())),
		config.URLSandbox:       open(httptest.NewServer(s.door)),
		config.URLGatewayEvents: open(httptest.NewServer(front.Handler("api"))),
	}
}

func (s *site) openFlows() {
	root, err := dynamo.ProjectRoot()
	s.must(err)
	definition, err := os.ReadFile(filepath.Join(root, "infra", "holdflow.asl.json"))
	s.must(err)
	s.flows, err = newFlows(definition, s.invoke)
	s.must(err)
	server := httptest.NewServer(s.flows.API())
	s.t.Cleanup(server.Close)
	s.urls["sfn"] = server.URL
}

// hire readies the functions; a second collector and a second sweeper are
// functions of their own, so that either can die alone.
func (s *site) hire() {
	o := lambda.Options{Log: s}
	names := map[string]string{"collector-2": "collector", "sweeper-2": "sweeper"}
	for _, f := range functions {
		names[f] = f
	}
	for _, f := range gated {
		s.gates[f] = &gate{}
	}
	for name, binary := range names {
		o.Functions = append(o.Functions, lambda.Function{
			Name: name, Bootstrap: filepath.Join(binaries, binary), Timeout: 30 * time.Second, Memory: 256,
			Env: s.environment(name), Max: 4,
		})
	}
	s.driver = lambda.New(o)
	s.t.Cleanup(s.driver.Stop)
}

// environment gives a function every address through the proxy.
func (s *site) environment(function string) []string {
	through := func(service, upstream string) string {
		if g := s.gates[function]; g != nil {
			upstream = g.before(s.t, upstream)
		}
		url, err := s.proxy.URL(function, service, upstream)
		s.must(err)
		return url
	}
	sandbox := s.urls[config.URLSandbox]
	if function != "sandbox" {
		sandbox = through("sandbox", sandbox)
	}
	env := []string{
		"AWS_ENDPOINT_URL=http://127.0.0.1:1",
		"AWS_ENDPOINT_URL_DYNAMODB=" + through("dynamodb", s.engine),
		"AWS_ENDPOINT_URL_SQS=" + through("sqs", s.urls["sqs"]),
		"AWS_ENDPOINT_URL_SFN=" + through("sfn", s.urls["sfn"]),
		config.Table + "=" + s.urls[config.Table], config.SandboxTable + "=" + s.urls[config.SandboxTable],
		config.URLSandbox + "=" + sandbox, config.SandboxSecret + "=" + sandboxSecret,
		config.URLGatewayEvents + "=" + through("gateway-events", s.urls[config.URLGatewayEvents]),
		config.StateMachine + "=" + machineARN, config.KMSKey + "=alias/perennial",
	}
	for _, q := range topology.Queues {
		env = append(env, q.Env+"="+s.urls["sqs"]+"/000000000000/"+q.Name)
	}
	return env
}

// Invoke implements front.Invoker.
func (s *site) Invoke(ctx context.Context, function string, payload []byte) ([]byte, *lambda.FunctionError, error) {
	return s.driver.Invoke(ctx, function, payload)
}

// invoke runs a function once; its own failure is a *lambda.FunctionError.
func (s *site) invoke(ctx context.Context, function string, payload []byte) ([]byte, error) {
	answer, failure, err := s.driver.Invoke(ctx, function, payload)
	if failure != nil {
		return nil, failure
	}
	return answer, err
}

// kill ends a function. What runs in this process, in the portal's place, is
// cut off from everything by its context.
func (s *site) kill(function string) {
	if function != portal {
		s.driver.Kill(function)
		return
	}
	s.mu.Lock()
	leave := s.left
	s.mu.Unlock()
	if leave != nil {
		leave()
	}
}

// Write implements io.Writer for the functions' log, of which the end is kept.
func (s *site) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.log.Len() > 64<<10 {
		s.log.Reset()
	}
	return s.log.Write(p)
}

// cleared empties the functions' log.
func (s *site) cleared() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	text := s.log.String()
	s.log.Reset()
	return text
}

// random is the next number that follows from the seed.
func (s *site) random() uint64 {
	s.draws++
	x := s.seed + uint64(s.draws)*0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

func (s *site) must(err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(fmt.Errorf("site: %w", err))
	}
}
