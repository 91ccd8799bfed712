package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"perennial/shared/merchant"
)

func brakeCommand() *cobra.Command {
	var business string
	var live bool
	var brake merchant.Brake
	cmd := &cobra.Command{
		Use: "brake on|off", Short: "Stop or slow charging, for everybody or for one business",
		Long: "With `on` nothing is charged until `off`; due work waits and is not lost.\n" +
			"With --per-minute charging goes on, at most that fast: all functions share\n" +
			"one budget, of the deployment or of the one business.",
		Args: cobra.MatchAll(cobra.ExactArgs(1), cobra.OnlyValidArgs), ValidArgs: []string{"on", "off"},
		RunE: func(cmd *cobra.Command, args []string) error {
			service, _, err := operate(cmd.Context())
			if err != nil {
				return err
			}
			scope := merchant.Deployment
			if business != "" {
				scope = scopeOf(business, live)
			}
			brake.Stopped = args[0] == "on" && brake.PerMinute == 0
			if args[0] == "off" {
				brake = merchant.Brake{}
			}
			if err := service.Brake(cmd.Context(), scope, brake); err != nil {
				return err
			}
			fmt.Fprintf(cmd.OutOrStdout(), "brake of %s is %s\n", scope, args[0])
			return nil
		},
	}
	cmd.Flags().StringVar(&business, "business", "", "only this business")
	cmd.Flags().BoolVar(&live, "live", false, "its live mode instead of its test mode")
	cmd.Flags().IntVar(&brake.PerMinute, "per-minute", 0, "charges per minute instead of none")
	return cmd
}
