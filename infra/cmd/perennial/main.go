// Command perennial is the operator's and merchant's tool: it runs everything
// on one machine, founds businesses, hands out keys, moves test clocks, works
// the brake and examines the books.
//
// Commands of an operator act on the deployment that the environment names
// (PERENNIAL_TABLE and AWS credentials); without one they act on the local
// stack that runs from this folder. Commands of a merchant use the API.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"

	"perennial/shared/fault"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := root().ExecuteContext(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "perennial:", sentence(err))
		os.Exit(1)
	}
}

// sentence is an error as an operator should read it: what is wrong with the
// input when it was a fault, everything otherwise.
func sentence(err error) string {
	if f := fault.Of(err); f != nil && len(f.Problems) > 0 {
		return f.Details()
	}
	return err.Error()
}

func root() *cobra.Command {
	cmd := &cobra.Command{
		Use: "perennial", Short: "Subscription billing, payment recovery and customer portal",
		SilenceUsage: true, SilenceErrors: true,
	}
	cmd.AddCommand(localCommand(), businessCommand(), keyCommand(), clockCommand(), brakeCommand(), doctorCommand(), holdCommand(), invokeCommand(),
		customerCommand(), subscriptionCommand(), paymentCommand(), refundCommand(), disputeCommand(), taxCommand(), settingsCommand(), gatewayCommand(), recoveryCommand())
	return cmd
}
