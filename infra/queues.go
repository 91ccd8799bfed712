package main

import (
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssqs"
	"github.com/aws/jsii-runtime-go"

	"perennial/infra/topology"
)

// visibilityFactor times the consumer's timeout is how long a received
// message stays hidden: room for Lambda's own retries of a throttled batch.
const visibilityFactor = 6

func (a *appStack) addQueues(alarms *alarms) {
	timeouts := map[string]time.Duration{}
	for _, f := range topology.Functions {
		timeouts[f.Name] = f.Timeout
	}
	for _, q := range topology.Queues {
		dead := a.newDeadQueue(pascal(q.Name)+"Dead", adviceDead, alarms)
		a.queues[q.Name] = awssqs.NewQueue(a.stack, jsii.String(pascal(q.Name)), &awssqs.QueueProps{
			Encryption:        awssqs.QueueEncryption_SQS_MANAGED,
			EnforceSSL:        jsii.Bool(true),
			VisibilityTimeout: seconds(visibilityFactor * timeouts[q.Consumer]),
			DeadLetterQueue:   &awssqs.DeadLetterQueue{Queue: dead, MaxReceiveCount: jsii.Number(q.MaxReceives)},
		})
	}
	a.failed = a.newDeadQueue("StreamFailures", adviceStream, alarms)
}

// newDeadQueue keeps what was given up for as long as SQS can, longer than
// the queue it came from, and rings at the first message: a dead letter is a
// bug, because bad data is answered for in code.
func (a *appStack) newDeadQueue(id, advice string, alarms *alarms) awssqs.Queue {
	q := awssqs.NewQueue(a.stack, jsii.String(id), &awssqs.QueueProps{
		Encryption:      awssqs.QueueEncryption_SQS_MANAGED,
		EnforceSSL:      jsii.Bool(true),
		RetentionPeriod: awscdk.Duration_Days(jsii.Number(14)),
	})
	alarms.whenNotEmpty(id, advice, q)
	return q
}

// addQueueMappings feeds each queue to its consumer, which answers for every
// message alone: only those that failed come back.
func (a *appStack) addQueueMappings() {
	for _, q := range topology.Queues {
		props := &awslambda.CfnEventSourceMappingProps{
			FunctionName:          a.functions[q.Consumer].FunctionName(),
			EventSourceArn:        a.queues[q.Name].QueueArn(),
			BatchSize:             jsii.Number(q.Batch),
			FunctionResponseTypes: jsii.Strings("ReportBatchItemFailures"),
		}
		if q.MaxConcurrency > 0 {
			props.ScalingConfig = &awslambda.CfnEventSourceMapping_ScalingConfigProperty{
				MaximumConcurrency: jsii.Number(q.MaxConcurrency),
			}
		}
		awslambda.NewCfnEventSourceMapping(a.stack, jsii.String(pascal(q.Name)+"Mapping"), props)
	}
}

func seconds(d time.Duration) awscdk.Duration {
	return awscdk.Duration_Seconds(jsii.Number(d.Seconds()))
}
