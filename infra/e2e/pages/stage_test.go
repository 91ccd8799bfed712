package pages

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	awssfn "github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/chromedp/chromedp"

	"perennial/infra/local"
	awsidentity "perennial/infra/local/identity"
	"perennial/infra/topology"
	"perennial/shared/assembly"
	"perennial/shared/bank/bankstore"
	"perennial/shared/clock"
	"perennial/shared/config"
	"perennial/shared/dynamo"
	flows "perennial/shared/flow/sfn"
	"perennial/shared/gateway/sandbox"
	"perennial/shared/operations"
	"perennial/shared/record"
)

var all = flag.Bool("pages.all", false, "walk every flow in all eight ways, instead of four")

// stage is the one stack and the one browser that all tests share, started by
// the first.
var stage struct {
	once     sync.Once
	err      error
	stack    *local.Stack
	store    *dynamo.Store
	till     *assembly.Till // takes money behind the scenes
	operator *operations.Service
	bank     *sandbox.Gateway
	vault    *bankstore.Store
	browser  context.Context //nolint:containedctx // chromedp's handle is a context
	close    []context.CancelFunc
}

func TestMain(m *testing.M) {
	flag.Parse()
	code := m.Run()
	for _, end := range stage.close {
		end()
	}
	if stage.stack != nil {
		if err := stage.stack.Stop(); err != nil {
			fmt.Fprintln(os.Stderr, "stop the stack:", err)
			code = 1
		}
	}
	os.Exit(code)
}

// open starts stack and browser, once.
func open(t *testing.T) {
	t.Helper()
	stage.once.Do(func() { stage.err = errors.Join(openStack(), openBrowser()) })
	if stage.err != nil {
		t.Fatal(stage.err)
	}
}

// logFile is where the stack's functions write while the tests run.
const logFile = "../../../build/pages.log"

func openStack() error {
	log, err := os.Create(logFile)
	if err != nil {
		return err
	}
	s, err := local.Start(context.Background(), local.Options{Log: log}) // it outlives the test that starts it
	if err != nil {
		return err
	}
	look := func(name string) string { value, _ := s.Lookup(name); return value }
	client, table := s.DynamoDB()
	stage.stack, stage.store = s, dynamo.New(client, table)
	stage.vault = bankstore.New(client, topology.TableSandbox.Name)
	stage.bank = sandbox.New(sandbox.Options{BaseURL: s.URL("sandbox"), Secret: look(config.SandboxSecret), HTTP: s.Client()})
	cfg := aws.Config{Region: awsidentity.Region, Credentials: awsidentity.Credentials()}
	steps := awssfn.NewFromConfig(cfg, func(o *awssfn.Options) { o.BaseEndpoint = aws.String(look("AWS_ENDPOINT_URL_SFN")) })
	stage.till = assembly.Build(cfg, stage.store, stage.bank, flows.New(steps, look(config.StateMachine)), assembly.Keys{})
	stage.operator = &operations.Service{Store: stage.store, Wall: clock.System, Actor: record.Actor{Kind: record.ByOperator, ID: "pages"}}
	return nil
}

func openBrowser() error {
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.Flag("disable-background-networking", true), chromedp.Flag("disable-component-update", true),
		// The gateway's frame is of another site; in one process the driver can reach into it.
		chromedp.Flag("disable-site-isolation-trials", true), chromedp.Flag("disable-features", "IsolateOrigins,site-per-process"),
		chromedp.Flag("disable-sync", true), chromedp.Flag("disable-quic", true),
	)
	if os.Getuid() == 0 {
		options = append(options, chromedp.NoSandbox)
	}
	if path := os.Getenv("CHROMIUM"); path != "" {
		options = append(options, chromedp.ExecPath(path))
	}
	alloc, stop := chromedp.NewExecAllocator(context.Background(), options...)
	browser, cancel := chromedp.NewContext(alloc)
	stage.browser, stage.close = browser, []context.CancelFunc{cancel, stop}
	if err := chromedp.Do(browser); err != nil {
		return fmt.Errorf("start Chromium: %w", err)
	}
	return nil
}
