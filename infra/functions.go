package main

import (
	"fmt"
	"path/filepath"
	"slices"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslogs"
	"github.com/aws/jsii-runtime-go"

	"perennial/infra/topology"
)

// stateMachineEnv carries the hold flow's ARN to functions that start or
// answer executions.
const stateMachineEnv = "PERENNIAL_STATE_MACHINE"

// newFunction makes a function with a role and a log group of its own. The
// role has no managed policy: grants.go says everything that it may.
func (a *appStack) newFunction(f topology.Function, code string) awslambda.Function {
	id := pascal(f.Name)
	logs := awslogs.NewLogGroup(a.stack, jsii.String(id+"Log"), &awslogs.LogGroupProps{
		Retention:     awslogs.RetentionDays_ONE_MONTH,
		RemovalPolicy: awscdk.RemovalPolicy_DESTROY,
	})
	role := awsiam.NewRole(a.stack, jsii.String(id+"Role"), &awsiam.RoleProps{
		AssumedBy:   awsiam.NewServicePrincipal(jsii.String("lambda.amazonaws.com"), nil),
		Description: jsii.String("Function " + f.Name),
	})
	for _, s := range a.statements(f, logs) {
		role.AddToPolicy(s)
	}
	return awslambda.NewFunction(a.stack, jsii.String(id), &awslambda.FunctionProps{
		Description:   jsii.String("Perennial " + f.Name),
		Runtime:       awslambda.Runtime_PROVIDED_AL2023(),
		Architecture:  awslambda.Architecture_ARM_64(),
		Handler:       jsii.String("bootstrap"),
		Code:          awslambda.Code_FromAsset(jsii.String(filepath.Join(code, f.Name)), nil),
		MemorySize:    jsii.Number(f.Memory),
		Timeout:       seconds(f.Timeout),
		Environment:   a.environment(f),
		Role:          role,
		LogGroup:      logs,
		LoggingFormat: awslambda.LoggingFormat_JSON,
	})
}

// environment gives a function the variables that its grants imply and those
// that the topology names, and no others.
func (a *appStack) environment(f topology.Function) *map[string]*string {
	names := slices.Clone(f.Env)
	if slices.ContainsFunc(f.Grants, isTableGrant) {
		names = append(names, topology.TableMain.Env)
	}
	if slices.ContainsFunc(f.Grants, isFlowGrant) {
		names = append(names, stateMachineEnv)
	}
	for _, q := range topology.Queues {
		if slices.Contains(f.SendsTo, q.Name) {
			names = append(names, q.Env)
		}
	}
	variables := map[string]*string{}
	for _, name := range names {
		variables[name] = a.variable(name)
	}
	return &variables
}

// variable is the value of an environment variable in this deployment.
// Secrets are dynamic references, which CloudFormation resolves when it
// creates the function, so that no template holds one.
func (a *appStack) variable(name string) *string {
	for _, s := range topology.Surfaces {
		if s.URLEnv == name {
			return a.edge.urls[s.Host]
		}
	}
	for _, q := range topology.Queues {
		if q.Env == name {
			return a.queues[q.Name].QueueUrl()
		}
	}
	switch name {
	case topology.TableMain.Env:
		return a.data.table.TableName()
	case topology.TableSandbox.Env:
		return a.data.sandboxTable.TableName()
	case stateMachineEnv:
		return a.flowARN()
	case "PERENNIAL_ASSETS_BUCKET":
		return a.data.assets.BucketName()
	case "PERENNIAL_KMS_KEY":
		return a.data.key.KeyArn()
	case "PERENNIAL_MAIL_FROM":
		return jsii.String(a.set.mailFrom)
	case "PERENNIAL_ORIGIN_SECRET":
		return a.data.originSecret.SecretValue().UnsafeUnwrap()
	case "PERENNIAL_LINK_SECRET":
		return a.data.linkSecret.SecretValue().UnsafeUnwrap()
	case "PERENNIAL_SANDBOX_SECRET":
		return a.data.sandboxSecret.SecretValue().UnsafeUnwrap()
	case "PERENNIAL_ALLOW_PRIVATE_WEBHOOKS", "PERENNIAL_ANY_TEST_ADDRESS":
		return jsii.String("false")
	}
	panic(fmt.Sprintf("the topology names the variable %s, which has no value in a deployment", name))
}
