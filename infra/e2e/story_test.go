package e2e

import (
	"os"
	"testing"

	"perennial/infra/local"
	"perennial/infra/story"
	"perennial/shared/assembly"
	"perennial/shared/clock"
	"perennial/shared/config"
	"perennial/shared/dynamo"
	"perennial/shared/gateway/sandbox"
	"perennial/shared/merchant"
	"perennial/shared/operations"
	"perennial/shared/record"
)

// stage starts a stack of its own and founds a merchant on it.
func stage(t *testing.T) (story.Stage, *operations.Service, merchant.Scope, operations.Ledger) {
	t.Helper()
	log, err := os.CreateTemp(t.TempDir(), "stack-*.log")
	if err != nil {
		t.Fatal(err)
	}
	stack, err := local.Start(t.Context(), local.Options{Dir: t.TempDir(), Log: log})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := stack.Stop(); err != nil {
			t.Error(err)
		}
		if t.Failed() {
			raw, _ := os.ReadFile(log.Name()) // only to help the reader
			t.Logf("the stack said:\n%s", tail(raw, 6000))
		}
	})
	client, table := stack.DynamoDB()
	service := &operations.Service{Store: dynamo.New(client, table), Wall: clock.System, Actor: record.Actor{Kind: record.ByOperator, ID: "e2e"}}
	b, err := service.Found(t.Context(), operations.Founding{
		Name: "Northwind Studio", Email: "owner@northwind.example", Country: "DE", Zone: "Europe/Berlin",
	})
	if err != nil {
		t.Fatal(err)
	}
	scope := merchant.Scope{Business: b.ID, Mode: merchant.Test}
	key, _, err := service.CreateKey(t.Context(), scope, "e2e", false)
	if err != nil {
		t.Fatal(err)
	}
	secret, ok := stack.Lookup(config.SandboxSecret)
	if !ok {
		t.Fatal("the stack does not tell the sandbox's secret")
	}
	bank := sandbox.New(sandbox.Options{BaseURL: stack.URL("sandbox"), Secret: secret, HTTP: stack.Client()})
	return story.Stage{
		API: stack.URL("api"), Portal: stack.URL("portal-test"), Mail: stack.URL("mail"),
		Business: b.ID, Key: key, Client: stack.Client(), Out: t.Output(), Shots: os.Getenv("STORY_SHOTS"),
	}, service, scope, assembly.SandboxLedger(bank)
}

func tail(raw []byte, n int) []byte { return raw[max(0, len(raw)-n):] }

// The scenes of package story show R060, R076 to R078, R080, R084, R115 to
// R125, R130 to R134, R136, R137, R157, R158, R245, R246, R303, R311, R314 and
// R319.
func TestARenewalFailsAndTheCustomerBringsItBack(t *testing.T) {
	s, service, scope, ledger := stage(t)
	if err := story.Play(t.Context(), s); err != nil {
		t.Fatal(err)
	}
	findings, err := service.Examine(t.Context(), scope, ledger)
	if err != nil || len(findings) > 0 {
		t.Errorf("the doctor finds %v, %v", findings, err)
	}
}
