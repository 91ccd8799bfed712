// Command holdflow does the tasks of the hold state machine.
package main

import (
	"context"
	"log/slog"
	"os"

	"github.com/aws/aws-lambda-go/lambda"

	"perennial/shared/assembly"
	"perennial/shared/config"
)

func main() {
	config.Logs()
	env := config.Read()
	till, err := assembly.Open(context.Background(), env)
	if err != nil {
		slog.Error("cannot start", "error", err.Error())
		os.Exit(1)
	}
	env.Must()
	lambda.Start(invoke(till.Recovery))
}
