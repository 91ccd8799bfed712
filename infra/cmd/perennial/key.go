package main

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"perennial/shared/merchant"
	"perennial/shared/operations"
)

func keyCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "key", Short: "Manage API keys",
		Long: "With a business the operator acts on the deployment; without one a merchant acts by API, with a key that may write.",
	}
	api := merchantFlags(cmd)
	cmd.AddCommand(createKeyCommand(api), listKeysCommand(api), revokeKeyCommand(api))
	return cmd
}

// tiers are the operator's names of how often a key may ask.
var tiers = map[string]merchant.Tier{
	"standard": merchant.TierStandard, "middle": merchant.TierMiddle, "narrow": merchant.TierNarrow,
}

func createKeyCommand(api *merchantAPI) *cobra.Command {
	var order operations.KeyOrder
	var live bool
	var tier string
	create := &cobra.Command{
		Use: "create [BUSINESS]", Short: "Make an API key; it is shown once", Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return createKeyByAPI(cmd, api, order)
			}
			var ok bool
			if order.Tier, ok = tiers[tier]; !ok {
				return fmt.Errorf("%q is no tier: standard, middle or narrow", tier)
			}
			service, _, err := operate(cmd.Context())
			if err != nil {
				return err
			}
			secret, key, err := service.MakeKey(cmd.Context(), scopeOf(args[0], live), order)
			if err != nil {
				return err
			}
			fmt.Fprintln(cmd.OutOrStdout(), secret)
			fmt.Fprintln(cmd.ErrOrStderr(), "its hash, to revoke it by:", key.Hash)
			return nil
		},
	}
	create.Flags().StringVar(&order.Name, "name", "", "what the key is for")
	create.Flags().BoolVar(&live, "live", false, "for live mode instead of test mode")
	create.Flags().BoolVar(&order.ReadOnly, "read-only", false, "a key that cannot change anything")
	create.Flags().StringVar(&tier, "tier", "standard", "how often it may ask, of each function instance: standard (5,000 a minute), middle (1,000) or narrow (240)")
	return create
}

func createKeyByAPI(cmd *cobra.Command, api *merchantAPI, order operations.KeyOrder) error {
	var made struct{ ID, Key string }
	wanted := map[string]any{"name": order.Name, "read_only": order.ReadOnly}
	if err := api.ask(cmd, http.MethodPost, "/api_keys", wanted, &made); err != nil {
		return err
	}
	fmt.Fprintln(cmd.OutOrStdout(), made.Key)
	fmt.Fprintln(cmd.ErrOrStderr(), "its id, to revoke it by:", made.ID)
	return nil
}

// listedKey is a key as the API lists it.
type listedKey struct {
	ID, Name, Hint string
	ReadOnly       bool       `json:"read_only"`
	LastUsed       *time.Time `json:"last_used_at"`
	Revoked        *time.Time `json:"revoked_at"`
}

func (k listedKey) row() string {
	kind, used := "read-write", "never used"
	if k.ReadOnly {
		kind = "read-only"
	}
	if k.LastUsed != nil {
		used = "used " + k.LastUsed.UTC().Format(time.DateOnly)
	}
	if k.Revoked != nil {
		used = "revoked " + k.Revoked.UTC().Format(time.DateOnly)
	}
	return strings.Join([]string{k.ID, "…" + k.Hint, kind, used, k.Name}, "\t")
}

func listKeysCommand(api *merchantAPI) *cobra.Command {
	return &cobra.Command{
		Use: "list", Short: "List the API keys of the mode, by API", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			out := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 4, 2, ' ', 0)
			for page := 0; ; page++ {
				var answer struct{ Items []listedKey }
				if err := api.ask(cmd, http.MethodGet, fmt.Sprintf("/api_keys?page_size=100&page_number=%d", page), nil, &answer); err != nil {
					return err
				}
				for _, key := range answer.Items {
					fmt.Fprintln(out, key.row())
				}
				if len(answer.Items) == 0 {
					return out.Flush()
				}
			}
		},
	}
}

func revokeKeyCommand(api *merchantAPI) *cobra.Command {
	return &cobra.Command{
		Use: "revoke ID|KEY|HASH", Short: "End an API key", Args: cobra.ExactArgs(1),
		Long: "By its id, key_…, a merchant revokes it over the API; by the key itself or its hash the operator does.\n" +
			"A revoked key answers 401. Function instances that remember the key accept it for up to 30 seconds more.",
		RunE: func(cmd *cobra.Command, args []string) error {
			if strings.HasPrefix(args[0], "key_") {
				return api.ask(cmd, http.MethodDelete, "/api_keys/"+url.PathEscape(args[0]), nil, nil)
			}
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
