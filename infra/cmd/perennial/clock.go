package main

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/spf13/cobra"
)

func clockCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "clock", Short: "Look at, advance or freeze the clock of a test mode"}
	api := merchantFlags(cmd)
	show := &cobra.Command{
		Use: "show", Short: "Print the time of the test mode", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := api.complete(); err != nil {
				return err
			}
			c, err := api.clock(cmd.Context(), http.MethodGet, "/test-clock", nil)
			if err != nil {
				return err
			}
			fmt.Fprintln(cmd.OutOrStdout(), c)
			return nil
		},
	}
	cmd.AddCommand(show, advanceCommand(api),
		freezeCommand(api, "freeze", "Stop the test clock where it is; only advances move it then"),
		freezeCommand(api, "unfreeze", "Let a frozen test clock run on"))
	return cmd
}

func freezeCommand(api *merchantAPI, verb, short string) *cobra.Command {
	return &cobra.Command{
		Use: verb, Short: short, Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := api.complete(); err != nil {
				return err
			}
			c, err := api.clock(cmd.Context(), http.MethodPost, "/test-clock/"+verb, nil)
			if err != nil {
				return err
			}
			fmt.Fprintln(cmd.OutOrStdout(), c)
			return nil
		},
	}
}

func advanceCommand(api *merchantAPI) *cobra.Command {
	return &cobra.Command{
		Use: "advance 30d|12h|2027-03-01T00:00:00Z", Short: "Move the test clock forward and do everything that falls due",
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := api.complete(); err != nil {
				return err
			}
			now, err := api.clock(cmd.Context(), http.MethodGet, "/test-clock", nil)
			if err != nil {
				return err
			}
			to, err := target(args[0], now.Time)
			if err != nil {
				return err
			}
			c, err := api.clock(cmd.Context(), http.MethodPost, "/test-clock/advance", map[string]any{"to": to})
			for err == nil && c.Status == "advancing" {
				time.Sleep(300 * time.Millisecond)
				c, err = api.clock(cmd.Context(), http.MethodGet, "/test-clock", nil)
			}
			if err != nil {
				return err
			}
			fmt.Fprintln(cmd.OutOrStdout(), c)
			return nil
		},
	}
}

// target reads a duration with days, or a time.
func target(text string, now time.Time) (time.Time, error) {
	if t, err := time.Parse(time.RFC3339, text); err == nil {
		return t, nil
	}
	if days, ok := strings.CutSuffix(text, "d"); ok {
		text = ""
		var n int
		if _, err := fmt.Sscanf(days, "%d", &n); err == nil {
			return now.AddDate(0, 0, n), nil
		}
	}
	d, err := time.ParseDuration(text)
	if err != nil {
		return time.Time{}, fmt.Errorf("%q is neither a number of days such as 30d, nor hours such as 12h, nor a time", text)
	}
	return now.Add(d), nil
}

// testClock is the API's answer.
type testClock struct {
	Time    time.Time `json:"time"`
	Status  string    `json:"status"`
	Message *string   `json:"message"`
}

// String is one line for a person.
func (c testClock) String() string {
	line := c.Time.Format(time.RFC3339) + " " + c.Status
	if c.Message != nil && *c.Message != "" {
		line += ": " + *c.Message
	}
	return line
}

func (a *merchantAPI) clock(ctx context.Context, method, path string, body any) (testClock, error) {
	var c testClock
	err := a.call(ctx, method, path, body, &c)
	return c, err
}
