package main

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"

	"github.com/spf13/cobra"

	"perennial/shared/gateways"
	"perennial/shared/wire"
)

// errAmiss makes the exit status tell that something has to be done.
var errAmiss = errors.New("the gateway is not as it should be")

func gatewayCheckCommand(api *merchantAPI) *cobra.Command {
	return &cobra.Command{
		Use: "check ACCOUNT", Short: "Ask the gateway what is not right with an account", Args: cobra.ExactArgs(1),
		Long: "Looks at the key and its permissions, the account, the webhook endpoint, the hosts for Apple Pay and Google Pay, and the clock.\n" +
			"Nothing is changed. The exit status is 1 when there is an error; warnings leave it 0.",
		RunE: func(cmd *cobra.Command, args []string) error {
			var found wire.GatewayCheck
			if err := api.ask(cmd, http.MethodGet, "/gateways/"+url.PathEscape(args[0])+"/check", nil, &found); err != nil {
				return err
			}
			if showFindings(cmd.OutOrStdout(), found.Findings) {
				return errAmiss
			}
			return nil
		},
	}
}

func gatewaySetupCommand(api *merchantAPI) *cobra.Command {
	var anew bool
	cmd := &cobra.Command{
		Use: "setup ACCOUNT", Short: "Make or mend an account's webhook endpoint and wallet hosts", Args: cobra.ExactArgs(1),
		Long: "May be repeated at any time. An endpoint at our address that was made by hand is replaced by one of ours; it is removed once the new one is heard.",
		RunE: func(cmd *cobra.Command, args []string) error {
			path := "/gateways/" + url.PathEscape(args[0]) + "/setup"
			if anew {
				path += "?new_webhook=true"
			}
			var made wire.CheckedGateway
			if err := api.ask(cmd, http.MethodPost, path, nil, &made); err != nil {
				return err
			}
			showConnected(cmd.OutOrStdout(), "set up", made)
			return nil
		},
	}
	cmd.Flags().BoolVar(&anew, "new-webhook", false, "replace the webhook endpoint also when its secret is held, in case it is wrong")
	return cmd
}

func showConnected(out io.Writer, done string, g wire.CheckedGateway) {
	fmt.Fprintf(out, "%s %s (%s)\n", done, g.ID, g.Title)
	if g.WebhookURL != nil {
		fmt.Fprintf(out, "webhooks come to %s\n", *g.WebhookURL)
	}
	showFindings(out, g.Findings)
}

// showFindings prints what is not right and what to do, and reports whether
// any of it is an error.
func showFindings(out io.Writer, found []wire.GatewayFinding) (amiss bool) {
	if len(found) == 0 {
		fmt.Fprintln(out, "everything is as it should be")
	}
	for _, f := range found {
		fmt.Fprintf(out, "%s: %s\n  %s\n", f.Level, f.Message, f.Remedy)
		amiss = amiss || f.Level == string(gateways.LevelError)
	}
	return amiss
}
