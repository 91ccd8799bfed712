package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"perennial/shared/merchant"
	"perennial/shared/operations"
)

func businessCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "business", Short: "Manage the businesses of a deployment"}
	var f operations.Founding
	create := &cobra.Command{
		Use: "create", Short: "Found a business with its test and live mode", Args: cobra.NoArgs,
		Example: `  perennial business create --name "Northwind" --email owner@northwind.example --country DE --zone Europe/Berlin`,
		RunE: func(cmd *cobra.Command, _ []string) error {
			service, _, err := operate(cmd.Context())
			if err != nil {
				return err
			}
			b, err := service.Found(cmd.Context(), f)
			if err != nil {
				return err
			}
			fmt.Fprintln(cmd.OutOrStdout(), b.ID)
			return nil
		},
	}
	create.Flags().StringVar(&f.Name, "name", "", "name that customers see")
	create.Flags().StringVar(&f.Email, "email", "", "where the merchant's own notices go")
	create.Flags().StringVar(&f.SupportEmail, "support-email", "", "address shown to customers (default: --email)")
	create.Flags().StringVar(&f.Country, "country", "", "ISO 3166 alpha-2 code")
	create.Flags().StringVar(&f.Zone, "zone", "UTC", "IANA time zone that decides billing dates")
	cmd.AddCommand(create, archiveCommand(), restoreCommand(), reindexCommand())
	return cmd
}

func archiveCommand() *cobra.Command {
	var why string
	cmd := &cobra.Command{
		Use: "archive BUSINESS", Short: "End a business's sales: nobody is charged, its keys only read", Args: cobra.ExactArgs(1),
		Long: "Both modes of the business stop selling and charging within half a minute. Its\n" +
			"customers can still sign in, read, take their invoices and data, and cancel.\n" +
			"Nothing is deleted; `restore` takes it back.",
		RunE: func(cmd *cobra.Command, args []string) error {
			service, _, err := operate(cmd.Context())
			if err != nil {
				return err
			}
			if err := service.Archive(cmd.Context(), args[0], why); err != nil {
				return err
			}
			fmt.Fprintf(cmd.OutOrStdout(), "%s is archived\n", args[0])
			return nil
		},
	}
	cmd.Flags().StringVar(&why, "why", "", "reason, kept in the audit trail")
	return cmd
}

func restoreCommand() *cobra.Command {
	return &cobra.Command{
		Use: "restore BUSINESS", Short: "Let an archived business sell again; the time between is not billed", Args: cobra.ExactArgs(1),
		Long: "Subscriptions go on at their next date. Run it again, half a minute later, when\n" +
			"it was interrupted: it then finishes what was left.",
		RunE: func(cmd *cobra.Command, args []string) error {
			service, _, err := operate(cmd.Context())
			if err != nil {
				return err
			}
			released, err := service.Restore(cmd.Context(), args[0])
			if err != nil {
				return err
			}
			fmt.Fprintf(cmd.OutOrStdout(), "%s sells again; %d subscriptions go on at their next date\n", args[0], released)
			return nil
		},
	}
}

func reindexCommand() *cobra.Command {
	return &cobra.Command{
		Use: "reindex BUSINESS", Short: "Let the unified portal find customers that were stored before it was there", Args: cobra.ExactArgs(1),
		Long: "Writes one small item for each customer of both modes. It can be run at any time.",
		RunE: func(cmd *cobra.Command, args []string) error {
			service, _, err := operate(cmd.Context())
			if err != nil {
				return err
			}
			for _, live := range []bool{true, false} {
				scope := scopeOf(args[0], live)
				n, err := service.Reindex(cmd.Context(), scope)
				if err != nil {
					return err
				}
				fmt.Fprintf(cmd.OutOrStdout(), "%s: %d customers\n", scope, n)
			}
			return nil
		},
	}
}

func scopeOf(business string, live bool) merchant.Scope {
	if live {
		return merchant.Scope{Business: business, Mode: merchant.Live}
	}
	return merchant.Scope{Business: business, Mode: merchant.Test}
}
