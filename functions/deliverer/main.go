// Command deliverer posts merchants' webhooks: first attempts from the
// publisher, later ones from the sweeper.
package main

import (
	"context"
	"log/slog"
	"os"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	awskms "github.com/aws/aws-sdk-go-v2/service/kms"
	awssqs "github.com/aws/aws-sdk-go-v2/service/sqs"

	"perennial/shared/clock"
	"perennial/shared/config"
	"perennial/shared/dynamo"
	"perennial/shared/hooks"
	"perennial/shared/invoices"
	"perennial/shared/kms"
	"perennial/shared/queue/sqs"
	"perennial/shared/webhooks"
)

func main() {
	config.Logs()
	env := config.Read()
	aws, err := config.AWS(context.Background())
	if err != nil {
		slog.Error("cannot start", "error", err.Error())
		os.Exit(1)
	}
	secrets := kms.New(kms.CallsOf(awskms.NewFromConfig(aws)), env.Need(config.KMSKey), clock.System)
	store := dynamo.New(dynamodb.NewFromConfig(aws), env.Need(config.Table))
	d := deliverer{&hooks.Service{
		Store: store, Limiter: store, Wall: clock.System,
		Poster: webhooks.New(secrets, env.Flag(config.AllowPrivateWebhooks), clock.System).Signing(
			invoices.Links{URL: env.URL(config.URLAPI), Secrets: env.List(config.LinkSecret)}),
		Queue: sqs.New(awssqs.NewFromConfig(aws), env.Need(config.QueueDeliveries)),
	}}
	env.Must()
	lambda.Start(d.invoke)
}
