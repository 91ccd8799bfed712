// Command sweeper wakes every minute, finds the work that is due and tops up
// the queues with it. It performs nothing itself.
package main

import (
	"context"
	"log/slog"
	"os"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	awssqs "github.com/aws/aws-sdk-go-v2/service/sqs"

	"perennial/shared/clock"
	"perennial/shared/config"
	"perennial/shared/dynamo"
	"perennial/shared/queue/sqs"
	"perennial/shared/sweep"
)

func main() {
	config.Logs()
	env := config.Read()
	aws, err := config.AWS(context.Background())
	if err != nil {
		slog.Error("cannot start", "error", err.Error())
		os.Exit(1)
	}
	queues := awssqs.NewFromConfig(aws)
	lane := func(name, url string, hold int) sweep.Lane {
		return sweep.Lane{Name: name, Queue: sqs.New(queues, env.Need(url)), Hold: hold}
	}
	// About three minutes of work each, at the collector's, deliverer's and
	// mailer's greatest concurrency and a second for each item.
	s := sweeper{&sweep.Service{
		Agenda:     dynamo.New(dynamodb.NewFromConfig(aws), env.Need(config.Table)),
		Live:       lane("work-live", config.QueueWorkLive, 3600),
		Test:       lane("work-test", config.QueueWorkTest, 900),
		Deliveries: lane("deliveries", config.QueueDeliveries, 3600),
		Mail:       lane("mail", config.QueueMail, 900),
		Wall:       clock.System,
	}}
	env.Must()
	lambda.Start(s.invoke)
}
