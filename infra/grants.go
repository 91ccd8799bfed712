package main

import (
	"fmt"
	"slices"

	"github.com/aws/aws-cdk-go/awscdk/v2/awsdynamodb"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslogs"
	"github.com/aws/jsii-runtime-go"

	"perennial/infra/topology"
)

// Actions on a table, by what they do. A transaction needs the permissions of
// the single actions that it is made of. Nothing here may scan.
var (
	readActions  = []string{"dynamodb:GetItem", "dynamodb:BatchGetItem", "dynamodb:Query"}
	writeActions = []string{"dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:DeleteItem", "dynamodb:ConditionCheckItem"}
)

// dueIndex is the only index that read-due opens.
const dueIndex = "due"

func isTableGrant(g topology.Grant) bool {
	return slices.Contains([]topology.Grant{
		topology.GrantReadTable, topology.GrantWriteTable, topology.GrantReadDue, topology.GrantReadRegistry,
	}, g)
}

func isFlowGrant(g topology.Grant) bool {
	return g == topology.GrantStartFlow || g == topology.GrantAnswerFlow
}

// statements is all that a function may do: write its log, use its grants,
// send to the queues it names, and read what triggers it.
func (a *appStack) statements(f topology.Function, logs awslogs.LogGroup) []awsiam.PolicyStatement {
	all := []awsiam.PolicyStatement{
		allow(logs.LogGroupArn(), "logs:CreateLogStream", "logs:PutLogEvents"),
	}
	for _, g := range f.Grants {
		all = append(all, a.granted(g)...)
	}
	for _, name := range f.SendsTo {
		all = append(all, allow(a.queues[name].QueueArn(), "sqs:SendMessage"))
		if f.Name == topology.Ticker {
			all = append(all, allow(a.queues[name].QueueArn(), "sqs:GetQueueAttributes")) // it reads the depth first
		}
	}
	return append(all, a.triggerStatements(f)...)
}

// granted is what one grant of the topology means in IAM.
func (a *appStack) granted(g topology.Grant) []awsiam.PolicyStatement {
	table, sandbox := a.data.table.TableArn(), a.data.sandboxTable.TableArn()
	switch g {
	case topology.GrantReadTable:
		statements := []awsiam.PolicyStatement{allow(table, readActions...)}
		for _, index := range topology.TableMain.Indexes {
			statements = append(statements, allow(indexARN(a.data.table, index.Name), "dynamodb:Query"))
		}
		return statements
	case topology.GrantWriteTable:
		return []awsiam.PolicyStatement{allow(table, writeActions...)}
	case topology.GrantReadDue:
		return []awsiam.PolicyStatement{allow(indexARN(a.data.table, dueIndex), "dynamodb:Query")}
	case topology.GrantReadRegistry:
		return []awsiam.PolicyStatement{allow(table, "dynamodb:GetItem", "dynamodb:Query")}
	case topology.GrantSandboxTable:
		return []awsiam.PolicyStatement{allow(sandbox, readActions...), allow(sandbox, writeActions...)}
	case topology.GrantSandboxEvent:
		return []awsiam.PolicyStatement{allow(a.queues["sandbox-events"].QueueArn(), "sqs:SendMessage")}
	case topology.GrantSeal:
		return []awsiam.PolicyStatement{allow(a.data.key.KeyArn(), "kms:GenerateDataKey")}
	case topology.GrantUnseal:
		return []awsiam.PolicyStatement{allow(a.data.key.KeyArn(), "kms:Decrypt")}
	case topology.GrantAssets:
		files := allow(a.data.assets.ArnForObjects(jsii.String("images/*")), "s3:PutObject", "s3:GetObject")
		files.AddResources(a.data.assets.ArnForObjects(jsii.String("files/*")))
		return []awsiam.PolicyStatement{files}
	case topology.GrantSendMail:
		return a.mailStatements()
	case topology.GrantStartFlow:
		return []awsiam.PolicyStatement{
			allow(a.flowARN(), "states:StartExecution"),
			allow(a.flowExecutionsARN(), "states:DescribeExecution"),
		}
	case topology.GrantAnswerFlow:
		return []awsiam.PolicyStatement{allow(a.flowARN(), "states:SendTaskSuccess", "states:SendTaskFailure")}
	}
	panic(fmt.Sprintf("the topology names the grant %s, which has no meaning in IAM", g))
}

// mailStatements let a function send as the one sender and as nobody else.
func (a *appStack) mailStatements() []awsiam.PolicyStatement {
	set := a.stack.FormatArn(arn("ses", "configuration-set", *a.data.mailSettings.ConfigurationSetName()))
	send := allow(a.data.identity.EmailIdentityArn(), "ses:SendEmail")
	send.AddResources(set)
	send.AddCondition(jsii.String("StringEquals"), map[string]any{"ses:FromAddress": a.set.mailFrom})
	return []awsiam.PolicyStatement{send}
}

// triggerStatements let Lambda read a function's queues and stream for it.
func (a *appStack) triggerStatements(f topology.Function) []awsiam.PolicyStatement {
	var all []awsiam.PolicyStatement
	for _, q := range topology.Queues {
		if q.Consumer == f.Name {
			all = append(all, allow(a.queues[q.Name].QueueArn(),
				"sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:ChangeMessageVisibility", "sqs:GetQueueAttributes"))
		}
	}
	if f.Name == topology.StreamConsumer {
		all = append(all,
			allow(a.data.table.TableStreamArn(), "dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator"),
			allow(jsii.String(*a.data.table.TableArn()+"/stream/*"), "dynamodb:ListStreams"),
			allow(a.failed.QueueArn(), "sqs:SendMessage"))
	}
	return all
}

func allow(resource *string, actions ...string) awsiam.PolicyStatement {
	return awsiam.NewPolicyStatement(&awsiam.PolicyStatementProps{
		Actions:   jsii.Strings(actions...),
		Resources: &[]*string{resource},
	})
}

func indexARN(table awsdynamodb.TableV2, name string) *string {
	return jsii.String(*table.TableArn() + "/index/" + name)
}
