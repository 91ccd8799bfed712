// Command gatewayevents takes the payment gateways' webhooks.
package main

import (
	"context"
	"log/slog"
	"os"

	"perennial/shared/assembly"
	"perennial/shared/clock"
	"perennial/shared/config"
	"perennial/shared/lambdahttp"
)

func main() {
	config.Logs()
	env := config.Read()
	till, err := assembly.Open(context.Background(), env)
	if err != nil {
		slog.Error("cannot start", "error", err.Error())
		os.Exit(1)
	}
	h := handler(ears{
		listener: till, secret: env.Need(config.SandboxSecret), stripe: till.Banks.Stripe(), noted: till.Keyring.Heard, wall: clock.System,
	})
	env.Must()
	lambdahttp.Start(h, lambdahttp.Headers(lambdahttp.APIHeaders()))
}
