package main

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssqs"
	"github.com/aws/jsii-runtime-go"

	"perennial/infra/topology"
)

// appStack holds what changes with the code: functions, queues, schedule,
// stream mapping, state machine, routes and alarms.
type appStack struct {
	stack     awscdk.Stack
	set       settings
	data      *dataStack
	edge      *edgeStack
	queues    map[string]awssqs.Queue
	failed    awssqs.Queue // stream records that the publisher gave up
	functions map[string]awslambda.Function
}

func newAppStack(app awscdk.App, set settings, data *dataStack, edge *edgeStack, code string) *appStack {
	a := &appStack{
		stack: awscdk.NewStack(app, jsii.String(set.name+"App"), &awscdk.StackProps{
			Description: jsii.String("Perennial: functions, queues, schedule and state machine"),
		}),
		set: set, data: data, edge: edge,
		queues:    map[string]awssqs.Queue{},
		functions: map[string]awslambda.Function{},
	}
	alarms := newAlarms(a.stack, set)
	a.addQueues(alarms)
	for _, f := range topology.Functions {
		a.functions[f.Name] = a.newFunction(f, code)
	}
	a.addQueueMappings()
	a.addMailFeedback()
	a.addStreamMapping(alarms)
	a.addTick(alarms)
	a.addFlow(alarms)
	a.addRoutes()
	return a
}
