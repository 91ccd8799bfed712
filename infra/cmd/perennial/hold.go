package main

import (
	"fmt"

	"github.com/spf13/cobra"
)

func holdCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "hold", Short: "Look after subscriptions on hold"}
	var live bool
	repair := &cobra.Command{
		Use: "repair BUSINESS SUBSCRIPTION", Short: "Start the workflow of a hold anew", Args: cobra.ExactArgs(2),
		Long: "For a hold whose workflow execution has ended in NeedsRepair. Tasks of the old execution exit,\n" +
			"should it still live. Nothing is charged by this.",
		RunE: func(cmd *cobra.Command, args []string) error {
			service, _, err := operate(cmd.Context())
			if err != nil {
				return err
			}
			hold, err := service.RepairHold(cmd.Context(), scopeOf(args[0], live), args[1])
			if err != nil {
				return err
			}
			fmt.Fprintln(cmd.OutOrStdout(), "starting", hold.Execution())
			return nil
		},
	}
	repair.Flags().BoolVar(&live, "live", false, "in live mode instead of test mode")
	cmd.AddCommand(repair)
	return cmd
}
