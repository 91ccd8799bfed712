package main

import (
	"fmt"
	"time"

	"github.com/spf13/cobra"
)

func keyCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "key", Short: "Manage API keys"}
	cmd.AddCommand(createKeyCommand(), revokeKeyCommand())
	return cmd
}

func createKeyCommand() *cobra.Command {
	var name string
	var live, readOnly bool
	create := &cobra.Command{
		Use: "create BUSINESS", Short: "Make an API key; it is shown once", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			service, _, err := operate(cmd.Context())
			if err != nil {
				return err
			}
			secret, key, err := service.CreateKey(cmd.Context(), scopeOf(args[0], live), name, readOnly)
			if err != nil {
				return err
			}
			fmt.Fprintln(cmd.OutOrStdout(), secret)
			fmt.Fprintln(cmd.ErrOrStderr(), "its hash, to revoke it by:", key.Hash)
			return nil
		},
	}
	create.Flags().StringVar(&name, "name", "", "what the key is for")
	create.Flags().BoolVar(&live, "live", false, "for live mode instead of test mode")
	create.Flags().BoolVar(&readOnly, "read-only", false, "a key that cannot change anything")
	return create
}

func revokeKeyCommand() *cobra.Command {
	return &cobra.Command{
		Use: "revoke KEY|HASH", Short: "End an API key, given as the key itself or as its hash", Args: cobra.ExactArgs(1),
		Long: "A revoked key answers 401. Function instances that remember the key accept it for up to 30 seconds more.",
		RunE: func(cmd *cobra.Command, args []string) error {
			service, _, err := operate(cmd.Context())
			if err != nil {
				return err
			}
			key, err := service.RevokeKey(cmd.Context(), args[0])
			if err != nil {
				return err
			}
			fmt.Fprintf(cmd.OutOrStdout(), "key …%s of %s is revoked since %s\n", key.Hint, key.Scope, key.RevokedAt.UTC().Format(time.RFC3339))
			return nil
		},
	}
}
