package main

import (
	"fmt"
	"net/http"
	"net/url"

	"github.com/spf13/cobra"
)

// disputeLine is a dispute as the command shows it.
type disputeLine struct {
	ID       string `json:"dispute_id"`
	Payment  string `json:"payment_id"`
	Amount   string // minor units
	Currency string
	Stage    string `json:"dispute_stage"`
	Status   string `json:"dispute_status"`
	Created  string `json:"created_at"`
	Reason   string
	Customer struct{ Email string }
}

func disputeCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "dispute", Short: "Look at disputes, by API"}
	api := merchantFlags(cmd)
	var status string
	list := &cobra.Command{
		Use: "list", Short: "List disputes, newest first", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return listDisputes(cmd, api, status) },
	}
	list.Flags().StringVar(&status, "status", "", "only those in this state, such as dispute_opened")
	cmd.AddCommand(list, &cobra.Command{
		Use: "get DISPUTE", Short: "Show one dispute", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			var d disputeLine
			if err := api.ask(cmd, http.MethodGet, "/disputes/"+url.PathEscape(args[0]), nil, &d); err != nil {
				return err
			}
			fmt.Fprintf(cmd.OutOrStdout(), "%s %s at %s\npayment  %s of %s\namount   %s %s (minor units)\nreason   %s\nopened   %s\n",
				d.ID, d.Status, d.Stage, d.Payment, d.Customer.Email, d.Amount, d.Currency, d.Reason, d.Created)
			return nil
		},
	})
	return cmd
}

// listDisputes reads every page.
func listDisputes(cmd *cobra.Command, api *merchantAPI, status string) error {
	const size = 100
	for number := 0; ; number++ {
		query := url.Values{"page_number": {fmt.Sprint(number)}, "page_size": {fmt.Sprint(size)}}
		if status != "" {
			query.Set("dispute_status", status)
		}
		var page struct{ Items []disputeLine }
		if err := api.ask(cmd, http.MethodGet, "/disputes?"+query.Encode(), nil, &page); err != nil {
			return err
		}
		for _, d := range page.Items {
			fmt.Fprintln(cmd.OutOrStdout(), d.ID, d.Created, d.Status, d.Stage, d.Amount, d.Currency, d.Payment)
		}
		if len(page.Items) < size {
			return nil
		}
	}
}
