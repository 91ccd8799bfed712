// Command collector does queued due work: renewals, retries, endings, and the
// steps of an advancing test clock.
package main

import (
	"context"
	"log/slog"
	"os"

	"github.com/aws/aws-lambda-go/lambda"
	awssqs "github.com/aws/aws-sdk-go-v2/service/sqs"

	"perennial/shared/assembly"
	"perennial/shared/config"
	"perennial/shared/queue/sqs"
)

func main() {
	config.Logs()
	env := config.Read()
	till, err := assembly.Open(context.Background(), env)
	if err != nil {
		slog.Error("cannot start", "error", err.Error())
		os.Exit(1)
	}
	clock := sqs.New(awssqs.NewFromConfig(till.AWS), env.Need(config.QueueWorkClock))
	env.Must()
	lambda.Start(collector{
		life: till, advancer: till.Advancer,
		again: func(ctx context.Context, message []byte) error { return clock.Send(ctx, string(message)) },
	}.invoke)
}
