// Command publisher reads new outbox items from the table's stream and tells
// the world of them: webhooks, mails and the workflows of holds.
package main

import (
	"context"
	"log/slog"
	"os"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	awssfn "github.com/aws/aws-sdk-go-v2/service/sfn"
	awssqs "github.com/aws/aws-sdk-go-v2/service/sqs"

	"perennial/shared/clock"
	"perennial/shared/config"
	"perennial/shared/dynamo"
	"perennial/shared/flow/sfn"
	"perennial/shared/publish"
	"perennial/shared/queue/sqs"
)

func main() {
	config.Logs()
	env := config.Read()
	aws, err := config.AWS(context.Background())
	if err != nil {
		slog.Error("cannot start", "error", err.Error())
		os.Exit(1)
	}
	store := dynamo.New(dynamodb.NewFromConfig(aws), env.Need(config.Table))
	queues := awssqs.NewFromConfig(aws)
	p := publisher{&publish.Service{
		States:     store,
		Endpoints:  publish.NewEndpoints(store, clock.System),
		Deliveries: sqs.New(queues, env.Need(config.QueueDeliveries)),
		Mail:       sqs.New(queues, env.Need(config.QueueMail)),
		Flow:       sfn.New(awssfn.NewFromConfig(aws), env.Need(config.StateMachine)),
		Wall:       clock.System,
	}}
	env.Must()
	lambda.Start(p.invoke)
}
