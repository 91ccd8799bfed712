package main

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"

	"github.com/spf13/cobra"
)

func customerCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "customer", Short: "Look after customers, by API"}
	api := merchantFlags(cmd)
	var mail bool
	var returnURL string
	invite := &cobra.Command{
		Use: "invite CUSTOMER", Short: "Give a customer the way into the portal", Args: cobra.ExactArgs(1),
		Long: "Prints the static link, where any customer enters an address and is mailed a login link, and a\n" +
			"personal one that signs this customer in, once, for 24 hours. With --mail the customer is sent a link as well.",
		RunE: func(cmd *cobra.Command, args []string) error {
			var session struct{ Link string }
			query := url.Values{}
			if mail {
				query.Set("send_email", "true")
			}
			if returnURL != "" {
				query.Set("return_url", returnURL)
			}
			path := "/customers/" + url.PathEscape(args[0]) + "/customer-portal/session?" + query.Encode()
			if err := api.ask(cmd, http.MethodPost, path, nil, &session); err != nil {
				return err
			}
			var business struct {
				Link string `json:"portal_link"`
			}
			if err := api.ask(cmd, http.MethodGet, "/business", nil, &business); err != nil {
				return err
			}
			fmt.Fprintf(cmd.OutOrStdout(), "static link:   %s\npersonal link: %s\n", business.Link, session.Link)
			return nil
		},
	}
	invite.Flags().BoolVar(&mail, "mail", false, "mail a link to the customer")
	invite.Flags().StringVar(&returnURL, "return-url", "", "https address that the portal leads back to")
	cmd.AddCommand(invite)
	return cmd
}

func subscriptionCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "subscription", Short: "Look after subscriptions, by API"}
	api := merchantFlags(cmd)
	var now, undo bool
	cancel := &cobra.Command{
		Use: "cancel SUBSCRIPTION", Short: "Cancel at the next billing date, or at once with --now", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			change := map[string]any{"cancel_at_next_billing_date": !undo}
			if now {
				change = map[string]any{"status": "cancelled"}
			}
			var sub struct {
				Status string
				Next   string `json:"next_billing_date"`
				AtNext bool   `json:"cancel_at_next_billing_date"`
			}
			if err := api.ask(cmd, http.MethodPatch, "/subscriptions/"+url.PathEscape(args[0]), change, &sub); err != nil {
				return err
			}
			line := args[0] + " is " + sub.Status
			if sub.AtNext {
				line += " and ends on " + sub.Next
			}
			fmt.Fprintln(cmd.OutOrStdout(), line)
			return nil
		},
	}
	cancel.Flags().BoolVar(&now, "now", false, "end it at once")
	cancel.Flags().BoolVar(&undo, "undo", false, "take a cancellation at the next billing date back")
	cancel.MarkFlagsMutuallyExclusive("now", "undo")
	cmd.AddCommand(cancel)
	return cmd
}

// errUnpaid makes the exit status tell that nothing was paid.
var errUnpaid = errors.New("the dues are not paid")

func paymentCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "payment", Short: "Look after payments, by API"}
	api := merchantFlags(cmd)
	cmd.AddCommand(&cobra.Command{
		Use: "retry SUBSCRIPTION", Short: "Charge what a subscription owes, now, with its own payment method", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			var made struct {
				Payment string `json:"payment_id"`
				Link    string `json:"payment_link"`
			}
			if err := api.ask(cmd, http.MethodPost, "/subscriptions/"+url.PathEscape(args[0])+"/retry", nil, &made); err != nil {
				return err
			}
			var payment struct {
				Status  string
				Message string `json:"error_message"`
			}
			if err := api.ask(cmd, http.MethodGet, "/payments/"+url.PathEscape(made.Payment), nil, &payment); err != nil {
				return err
			}
			fmt.Fprintln(cmd.OutOrStdout(), made.Payment, payment.Status, payment.Message)
			if made.Link != "" {
				fmt.Fprintln(cmd.OutOrStdout(), "the customer must confirm it:", made.Link)
			}
			if payment.Status != "succeeded" {
				return errUnpaid
			}
			return nil
		},
	})
	return cmd
}

func refundCommand() *cobra.Command {
	var reason string
	cmd := &cobra.Command{
		Use: "refund PAYMENT", Short: "Give a payment back, by API", Args: cobra.ExactArgs(1),
	}
	api := merchantFlags(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		order := map[string]any{"payment_id": args[0]}
		if reason != "" {
			order["reason"] = reason
		}
		var refund struct {
			ID     string `json:"refund_id"`
			Status string
		}
		if err := api.ask(cmd, http.MethodPost, "/refunds", order, &refund); err != nil {
			return err
		}
		fmt.Fprintln(cmd.OutOrStdout(), refund.ID, refund.Status)
		return nil
	}
	cmd.Flags().StringVar(&reason, "reason", "", "why, for the books and the customer")
	return cmd
}
