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
	cmd.AddCommand(create)
	return cmd
}

func keyCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "key", Short: "Manage API keys"}
	var name string
	var live, readOnly bool
	create := &cobra.Command{
		Use: "create BUSINESS", Short: "Make an API key; it is shown once", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			service, _, err := operate(cmd.Context())
			if err != nil {
				return err
			}
			secret, _, err := service.CreateKey(cmd.Context(), scopeOf(args[0], live), name, readOnly)
			if err != nil {
				return err
			}
			fmt.Fprintln(cmd.OutOrStdout(), secret)
			return nil
		},
	}
	create.Flags().StringVar(&name, "name", "", "what the key is for")
	create.Flags().BoolVar(&live, "live", false, "for live mode instead of test mode")
	create.Flags().BoolVar(&readOnly, "read-only", false, "a key that cannot change anything")
	cmd.AddCommand(create)
	return cmd
}

func scopeOf(business string, live bool) merchant.Scope {
	if live {
		return merchant.Scope{Business: business, Mode: merchant.Live}
	}
	return merchant.Scope{Business: business, Mode: merchant.Test}
}
