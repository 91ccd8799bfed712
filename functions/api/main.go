// Command api serves the merchant API.
package main

import (
	"context"
	"log/slog"
	"os"

	"perennial/shared/assembly"
	"perennial/shared/config"
	"perennial/shared/httpapi"
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
	api, url := newAPI(till, env), env.URL(config.URLAPI)
	env.Must()
	lambdahttp.Start(api, options(url)...)
}

func options(url string) []lambdahttp.Option {
	return []lambdahttp.Option{
		lambdahttp.Headers(lambdahttp.APIHeaders()), lambdahttp.URL(url), lambdahttp.Failures(httpapi.Failure),
	}
}
