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

	"perennial/shared/clock"
	"perennial/shared/config"
	"perennial/shared/dynamo"
	"perennial/shared/hooks"
	"perennial/shared/kms"
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
	secrets := kms.New(awskms.NewFromConfig(aws), env.Need(config.KMSKey), clock.System)
	d := deliverer{&hooks.Service{
		Store:  dynamo.New(dynamodb.NewFromConfig(aws), env.Need(config.Table)),
		Poster: webhooks.New(secrets, env.Flag(config.AllowPrivateWebhooks), clock.System),
		Wall:   clock.System,
	}}
	env.Must()
	lambda.Start(d.invoke)
}
