package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"perennial/infra/local"
	"perennial/shared/config"
	"perennial/shared/ids"
)

// merchantAPI speaks to the public API as a merchant does.
type merchantAPI struct{ base, key string }

// merchantFlags lets a command and those below it say which API they mean.
func merchantFlags(cmd *cobra.Command) *merchantAPI {
	var api merchantAPI
	cmd.PersistentFlags().StringVar(&api.base, "api", "", "base URL of the API (default: PERENNIAL_URL_API, or the local stack)")
	cmd.PersistentFlags().StringVar(&api.key, "key", os.Getenv("PERENNIAL_API_KEY"), "API key (default: PERENNIAL_API_KEY, or the demo business's)")
	return &api
}

// ask makes one request and completes what the flags left open.
func (a *merchantAPI) ask(cmd *cobra.Command, method, path string, in, out any) error {
	if err := a.complete(); err != nil {
		return err
	}
	return a.call(cmd.Context(), method, path, in, out)
}

// complete finds the local stack's address and the demo key.
func (a *merchantAPI) complete() error {
	if a.base == "" {
		if err := environment(); err != nil {
			return err
		}
		a.base = os.Getenv(config.URLAPI)
	}
	if a.key == "" {
		demo, err := readDemo(localDir)
		if err != nil {
			return fmt.Errorf("no API key: give --key or set PERENNIAL_API_KEY: %w", err)
		}
		a.key = demo.Key
	}
	return nil
}

// call sends one JSON request; an error answer becomes its own message.
func (a *merchantAPI) call(ctx context.Context, method, path string, in, out any) error {
	var body io.Reader
	if in != nil {
		raw, err := json.Marshal(in)
		if err != nil {
			return err
		}
		body = bytes.NewReader(raw)
	}
	r, err := http.NewRequestWithContext(ctx, method, strings.TrimRight(a.base, "/")+path, body)
	if err != nil {
		return err
	}
	r.Header.Set("Authorization", "Bearer "+a.key)
	r.Header.Set("Content-Type", "application/json")
	if method == http.MethodPost {
		r.Header.Set("Idempotency-Key", ids.UUID())
	}
	answer, err := local.Client().Do(r)
	if err != nil {
		return err
	}
	defer answer.Body.Close() //nolint:errcheck // nothing to do about it
	raw, err := io.ReadAll(answer.Body)
	if err != nil {
		return err
	}
	if answer.StatusCode >= http.StatusBadRequest {
		var failure struct{ Code, Message string }
		_ = json.Unmarshal(raw, &failure) // an answer that is no JSON shows its status
		return fmt.Errorf("%s %s: %s %s %s", method, path, answer.Status, failure.Code, failure.Message)
	}
	if out == nil {
		return nil
	}
	return json.Unmarshal(raw, out)
}
