package main

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatch"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatchactions"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssns"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssqs"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsstepfunctions"
	"github.com/aws/jsii-runtime-go"
)

// The metric that the sweeper writes at every tick: how long the oldest due
// item has been waiting.
const (
	metricNamespace = "Perennial"
	metricOldestDue = "OldestDueAge" // seconds
)

// alarms are the few that mean somebody has to look.
type alarms struct {
	stack awscdk.Stack
	topic awssns.ITopic // nil: visible in CloudWatch alone
}

func newAlarms(stack awscdk.Stack, set settings) *alarms {
	a := &alarms{stack: stack}
	if set.alarmTopic != "" {
		a.topic = awssns.Topic_FromTopicArn(stack, jsii.String("AlarmTopic"), jsii.String(set.alarmTopic))
	}
	return a
}

// rule is one alarm: metric at or above threshold for some minutes.
type rule struct {
	id, description string
	metric          awscloudwatch.IMetric
	threshold       float64
	minutes         int
	missing         awscloudwatch.TreatMissingData
}

func (a *alarms) add(r rule) {
	alarm := awscloudwatch.NewAlarm(a.stack, jsii.String(r.id+"Alarm"), &awscloudwatch.AlarmProps{
		AlarmDescription:   jsii.String(r.description),
		Metric:             r.metric,
		Threshold:          jsii.Number(r.threshold),
		EvaluationPeriods:  jsii.Number(r.minutes),
		ComparisonOperator: awscloudwatch.ComparisonOperator_GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
		TreatMissingData:   r.missing,
	})
	if a.topic != nil {
		alarm.AddAlarmAction(awscloudwatchactions.NewSnsAction(a.topic))
	}
}

// What to do about a queue that should be empty.
const (
	adviceDead   = "Work was given up after all retries: look at the messages, mend the cause, redrive the queue."
	adviceStream = "The publisher gave up on commits: their webhooks, mails and hold flows were not started. " +
		"The messages are positions in the table's stream, not work, and cannot be redriven. Mend the cause; " +
		"for 24 hours the stream shows which commits they were, after that the outbox items of that time do."
)

func (a *alarms) whenNotEmpty(id, advice string, q awssqs.Queue) {
	a.add(rule{
		id: id, description: advice,
		metric:    q.MetricApproximateNumberOfMessagesVisible(maximum()),
		threshold: 1, minutes: 1, missing: awscloudwatch.TreatMissingData_NOT_BREACHING,
	})
}

func (a *alarms) whenStreamLags(publisher awslambda.Function) {
	a.add(rule{
		id: "StreamLag", description: "Webhooks, mails and hold flows are more than a minute behind the commits that caused them.",
		metric:    publisher.Metric(jsii.String("IteratorAge"), maximum()),
		threshold: 60_000, minutes: 5, missing: awscloudwatch.TreatMissingData_NOT_BREACHING,
	})
}

// whenWorkIsLate also rings when the metric stops, because then the sweeper
// did.
func (a *alarms) whenWorkIsLate() {
	a.add(rule{
		id: "OldestDue", description: "The oldest due item waits for fifteen minutes or more, or the sweeper is silent.",
		metric: awscloudwatch.NewMetric(&awscloudwatch.MetricProps{
			Namespace: jsii.String(metricNamespace), MetricName: jsii.String(metricOldestDue),
			Statistic: jsii.String("Maximum"), Period: awscdk.Duration_Minutes(jsii.Number(1)),
		}),
		threshold: 900, minutes: 10, missing: awscloudwatch.TreatMissingData_BREACHING,
	})
}

func (a *alarms) whenFlowFails(machine awsstepfunctions.StateMachine) {
	a.add(rule{
		id: "HoldFlow", description: "A hold flow gave up; its hold still says running. See the execution, mend the cause, and the repair starts a new run.",
		metric:    machine.MetricFailed(&awscloudwatch.MetricOptions{Statistic: jsii.String("Sum"), Period: awscdk.Duration_Minutes(jsii.Number(1))}),
		threshold: 1, minutes: 1, missing: awscloudwatch.TreatMissingData_NOT_BREACHING,
	})
}

func maximum() *awscloudwatch.MetricOptions {
	return &awscloudwatch.MetricOptions{Statistic: jsii.String("Maximum"), Period: awscdk.Duration_Minutes(jsii.Number(1))}
}
