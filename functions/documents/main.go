// Command documents serves invoices, credit notes and receipts as PDF, and
// previews of mails. The fonts are in this program and in no other.
package main

import (
	"context"
	"embed"
	"io/fs"
	"log/slog"
	"net/http"
	"os"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"perennial/shared/clock"
	"perennial/shared/config"
	"perennial/shared/documents"
	"perennial/shared/dynamo"
	"perennial/shared/httpapi"
	"perennial/shared/invoices"
	"perennial/shared/lambdahttp"
	"perennial/shared/mailpreview"
	"perennial/shared/mailtext"
	"perennial/shared/merchantapi"
	"perennial/shared/taxcheck"
	"perennial/shared/taxid/vies"
	"perennial/shared/typeset"
)

// fonts are the files that make setup puts beside their licence.
//
//go:embed fonts
var fonts embed.FS

func main() {
	config.Logs()
	env := config.Read()
	cfg, err := config.AWS(context.Background())
	if err != nil {
		slog.Error("cannot start", "error", err.Error())
		os.Exit(1)
	}
	h := handler(dynamo.New(dynamodb.NewFromConfig(cfg), env.Need(config.Table)), env)
	env.Must()
	lambdahttp.Start(h, lambdahttp.Headers(lambdahttp.APIHeaders()), lambdahttp.Failures(httpapi.Failure))
}

func handler(store *dynamo.Store, env *config.Env) http.Handler {
	files, _ := fs.Sub(fonts, "fonts") // fails for a name that is no path
	s := invoices.Service{Store: store, Renderer: documents.Renderer{Fonts: typeset.Open(files)}, Wall: clock.System}
	taxIDs := &taxcheck.Service{Store: store, Register: vies.New(vies.Service, clock.System), Wall: clock.System}
	links := invoices.Links{URL: env.URL(config.URLAPI), Secrets: env.List(config.LinkSecret)}
	keys, limits := &merchantapi.Keys{Store: store, Wall: clock.System}, &httpapi.Limits{Wall: clock.System}
	mux := http.NewServeMux()
	mux.Handle("/", documents.New(documents.Options{Service: &s, Corrector: &invoices.Corrector{Service: s, TaxIDs: taxIDs}, Links: links, Keys: keys, Limits: limits}))
	mux.Handle("/mail-previews/", mailpreview.New(mailpreview.Options{Store: store, Writer: mailtext.Writer{}, URL: links.URL, Keys: keys, Limits: limits, Wall: clock.System}))
	return mux
}
