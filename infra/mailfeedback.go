package main

import (
	"github.com/aws/aws-cdk-go/awscdk/v2/awsevents"
	"github.com/aws/aws-cdk-go/awscdk/v2/awseventstargets"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsses"
	"github.com/aws/jsii-runtime-go"

	"perennial/infra/topology"
)

// publishFeedback lets SES tell EventBridge of bounces and complaints.
func (d *dataStack) publishFeedback() {
	d.mailSettings.AddEventDestination(jsii.String("Feedback"), &awsses.ConfigurationSetEventDestinationOptions{
		Destination: awsses.EventDestination_EventBus(awsevents.EventBus_FromEventBusName(d.stack, jsii.String("DefaultBus"), jsii.String("default"))),
		Events:      &[]awsses.EmailSendingEvent{awsses.EmailSendingEvent_BOUNCE, awsses.EmailSendingEvent_COMPLAINT},
	})
}

// addMailFeedback queues what SES tells of our own mails for the mailer. Only
// AWS can publish as aws.ses, and the mailer asks every event for a proof.
func (a *appStack) addMailFeedback() {
	types := jsii.Strings(topology.MailFeedback...)
	rule := awsevents.NewRule(a.stack, jsii.String("MailFeedback"), &awsevents.RuleProps{
		Description: jsii.String("Tells the mailer of bounces and complaints"),
		EventPattern: &awsevents.EventPattern{
			Source: jsii.Strings("aws.ses"), DetailType: types,
			Detail: &map[string]any{"mail": map[string]any{"tags": map[string]any{
				"ses:configuration-set": []*string{a.data.mailSettings.ConfigurationSetName()},
			}}},
		},
	})
	rule.AddTarget(awseventstargets.NewSqsQueue(a.queues[topology.MailFeedbackQueue], &awseventstargets.SqsQueueProps{}))
}
