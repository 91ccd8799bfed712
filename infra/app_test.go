package main

import (
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"perennial/infra/topology"
)

func TestFunctionsAreAsTheTopologySays(t *testing.T) {
	app := deployment().app
	if got := len(app.all("AWS::Lambda::Function")); got != len(topology.Functions) {
		t.Errorf("%d functions, want %d", got, len(topology.Functions))
	}
	for _, f := range topology.Functions {
		p := app.one(t, "AWS::Lambda::Function", pascal(f.Name)).Properties
		got := map[string]any{
			"arch": p["Architectures"], "runtime": p["Runtime"], "handler": p["Handler"],
			"memory": p["MemorySize"], "timeout": p["Timeout"], "reserved": p["ReservedConcurrentExecutions"],
		}
		want := map[string]any{
			"arch": []any{"arm64"}, "runtime": "provided.al2023", "handler": "bootstrap",
			"memory": float64(f.Memory), "timeout": f.Timeout.Seconds(),
			"reserved": nil, // new accounts refuse it
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", f.Name, diff)
		}
	}
}

func TestAFunctionKnowsOnlyWhatItNeeds(t *testing.T) {
	app := deployment().app
	for _, f := range topology.Functions {
		want := slices.Clone(f.Env)
		if slices.ContainsFunc(f.Grants, isTableGrant) {
			want = append(want, "PERENNIAL_TABLE")
		}
		if slices.ContainsFunc(f.Grants, isFlowGrant) {
			want = append(want, "PERENNIAL_STATE_MACHINE")
		}
		for _, name := range f.SendsTo {
			want = append(want, "PERENNIAL_QUEUE_"+strings.ToUpper(strings.ReplaceAll(name, "-", "_")))
		}
		var got []string
		for name, value := range at(app.one(t, "AWS::Lambda::Function", pascal(f.Name)).Properties, "Environment", "Variables").(map[string]any) {
			got = append(got, name)
			if strings.HasSuffix(name, "_SECRET") && !strings.HasPrefix(short(value), "{{resolve:secretsmanager:") {
				t.Errorf("%s: %s stands in the template", f.Name, name)
			}
		}
		slices.Sort(want)
		slices.Sort(got)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: variables (-want +got):\n%s", f.Name, diff)
		}
	}
}

func TestEveryLogEnds(t *testing.T) {
	d := deployment()
	logs := map[string]resource{}
	for _, tpl := range []template{d.edge, d.app} {
		for id, r := range tpl.all("AWS::Logs::LogGroup") {
			logs[id] = r
		}
	}
	if want := len(topology.Functions) + len(hosts()) + 1; len(logs) != want {
		t.Errorf("%d log groups, want %d: each function, each API, the state machine", len(logs), want)
	}
	for id, r := range logs {
		if r.Properties["RetentionInDays"] != 30.0 {
			t.Errorf("%s keeps logs for %v days", id, r.Properties["RetentionInDays"])
		}
	}
}

func TestEveryQueueGivesUpIntoADeadLetterQueue(t *testing.T) {
	app := deployment().app
	for _, q := range topology.Queues {
		id := pascal(q.Name)
		p := app.one(t, "AWS::SQS::Queue", id).Properties
		if got := short(at(p, "RedrivePolicy", "deadLetterTargetArn")); got != id+"Dead" {
			t.Errorf("%s gives up into %q", q.Name, got)
		}
		if got := at(p, "RedrivePolicy", "maxReceiveCount"); got != float64(q.MaxReceives) {
			t.Errorf("%s gives up after %v receives, want %d", q.Name, got, q.MaxReceives)
		}
		for _, f := range topology.Functions {
			if want := 6 * f.Timeout.Seconds(); f.Name == q.Consumer && p["VisibilityTimeout"] != want {
				t.Errorf("%s hides a message for %v s, want six times the timeout of %s, %v s", q.Name, p["VisibilityTimeout"], f.Name, want)
			}
		}
		dead := app.one(t, "AWS::SQS::Queue", id+"Dead")
		if got := dead.Properties["MessageRetentionPeriod"]; got != 14*24*3600.0 {
			t.Errorf("dead letters of %s are kept for %v s", q.Name, got)
		}
	}
}

func TestQueuesAreEncryptedAtRestAndOnTheWay(t *testing.T) {
	app := deployment().app
	guarded := map[string]bool{}
	for _, policy := range app.all("AWS::SQS::QueuePolicy") {
		statement := at(policy.Properties, "PolicyDocument", "Statement").([]any)[0]
		if at(statement, "Effect") == "Deny" && at(statement, "Condition", "Bool", "aws:SecureTransport") == "false" {
			guarded[short(policy.Properties["Queues"].([]any)[0])] = true
		}
	}
	for id, q := range app.all("AWS::SQS::Queue") {
		if q.Properties["SqsManagedSseEnabled"] != true {
			t.Errorf("%s is not encrypted", id)
		}
		if !guarded[plain(id)] {
			t.Errorf("%s accepts messages without TLS", id)
		}
	}
}

func TestQueueMappingsAnswerForEachMessage(t *testing.T) {
	app := deployment().app
	for _, q := range topology.Queues {
		p := app.one(t, "AWS::Lambda::EventSourceMapping", pascal(q.Name)+"Mapping").Properties
		got := map[string]any{
			"function": strings.ToLower(short(p["FunctionName"])), "batch": p["BatchSize"],
			"concurrency": at(p, "ScalingConfig", "MaximumConcurrency"), "answers": p["FunctionResponseTypes"],
		}
		want := map[string]any{
			"function": q.Consumer, "batch": float64(q.Batch),
			"concurrency": float64(q.MaxConcurrency), "answers": []any{"ReportBatchItemFailures"},
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", q.Name, diff)
		}
	}
}

// However long the backlog of a gateway that was dead, no more than so many
// collectors charge at the same time.
func TestTheCollectorsConcurrencyIsLimited(t *testing.T) {
	app := deployment().app
	limits := map[string]float64{"work-live": 20, "work-test": 5, "work-clock": 5}
	for _, q := range topology.Queues {
		if q.Consumer != "collector" {
			continue
		}
		p := app.one(t, "AWS::Lambda::EventSourceMapping", pascal(q.Name)+"Mapping").Properties
		if got, ok := at(p, "ScalingConfig", "MaximumConcurrency").(float64); !ok || got < 2 || got > limits[q.Name] {
			t.Errorf("%s: %v collectors at once, %v are the limit", q.Name, got, limits[q.Name])
		}
		delete(limits, q.Name)
	}
	if len(limits) > 0 {
		t.Errorf("queues that the collector does not serve: %v", limits)
	}
}

func TestAPoisonRecordCannotBlockTheStream(t *testing.T) {
	p := deployment().app.one(t, "AWS::Lambda::EventSourceMapping", "StreamMapping").Properties
	got := map[string]any{
		"function": short(p["FunctionName"]), "start": p["StartingPosition"], "bisect": p["BisectBatchOnFunctionError"],
		"retries": p["MaximumRetryAttempts"], "age": p["MaximumRecordAgeInSeconds"], "answers": p["FunctionResponseTypes"],
		"failures": short(at(p, "DestinationConfig", "OnFailure", "Destination")),
		"filter":   at(at(p, "FilterCriteria", "Filters").([]any)[0], "Pattern"),
	}
	want := map[string]any{
		"function": "Publisher", "start": "TRIM_HORIZON", "bisect": true,
		"retries": 10.0, "age": 6 * 3600.0, "answers": []any{"ReportBatchItemFailures"},
		"failures": "StreamFailures",
		"filter":   `{"dynamodb":{"Keys":{"sk":{"S":[{"prefix":"OUT"}]}}},"eventName":["INSERT"]}`,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("stream mapping (-want +got):\n%s", diff)
	}
}

func TestTheSweeperTicksEachMinuteAndNeverTwice(t *testing.T) {
	app := deployment().app
	rule := app.one(t, "AWS::Events::Rule", "Tick").Properties
	if rule["ScheduleExpression"] != "rate(1 minute)" {
		t.Errorf("ticks by %v", rule["ScheduleExpression"])
	}
	target := rule["Targets"].([]any)[0]
	if short(at(target, "Arn")) != "Sweeper" || at(target, "RetryPolicy", "MaximumRetryAttempts") != 0.0 {
		t.Errorf("target %v", target)
	}
	async := app.one(t, "AWS::Lambda::EventInvokeConfig", "SweeperEventInvokeConfig").Properties
	if async["MaximumRetryAttempts"] != 0.0 || async["MaximumEventAgeInSeconds"] != 60.0 {
		t.Errorf("asynchronous invocation %v", async)
	}
}

func TestTheHoldFlowIsTheFileAndKeepsTokensOutOfLogs(t *testing.T) {
	p := deployment().app.one(t, "AWS::StepFunctions::StateMachine", "HoldFlowMachine").Properties
	file, err := os.ReadFile("holdflow.asl.json")
	if err != nil {
		t.Fatal(err)
	}
	if p["DefinitionString"] != string(file) {
		t.Error("the deployed definition is not infra/holdflow.asl.json")
	}
	if got := short(at(p, "DefinitionSubstitutions", "HoldFlowFunctionArn")); got != "Holdflow" {
		t.Errorf("its tasks run %q", got)
	}
	if p["StateMachineType"] != "STANDARD" || at(p, "TracingConfiguration", "Enabled") != true {
		t.Errorf("type %v, tracing %v", p["StateMachineType"], p["TracingConfiguration"])
	}
	logging := at(p, "LoggingConfiguration")
	if at(logging, "Level") != "ALL" || at(logging, "IncludeExecutionData") != false {
		t.Errorf("logging %v", logging)
	}
}

func TestAlarms(t *testing.T) {
	app := deployment().app
	var want, got []string
	for _, q := range topology.Queues {
		want = append(want, pascal(q.Name)+"DeadAlarm")
	}
	want = append(want, "StreamFailuresAlarm", "StreamLagAlarm", "OldestDueAlarm", "HoldFlowAlarm")
	for id := range app.all("AWS::CloudWatch::Alarm") {
		got = append(got, plain(id))
	}
	slices.Sort(want)
	slices.Sort(got)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("alarms (-want +got):\n%s", diff)
	}
	for id, redriven := range map[string]bool{"MailDeadAlarm": true, "StreamFailuresAlarm": false} {
		advice, _ := app.one(t, "AWS::CloudWatch::Alarm", id).Properties["AlarmDescription"].(string)
		if strings.Contains(advice, "redrive the queue") != redriven || strings.Contains(advice, "positions in the table's stream") == redriven {
			t.Errorf("%s advises: %s", id, advice)
		}
	}
	silent := app.one(t, "AWS::CloudWatch::Alarm", "OldestDueAlarm").Properties["TreatMissingData"]
	if silent != "breaching" {
		t.Errorf("a silent sweeper is %v", silent)
	}
}
