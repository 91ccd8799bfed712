package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"

	"github.com/spf13/cobra"
)

func settingsCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "settings", Short: "Read and change a mode's settings, by API"}
	api := merchantFlags(cmd)
	show := func(cmd *cobra.Command, answer any) error {
		raw, err := json.MarshalIndent(answer, "", "  ")
		if err != nil {
			return err
		}
		fmt.Fprintln(cmd.OutOrStdout(), string(raw))
		return nil
	}
	get := &cobra.Command{
		Use: "get", Short: "Print the settings", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			var answer any
			if err := api.ask(cmd, http.MethodGet, "/settings", nil, &answer); err != nil {
				return err
			}
			return show(cmd, answer)
		},
	}
	set := &cobra.Command{
		Use: "set NAME=VALUE...", Short: "Change settings; null brings a default back", Args: cobra.MinimumNArgs(1),
		Example: "  perennial settings set recovery.grace_days=3 branding.name=Northwind 'notifications.dispute_won=[\"me@shop.example\"]'",
		RunE: func(cmd *cobra.Command, args []string) error {
			changes, err := patch(args)
			if err != nil {
				return err
			}
			var answer any
			if err := api.ask(cmd, http.MethodPatch, "/settings", changes, &answer); err != nil {
				return err
			}
			return show(cmd, answer)
		},
	}
	cmd.AddCommand(get, set, mailsCommand(api, show))
	return cmd
}

// patch reads assignments such as recovery.grace_days=3. A value is JSON, or
// else text.
func patch(assignments []string) (map[string]any, error) {
	changes := map[string]any{}
	for _, assignment := range assignments {
		name, text, ok := strings.Cut(assignment, "=")
		if !ok || name == "" {
			return nil, fmt.Errorf("%q is no assignment such as recovery.grace_days=3", assignment)
		}
		var value any = text
		var read any
		if err := json.Unmarshal([]byte(text), &read); err == nil {
			value = read
		}
		at := changes
		parts := strings.Split(name, ".")
		for _, part := range parts[:len(parts)-1] {
			below, ok := at[part].(map[string]any)
			if !ok {
				below = map[string]any{}
				at[part] = below
			}
			at = below
		}
		at[parts[len(parts)-1]] = value
	}
	return changes, nil
}
