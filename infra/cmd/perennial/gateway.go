package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"perennial/shared/wire"
)

func gatewayCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "gateway", Short: "Connect payment gateways, by API",
		Long: "The API key says whose mode is meant: sk_live_… for live orders, sk_test_… for tests.\n" +
			"A gateway's keys are read from the environment or asked for, never taken as arguments: those end up in histories.",
	}
	api := merchantFlags(cmd)
	cmd.AddCommand(connectCommand(api), gatewayCheckCommand(api), gatewaySetupCommand(api), gatewayListCommand(api), changeCommand(api), disconnectCommand(api), webhookSecretCommand(api))
	return cmd
}

func connectCommand(api *merchantAPI) *cobra.Command {
	var business, mode, currencies, countries string
	cmd := &cobra.Command{
		Use: "connect stripe", Short: "Connect an account, or replace its keys", Args: cobra.ExactArgs(1), ValidArgs: []string{"stripe"},
		Long: "Reads STRIPE_SECRET_KEY and STRIPE_PUBLISHABLE_KEY, and asks for what is missing, a line each.\n" +
			"Makes the webhook endpoint and registers the hosts for Apple Pay and Google Pay, as far as the key may, and tells what is left to do.\n" +
			"With STRIPE_WEBHOOK_SECRET set, the secret of an endpoint that you made by hand, the endpoint is left to you.",
		Example: "  perennial gateway connect stripe --business bus_… --mode live --currencies EUR,CHF",
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := api.meant(cmd, business, mode); err != nil {
				return err
			}
			ask := asker{bufio.NewReader(cmd.InOrStdin()), cmd.ErrOrStderr()}
			body := map[string]any{
				"gateway": args[0], "currencies": codes(currencies), "countries": codes(countries), "webhook_secret": os.Getenv("STRIPE_WEBHOOK_SECRET"),
			}
			for _, q := range []struct{ field, variable, text string }{
				{"secret_key", "STRIPE_SECRET_KEY", "Restricted key (rk_…): "},
				{"publishable_key", "STRIPE_PUBLISHABLE_KEY", "Publishable key (pk_…): "},
			} {
				given, err := ask.secret(q.variable, q.text)
				if err != nil {
					return err
				}
				body[q.field] = given
			}
			var made wire.CheckedGateway
			if err := api.ask(cmd, http.MethodPost, "/gateways", body, &made); err != nil {
				return err
			}
			showConnected(cmd.OutOrStdout(), "connected", made)
			return nil
		},
	}
	cmd.Flags().StringVar(&business, "business", "", "make sure that the API key is this business's")
	cmd.Flags().StringVar(&mode, "mode", "", "make sure that the API key is of this mode: test or live")
	cmd.Flags().StringVar(&currencies, "currencies", "", "choose it for these alone, such as EUR,CHF")
	cmd.Flags().StringVar(&countries, "countries", "", "choose it for customers of these alone, such as DE,AT")
	return cmd
}

func gatewayListCommand(api *merchantAPI) *cobra.Command {
	return &cobra.Command{
		Use: "list", Short: "List connected gateways with their places in the order in which they are asked", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			var answer struct{ Items []wire.Gateway }
			if err := api.ask(cmd, http.MethodGet, "/gateways", nil, &answer); err != nil {
				return err
			}
			out := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 4, 2, ' ', 0)
			for _, g := range answer.Items {
				fmt.Fprintf(out, "%s\t%s\t%s\t%s\t%s\t%s\twebhook heard: %s\tevents read: %s\n", placeOf(g), g.ID, g.Gateway, g.Status, g.Title,
					strings.Join(append(g.Currencies, g.Countries...), ","), orNever(g.WebhookAt), orNever(g.ReadAt))
			}
			return out.Flush()
		},
	}
}

func orNever(at *string) string {
	if at == nil {
		return "never"
	}
	return *at
}

// placeOf is a gateway's place in the order, "-" for one that has none.
func placeOf(g wire.Gateway) string {
	if g.Priority == nil {
		return "-"
	}
	return strconv.Itoa(*g.Priority)
}

func changeCommand(api *merchantAPI) *cobra.Command {
	var priority int
	var currencies, countries string
	var debits bool
	cmd := &cobra.Command{
		Use: "change ACCOUNT", Short: "Change for which sales an account is chosen, and its place in the order", Args: cobra.ExactArgs(1),
		Long:    "What is not named stays as it is. An empty list means all.",
		Example: "  perennial gateway change acct_… --priority 1 --currencies EUR,CHF",
		RunE: func(cmd *cobra.Command, args []string) error {
			body := map[string]any{}
			for name, value := range map[string]any{"priority": priority, "currencies": codes(currencies), "countries": codes(countries), "sepa-debit": debits} {
				if cmd.Flags().Changed(name) {
					body[strings.ReplaceAll(name, "-", "_")] = value
				}
			}
			if len(body) == 0 {
				return errors.New("name what is to change: --priority, --currencies, --countries or --sepa-debit")
			}
			var changed wire.Gateway
			if err := api.ask(cmd, http.MethodPatch, "/gateways/"+url.PathEscape(args[0]), body, &changed); err != nil {
				return err
			}
			fmt.Fprintf(cmd.OutOrStdout(), "%s has place %s, for %s\n", changed.ID, placeOf(changed), meantFor(changed))
			return nil
		},
	}
	cmd.Flags().IntVar(&priority, "priority", 0, "its place in the order in which gateways are asked, from 1 on")
	cmd.Flags().StringVar(&currencies, "currencies", "", "choose it for these alone, such as EUR,CHF")
	cmd.Flags().StringVar(&countries, "countries", "", "choose it for customers of these alone, such as DE,AT")
	cmd.Flags().BoolVar(&debits, "sepa-debit", true, "offer SEPA direct debit where the account may take it")
	return cmd
}

// meantFor tells for which sales a gateway is chosen.
func meantFor(g wire.Gateway) string {
	if only := append(slices.Clone(g.Currencies), g.Countries...); len(only) > 0 {
		return strings.Join(only, ",")
	}
	return "every sale"
}

func disconnectCommand(api *merchantAPI) *cobra.Command {
	var forget bool
	cmd := &cobra.Command{
		Use: "disconnect ACCOUNT", Short: "Take no new payment methods at an account", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			path := "/gateways/" + url.PathEscape(args[0])
			if forget {
				path += "?forget=true"
			}
			var left wire.Gateway
			if err := api.ask(cmd, http.MethodDelete, path, nil, &left); err != nil {
				return err
			}
			fmt.Fprintf(cmd.OutOrStdout(), "%s is %s\n", left.ID, left.Status)
			return nil
		},
	}
	cmd.Flags().BoolVar(&forget, "forget", false, "destroy its keys too: nothing saved there can be charged or refunded any more")
	return cmd
}

func webhookSecretCommand(api *merchantAPI) *cobra.Command {
	return &cobra.Command{
		Use: "webhook ACCOUNT", Short: "Give or replace the secret of an account's webhooks", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			ask := asker{bufio.NewReader(cmd.InOrStdin()), cmd.ErrOrStderr()}
			given, err := ask.secret("STRIPE_WEBHOOK_SECRET", "Webhook secret (whsec_…): ")
			if err != nil {
				return err
			}
			var changed wire.Gateway
			if err := api.ask(cmd, http.MethodPatch, "/gateways/"+url.PathEscape(args[0]), map[string]any{"webhook_secret": given}, &changed); err != nil {
				return err
			}
			fmt.Fprintf(cmd.OutOrStdout(), "%s believes the new secret\n", changed.ID)
			return nil
		},
	}
}

// meant refuses an API key of another business or mode than was named.
func (a *merchantAPI) meant(cmd *cobra.Command, business, mode string) error {
	if business == "" && mode == "" {
		return nil
	}
	var own struct {
		ID   string `json:"business_id"`
		Mode string
	}
	if err := a.ask(cmd, http.MethodGet, "/business", nil, &own); err != nil {
		return err
	}
	if business != "" && own.ID != business || mode != "" && own.Mode != mode {
		return fmt.Errorf("the API key is of %s in %s mode; give another with --key or PERENNIAL_API_KEY", own.ID, own.Mode)
	}
	return nil
}

// asker reads what must not be an argument.
type asker struct {
	in  *bufio.Reader
	out io.Writer
}

// secret is a variable's value, or else the next line of the input.
func (a asker) secret(variable, text string) (string, error) {
	if given := os.Getenv(variable); given != "" {
		return given, nil
	}
	fmt.Fprint(a.out, text)
	line, err := a.in.ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return "", err
	}
	return strings.TrimSpace(line), nil
}

// codes splits a list such as EUR,CHF.
func codes(list string) []string {
	out := []string{}
	for code := range strings.SplitSeq(list, ",") {
		if code = strings.ToUpper(strings.TrimSpace(code)); code != "" {
			out = append(out, code)
		}
	}
	return out
}
