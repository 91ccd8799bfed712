package main

import (
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"perennial/infra/local"
)

func invokeCommand() *cobra.Command {
	var function, event string
	cmd := &cobra.Command{
		Use: "invoke", Short: "Call one function with a sample event, on a stack of its own", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			payload, err := os.ReadFile(event)
			if err != nil {
				return err
			}
			stack, err := local.Start(cmd.Context(), local.Options{Log: cmd.ErrOrStderr()})
			if err != nil {
				return err
			}
			defer stack.Stop() //nolint:errcheck // nothing is kept
			answer, failure, err := stack.Invoke(cmd.Context(), function, payload)
			if err != nil {
				return err
			}
			if failure != nil {
				return fmt.Errorf("%s failed: %+v", function, *failure)
			}
			fmt.Fprintln(cmd.OutOrStdout(), string(answer))
			return nil
		},
	}
	cmd.Flags().StringVar(&function, "function", "", "name of the function")
	cmd.Flags().StringVar(&event, "event", "", "file with the event")
	return cmd
}
