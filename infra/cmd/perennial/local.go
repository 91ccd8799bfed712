package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"perennial/infra/local"
	"perennial/shared/operations"
)

func localCommand() *cobra.Command {
	o := local.Options{Dir: localDir}
	var verbose bool
	cmd := &cobra.Command{
		Use: "local", Short: "Run everything on this machine", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if verbose {
				o.Log = cmd.ErrOrStderr()
			}
			return runLocal(cmd.Context(), o, cmd.OutOrStdout())
		},
	}
	cmd.Flags().IntVar(&o.Port, "port", 8700, "port of the API, portal, checkout and mailbox")
	cmd.Flags().DurationVar(&o.Tick, "tick", 5*time.Second, "how often due work is looked for")
	cmd.Flags().BoolVar(&verbose, "verbose", false, "show the functions' logs")
	return cmd
}

func runLocal(ctx context.Context, o local.Options, out io.Writer) error {
	began := time.Now()
	stack, err := local.Start(context.WithoutCancel(ctx), o)
	if err != nil {
		return err
	}
	demo, err := demoBusiness(ctx, o.Dir)
	if err != nil {
		return errors.Join(err, stack.Stop())
	}
	fmt.Fprintf(out, welcome, time.Since(began).Seconds(),
		stack.URL("api"), stack.URL("api"), stack.URL("portal-test"), demo.Business, stack.URL("mail"),
		stack.URL("sandbox"), demo.Business, demo.Product, demo.Customer, demo.Key)
	<-ctx.Done()
	fmt.Fprintln(out, "\nstopping; data is kept in", o.Dir)
	return stack.Stop()
}

const welcome = `
Perennial runs on this machine (ready in %.1f s).

  API         %s
  API docs    %s/docs
  Portal      %s/login/%s
  Mailbox     %s
  Test cards  %s

  Business    %s
  Product     %s
  Customer    %s
  Test key    %s

Stop with Ctrl-C. ` + "`make demo`" + ` in another terminal plays the whole story.
`

// demo is the business that the local stack comes with.
type demo struct {
	Business string `json:"business"`
	Key      string `json:"key"`
	Product  string `json:"product"`
	Customer string `json:"customer"`
}

func readDemo(dir string) (demo, error) {
	var d demo
	raw, err := os.ReadFile(filepath.Join(dir, "demo.json"))
	if err != nil {
		return d, err
	}
	return d, json.Unmarshal(raw, &d)
}

// demoBusiness finds or founds the demo business with its sample data.
func demoBusiness(ctx context.Context, dir string) (demo, error) {
	d, err := readDemo(dir)
	if err == nil || !errors.Is(err, fs.ErrNotExist) {
		return d, err
	}
	service, _, err := operate(ctx)
	if err != nil {
		return d, err
	}
	b, err := service.Found(ctx, operations.Founding{
		Name: "Northwind Studio", Email: "owner@northwind.example", Country: "DE", Zone: "Europe/Berlin",
	})
	if err != nil {
		return d, fmt.Errorf("found the demo business: %w", err)
	}
	d.Business = b.ID
	if d.Key, _, err = service.CreateKey(ctx, scopeOf(b.ID, false), "demo", false); err != nil {
		return d, fmt.Errorf("demo key: %w", err)
	}
	api := merchantAPI{key: d.Key}
	if err := api.complete(); err != nil {
		return d, err
	}
	if err := api.samples(ctx, &d); err != nil {
		return d, fmt.Errorf("sample data: %w", err)
	}
	raw, err := json.MarshalIndent(d, "", "  ")
	if err != nil {
		return d, err
	}
	return d, os.WriteFile(filepath.Join(dir, "demo.json"), raw, 0o600)
}

// samples creates a product and a customer over the public API.
func (a *merchantAPI) samples(ctx context.Context, d *demo) error {
	var product struct {
		ID string `json:"product_id"`
	}
	err := a.call(ctx, "POST", "/products", map[string]any{
		"name": "Atlas Pro", "description": "Maps for teams, billed monthly.", "tax_category": "saas",
		"price": map[string]any{
			"type": "recurring_price", "currency": "EUR", "price": 2900, "discount": 0, "purchasing_power_parity": false,
			"payment_frequency_count": 1, "payment_frequency_interval": "Month",
			"subscription_period_count": 10, "subscription_period_interval": "Year",
		},
	}, &product)
	if err != nil {
		return err
	}
	var customer struct {
		ID string `json:"customer_id"`
	}
	err = a.call(ctx, "POST", "/customers", map[string]any{"email": "ada@example.com", "name": "Ada Lovelace"}, &customer)
	d.Product, d.Customer = product.ID, customer.ID
	return err
}
