// Package asl runs Step Functions state machines on a laptop: the subset of
// the Amazon States Language (JSONPath) that our machines use, with the
// semantics of a Standard workflow, in virtual or real time.
//
// Supported: Pass, Task, Choice, Wait, Succeed and Fail; the resources
// lambda:invoke and lambda:invoke.waitForTaskToken; Retry with back-off,
// ceiling and full jitter; Catch; TimeoutSeconds and TimeoutSecondsPath;
// InputPath, Parameters, ResultSelector, ResultPath and OutputPath; the
// context object's Execution.Id, .Name, .Input, .StartTime, State.Name,
// .EnteredTime and Task.Token. [Parse] refuses everything else with the whole
// list of what it does not know, so a definition that loads here means here
// what it means on AWS. Parallel, Map, JSONata and intrinsic functions are
// not here because nothing needs them.
//
// A definition becomes a [Machine], a machine starts an [Execution], and a
// [Host] lends it a clock and the functions:
//
//	machine, err := asl.Parse(definition, map[string]string{"HoldFlowFunctionArn": arn})
//	execution, err := machine.NewExecution("hold-sub_x-1-1", []byte(`{"flow":{}}`), time.Now())
//	go execution.Run(ctx, host)          // returns when it is closed
//	err = execution.Complete(token, []byte(`{"outcome":"paid"}`))
//	history := execution.Snapshot().Events
//
// [Execution.Step] is the same without waiting: it goes as far as the time
// allows and says when it wants to go on, so a test that owns the clock lives
// through thirty days in microseconds. A [Book] holds many executions under
// the rules of StartExecution and SendTask*; a server needs little more.
//
// An execution is one plain value between steps: [Execution.Snapshot] is
// JSON, [Machine.Resume] continues from it with the same token and the same
// deadlines. A task that was being invoked when the process died is invoked
// again, as after a lost reply on AWS.
package asl
