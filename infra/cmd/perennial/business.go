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

func scopeOf(business string, live bool) merchant.Scope {
	if live {
		return merchant.Scope{Business: business, Mode: merchant.Live}
	}
	return merchant.Scope{Business: business, Mode: merchant.Test}
}
