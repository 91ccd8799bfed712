package main

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"time"

	"perennial/shared/charging"
	"perennial/shared/clock"
	"perennial/shared/gateway"
	"perennial/shared/gateway/sandbox"
)

// tolerance is how far a webhook's time stamp may be from ours.
const tolerance = 5 * time.Minute

// largest is the most that a webhook's body may hold.
const largest = 256 << 10

// listener acts on a gateway's word.
type listener interface {
	Hear(ctx context.Context, n charging.Notice) error
}

// handler takes the gateways' webhooks. It answers 2xx only after the effect
// is committed; anything else makes the gateway send the webhook again.
func handler(l listener, secret string, wall clock.Wall) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /gateway-events/sandbox/{account}", func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, largest))
		if err != nil {
			w.WriteHeader(http.StatusRequestEntityTooLarge)
			return
		}
		account := r.PathValue("account")
		if sandbox.Verify(secret, account, r.Header.Get(sandbox.SignatureHeader), body, wall(), tolerance) != nil {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		event, err := sandbox.ParseEvent(body)
		if err != nil {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		n := charging.Notice{Account: gateway.Account{Gateway: sandbox.Name, ID: account}, Event: event.ID, Outcome: event.Outcome, Dispute: event.Dispute}
		if err := l.Hear(r.Context(), n); err != nil {
			slog.ErrorContext(r.Context(), "gateway event not applied", "event", event.ID, "error", err.Error())
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		w.WriteHeader(http.StatusNoContent)
	})
	return mux
}
