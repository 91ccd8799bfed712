// Command sandbox is the test payment gateway: it answers its HTTP origin, and
// posts the webhooks that wait on its own queue. It has its own table and
// shares nothing with the rest of the deployment.
package main

import (
	"context"
	"log/slog"
	"net/http"
	"os"
	"time"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"perennial/shared/bank/bankhttp"
	"perennial/shared/bank/bankqueue"
	"perennial/shared/bank/bankstore"
	"perennial/shared/clock"
	"perennial/shared/config"
)

func main() {
	config.Logs()
	env := config.Read()
	aws, err := config.AWS(context.Background())
	if err != nil {
		stop(err)
	}
	store := bankstore.New(dynamodb.NewFromConfig(aws), env.Need(config.SandboxTable))
	webhooks := &bankhttp.Webhooks{
		Queue:  bankqueue.New(sqs.NewFromConfig(aws), env.Need(config.SandboxQueue)),
		Origin: env.URL(config.URLSandbox),
		Target: env.URL(config.URLGatewayEvents),
		Secret: env.Need(config.SandboxSecret),
		HTTP:   &http.Client{Timeout: 10 * time.Second},
		Now:    clock.System,
	}
	env.Must()
	function, err := newFunction(store, webhooks)
	if err != nil {
		stop(err)
	}
	lambda.Start(function.invoke)
}

func stop(err error) {
	slog.Error("cannot start", "error", err.Error())
	os.Exit(1)
}
