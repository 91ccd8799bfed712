package main

import (
	"os"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslogs"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsstepfunctions"
	"github.com/aws/jsii-runtime-go"

	"perennial/infra/topology"
)

// flowName is fixed, so that functions know the state machine's ARN without
// depending on it: it depends on one of them.
func (a *appStack) flowName() string { return *a.stack.StackName() + "-holdflow" }

func (a *appStack) flowARN() *string {
	return a.stack.FormatArn(arnOf("states", "stateMachine", a.flowName()))
}

func (a *appStack) flowExecutionsARN() *string {
	return a.stack.FormatArn(arnOf("states", "execution", a.flowName()+":*"))
}

// addFlow deploys the state machine from the same file that runs locally. It
// logs every step, but not the steps' data, which holds task tokens.
func (a *appStack) addFlow(alarms *alarms) {
	definition, err := os.ReadFile(flowDefinition)
	if err != nil {
		panic(err) // the file is part of this folder
	}
	holdflow := a.functions[topology.FlowFunction]
	machine := awsstepfunctions.NewStateMachine(a.stack, jsii.String("HoldFlowMachine"), &awsstepfunctions.StateMachineProps{
		StateMachineName: jsii.String(a.flowName()),
		Comment:          jsii.String("From hold to reactivation: waits for a payment method and charges the dues"),
		StateMachineType: awsstepfunctions.StateMachineType_STANDARD,
		DefinitionBody:   awsstepfunctions.DefinitionBody_FromString(jsii.String(string(definition))),
		DefinitionSubstitutions: &map[string]*string{
			"HoldFlowFunctionArn": holdflow.FunctionArn(),
		},
		TracingEnabled: jsii.Bool(true),
		Logs: &awsstepfunctions.LogOptions{
			Level:                awsstepfunctions.LogLevel_ALL,
			IncludeExecutionData: jsii.Bool(false),
			Destination: awslogs.NewLogGroup(a.stack, jsii.String("HoldFlowMachineLog"), &awslogs.LogGroupProps{
				// Names under this prefix do not count against the size of
				// the account's log resource policy.
				LogGroupName:  jsii.String("/aws/vendedlogs/states/" + a.flowName()),
				Retention:     awslogs.RetentionDays_ONE_MONTH,
				RemovalPolicy: awscdk.RemovalPolicy_DESTROY,
			}),
		},
	})
	machine.AddToRolePolicy(allow(holdflow.FunctionArn(), "lambda:InvokeFunction"))
	alarms.whenFlowFails(machine)
	output(a.stack, "HoldFlowArn", machine.StateMachineArn())
}

// arn and arnOf describe a resource of this account, separated by a slash or
// by a colon as the service wants it.
func arn(service, resource, name string) *awscdk.ArnComponents {
	return &awscdk.ArnComponents{
		Service: jsii.String(service), Resource: jsii.String(resource), ResourceName: jsii.String(name),
	}
}

func arnOf(service, resource, name string) *awscdk.ArnComponents {
	parts := arn(service, resource, name)
	parts.ArnFormat = awscdk.ArnFormat_COLON_RESOURCE_NAME
	return parts
}
