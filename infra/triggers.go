package main

import (
	"encoding/json"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsevents"
	"github.com/aws/aws-cdk-go/awscdk/v2/awseventstargets"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/jsii-runtime-go"

	"perennial/infra/topology"
)

// addStreamMapping feeds committed outbox items to the publisher. The
// defaults of a stream mapping would let one poison record block its shard
// until the record is a day old and lost; here a failing batch is halved,
// tried ten times within six hours, and then named in a queue.
func (a *appStack) addStreamMapping(alarms *alarms) {
	publisher := a.functions[topology.StreamConsumer]
	awslambda.NewCfnEventSourceMapping(a.stack, jsii.String("StreamMapping"), &awslambda.CfnEventSourceMappingProps{
		FunctionName:               publisher.FunctionName(),
		EventSourceArn:             a.data.table.TableStreamArn(),
		StartingPosition:           jsii.String("TRIM_HORIZON"),
		BatchSize:                  jsii.Number(100),
		ParallelizationFactor:      jsii.Number(4), // the order of one object's commits stays
		BisectBatchOnFunctionError: jsii.Bool(true),
		MaximumRetryAttempts:       jsii.Number(10),
		MaximumRecordAgeInSeconds:  jsii.Number((6 * time.Hour).Seconds()),
		FunctionResponseTypes:      jsii.Strings("ReportBatchItemFailures"),
		FilterCriteria: &awslambda.CfnEventSourceMapping_FilterCriteriaProperty{
			Filters: []any{&awslambda.CfnEventSourceMapping_FilterProperty{Pattern: jsii.String(outboxPattern())}},
		},
		DestinationConfig: &awslambda.CfnEventSourceMapping_DestinationConfigProperty{
			OnFailure: &awslambda.CfnEventSourceMapping_OnFailureProperty{Destination: a.failed.QueueArn()},
		},
	})
	alarms.whenStreamLags(publisher)
}

// outboxPattern selects new outbox items; everything else that happens in the
// table does not wake the publisher.
func outboxPattern() string {
	pattern, err := json.Marshal(map[string]any{
		"eventName": []string{"INSERT"},
		"dynamodb":  map[string]any{"Keys": map[string]any{"sk": map[string]any{"S": []any{map[string]string{"prefix": topology.StreamPrefix}}}}},
	})
	if err != nil {
		panic(err) // the value above is constant
	}
	return string(pattern)
}

// addTick wakes the sweeper. A tick that fails is not repeated, because the
// next one does the same work.
func (a *appStack) addTick(alarms *alarms) {
	every := awscdk.Duration_Seconds(jsii.Number(topology.TickEvery.Seconds()))
	sweeper := a.functions[topology.Ticker]
	sweeper.ConfigureAsyncInvoke(&awslambda.EventInvokeConfigOptions{
		RetryAttempts: jsii.Number(0),
		MaxEventAge:   every,
	})
	rule := awsevents.NewRule(a.stack, jsii.String("Tick"), &awsevents.RuleProps{
		Description: jsii.String("Wakes the sweeper, which finds due work"),
		Schedule:    awsevents.Schedule_Rate(every),
	})
	rule.AddTarget(awseventstargets.NewLambdaFunction(sweeper, &awseventstargets.LambdaFunctionProps{
		RetryAttempts: jsii.Number(0),
		MaxEventAge:   every,
	}))
	alarms.whenWorkIsLate()
}
