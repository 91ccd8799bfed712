package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"text/tabwriter"

	"github.com/spf13/cobra"
)

// mailsCommand reads and replaces the sequences of mails.
func mailsCommand(api *merchantAPI, show func(*cobra.Command, any) error) *cobra.Command {
	cmd := &cobra.Command{
		Use: "mails [FILE]", Short: "Print the mail sequences, or replace them by those of a file", Args: cobra.MaximumNArgs(1),
		Long:    "Prints the mail sequences as JSON. With a file, or - for standard input, of the same form it replaces them.",
		Example: "  perennial settings mails > mails.json\n  perennial settings mails mails.json",
		RunE: func(cmd *cobra.Command, args []string) error {
			const path = "/settings/mail-sequences"
			var answer any
			if len(args) == 0 {
				if err := api.ask(cmd, http.MethodGet, path, nil, &answer); err != nil {
					return err
				}
				return show(cmd, answer)
			}
			wanted, err := readJSON(cmd, args[0])
			if err != nil {
				return err
			}
			if err := api.ask(cmd, http.MethodPut, path, wanted, &answer); err != nil {
				return err
			}
			return show(cmd, answer)
		},
	}
	return cmd
}

// readJSON reads a file, or standard input.
func readJSON(cmd *cobra.Command, name string) (map[string]any, error) {
	from := cmd.InOrStdin()
	if name != "-" {
		file, err := os.Open(name)
		if err != nil {
			return nil, err
		}
		defer func() { _ = file.Close() }() // it was only read
		from = file
	}
	raw, err := io.ReadAll(from)
	if err != nil {
		return nil, err
	}
	var wanted map[string]any
	if err := json.Unmarshal(raw, &wanted); err != nil {
		return nil, fmt.Errorf("%s is no JSON object: %w", name, err)
	}
	return wanted, nil
}

func recoveryCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "recovery", Short: "Look at how failed payments are recovered, by API"}
	api := merchantFlags(cmd)
	uplift := &cobra.Command{
		Use: "uplift", Short: "Compare smart retries with the holdout", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			type share struct{ Estimate, Low, High float64 }
			var answer struct {
				From, To  string
				Truncated bool
				Groups    []struct {
					Pacing              string
					Failures, Recovered int
					Share               share
				}
				Uplift *share
			}
			if err := api.ask(cmd, http.MethodGet, "/recovery/uplift", nil, &answer); err != nil {
				return err
			}
			out := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 4, 2, ' ', 0)
			fmt.Fprintf(out, "failures from %s to %s\n", answer.From, answer.To)
			percent := func(s share) string {
				return fmt.Sprintf("%.1f %% (%.1f to %.1f)", 100*s.Estimate, 100*s.Low, 100*s.High)
			}
			for _, g := range answer.Groups {
				fmt.Fprintf(out, "%s\t%d of %d\t%s\n", g.Pacing, g.Recovered, g.Failures, percent(g.Share))
			}
			if answer.Uplift != nil {
				fmt.Fprintf(out, "smart less holdout\t\t%s\n", percent(*answer.Uplift))
			}
			if answer.Truncated {
				fmt.Fprintln(out, "there are more failures; the newest were looked at")
			}
			return out.Flush()
		},
	}
	cmd.AddCommand(uplift)
	return cmd
}
