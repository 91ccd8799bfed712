// Command mailer writes and sends mails: those that commits ask for, links to
// the portal that customers ask for, and invitations by merchants.
package main

import (
	"context"
	"log/slog"
	"os"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/sesv2"

	"perennial/shared/clock"
	"perennial/shared/config"
	"perennial/shared/dynamo"
	"perennial/shared/email/ses"
	"perennial/shared/identity"
	"perennial/shared/mails"
	"perennial/shared/mailtext"
	"perennial/shared/merchant"
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
	portals := map[merchant.Mode]string{merchant.Live: env.URL(config.URLPortal), merchant.Test: env.URL(config.URLPortalTest)}
	m := mailer{&mails.Service{
		Store: store, Portals: portals, Wall: clock.System, Writer: mailtext.Writer{},
		Links:          &identity.Service{Store: store, Mailboxes: store, Addresses: store, Portals: portals, Wall: clock.System},
		Checkout:       env.URL(config.URLCheckout),
		Unsubscribe:    identity.Unsubscribe{URL: env.URL(config.URLCheckout), Secrets: env.List(config.LinkSecret)},
		Reference:      env.URL(config.URLAPI) + "/docs",
		AnyTestAddress: env.Flag(config.AnyTestAddress),
		Sender:         ses.New(ses.Only(sesv2.NewFromConfig(aws)), env.Need(config.MailFrom)),
	}}
	env.Must()
	lambda.Start(m.invoke)
}
