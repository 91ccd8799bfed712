package main

import (
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/spf13/cobra"
)

func taxCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "tax", Short: "Correct tax that was charged wrong"}
	cmd.AddCommand(correctTaxCommand(merchantFlags(cmd)))
	return cmd
}

// taxPage is the API's answer.
type taxPage struct {
	Items []struct {
		PaymentID string  `json:"payment_id"`
		Currency  string  `json:"currency"`
		Refund    int64   `json:"refund"`
		Absorbed  int64   `json:"absorbed"`
		Skipped   *string `json:"skipped"`
		Problem   *string `json:"problem"`
	} `json:"items"`
	Next *time.Time `json:"next"`
}

func correctTaxCommand(api *merchantAPI) *cobra.Command {
	var from, to string
	var preview, run bool
	cmd := &cobra.Command{
		Use: "correct --preview|--run --from 2020-07-01 --to 2020-12-31", Args: cobra.NoArgs,
		Short: "List payments whose tax was wrong, or give the difference back",
		RunE: func(cmd *cobra.Command, _ []string) error {
			if preview == run {
				return errors.New("give either --preview or --run")
			}
			begin, errFrom := time.Parse(time.DateOnly, from)
			last, errTo := time.Parse(time.DateOnly, to)
			if err := errors.Join(errFrom, errTo); err != nil {
				return err
			}
			until := last.AddDate(0, 0, 1).Add(-time.Microsecond)
			for found := 0; ; {
				var page taxPage
				in := map[string]any{"from": begin, "to": until, "run": run}
				if err := api.ask(cmd, http.MethodPost, "/tax-corrections", in, &page); err != nil {
					return err
				}
				found += len(page.Items)
				page.print(cmd)
				if page.Next == nil {
					fmt.Fprintf(cmd.OutOrStdout(), "%d payments\n", found)
					return nil
				}
				until = *page.Next
			}
		},
	}
	cmd.Flags().StringVar(&from, "from", "", "first day of the payments, UTC")
	cmd.Flags().StringVar(&to, "to", "", "last day of the payments, UTC")
	cmd.Flags().BoolVar(&preview, "preview", false, "only list what would be done")
	cmd.Flags().BoolVar(&run, "run", false, "give tax back and issue invoices anew")
	return cmd
}

func (p taxPage) print(cmd *cobra.Command) {
	for _, i := range p.Items {
		line := fmt.Sprintf("%s refund %d, absorbed %d (minor units of %s)", i.PaymentID, i.Refund, i.Absorbed, i.Currency)
		if i.Skipped != nil {
			line += ", skipped: " + *i.Skipped
		}
		if i.Problem != nil {
			line += ", not corrected: " + *i.Problem
		}
		fmt.Fprintln(cmd.OutOrStdout(), line)
	}
}
