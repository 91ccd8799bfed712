package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"perennial/shared/assembly"
	"perennial/shared/config"
	"perennial/shared/dynamo"
	"perennial/shared/gateway/sandbox"
	"perennial/shared/merchant"
	"perennial/shared/operations"
)

// errUnwell makes the exit status tell that something was found.
var errUnwell = errors.New("the books are not whole")

func doctorCommand() *cobra.Command {
	var business string
	var live bool
	cmd := &cobra.Command{
		Use: "doctor", Short: "Check that the books are whole", Args: cobra.NoArgs,
		Long: "Checks for every test mode, or for one business, that no payment lock is older than its lease,\n" +
			"that payments equal invoices and journal, and that every on-hold subscription has a hold.\n" +
			"With PERENNIAL_URL_SANDBOX and PERENNIAL_SANDBOX_SECRET set, also that the gateway's ledger equals the payments.\n" +
			"With PERENNIAL_KMS_KEY and the URLs of the API and the pages set, gateways are asked about every connected account, as by `perennial gateway check`.",
		RunE: func(cmd *cobra.Command, _ []string) error {
			service, store, err := operate(cmd.Context())
			if err != nil {
				return err
			}
			scopes, err := patients(cmd.Context(), store, business, live)
			if err != nil {
				return err
			}
			var ledger operations.Ledger
			if bank := os.Getenv(config.URLSandbox); bank != "" {
				ledger = assembly.SandboxLedger(sandbox.New(sandbox.Options{BaseURL: bank, Secret: os.Getenv(config.SandboxSecret)}))
			}
			checker, asks, err := gatewayChecker(cmd.Context(), store)
			if err != nil {
				return err
			}
			out := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 4, 2, ' ', 0)
			found := 0
			for _, scope := range scopes {
				findings, err := service.Examine(cmd.Context(), scope, ledger)
				if err != nil {
					return err
				}
				if asks {
					asked, err := service.AskGateways(cmd.Context(), scope, checker)
					if err != nil {
						return err
					}
					findings = append(findings, asked...)
				}
				for _, f := range findings {
					fmt.Fprintf(out, "%s\t%s\t%s\t%s\n", f.Scope, f.Object, f.Rule, f.Detail)
				}
				found += len(findings)
			}
			fmt.Fprintf(out, "%d modes examined, %d findings\n", len(scopes), found)
			if !asks {
				fmt.Fprintln(out, "gateways were not asked: PERENNIAL_KMS_KEY or a URL is not set")
			}
			if err := out.Flush(); err != nil {
				return err
			}
			if found > 0 {
				return errUnwell
			}
			return nil
		},
	}
	cmd.Flags().StringVar(&business, "business", "", "only this business")
	cmd.Flags().BoolVar(&live, "live", false, "its live mode instead of its test mode")
	return cmd
}

// patients are the modes to examine: one of a business, or every test mode.
func patients(ctx context.Context, store *dynamo.Store, business string, live bool) ([]merchant.Scope, error) {
	if business != "" {
		return []merchant.Scope{scopeOf(business, live)}, nil
	}
	states, err := store.TestScopes(ctx)
	if err != nil {
		return nil, err
	}
	var scopes []merchant.Scope
	for _, state := range states {
		scopes = append(scopes, state.Scope)
	}
	return scopes, nil
}

// gatewayChecker opens what gateways are asked with; asks is false when the
// environment does not say how.
func gatewayChecker(ctx context.Context, store *dynamo.Store) (checker operations.Checker, asks bool, err error) {
	for _, name := range []string{config.KMSKey, config.URLAPI, config.URLCheckout, config.URLPortal, config.URLPortalTest} {
		if os.Getenv(name) == "" {
			return nil, false, nil
		}
	}
	env := config.Read()
	cfg, err := config.AWS(ctx)
	if err != nil {
		return nil, false, err
	}
	service := assembly.Checker(cfg, store, assembly.Keys{KMS: env.Need(config.KMSKey), Stripe: env.Local(config.URLStripe)})
	service.Hooks = env.URL(config.URLAPI)
	checkout := env.URL(config.URLCheckout)
	service.Pages = map[merchant.Mode][]string{
		merchant.Live: {checkout, env.URL(config.URLPortal)}, merchant.Test: {checkout, env.URL(config.URLPortalTest)},
	}
	return service, true, env.Err()
}
