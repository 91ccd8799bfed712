package main

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"time"

	"perennial/shared/charging"
	"perennial/shared/clock"
	"perennial/shared/gateway"
	"perennial/shared/gateway/sandbox"
	"perennial/shared/gateway/stripe"
	"perennial/shared/gateways"
)

// tolerance is how far a webhook's time stamp may be from ours.
const tolerance = 5 * time.Minute

// largest is the most that a webhook's body may hold.
const largest = 256 << 10

// listener acts on a gateway's word.
type listener interface {
	Hear(ctx context.Context, n charging.Notice) error
}

// receiver reads Stripe's webhooks.
type receiver interface {
	Receive(ctx context.Context, account gateway.Account, header string, body []byte, now time.Time) (gateway.Event, bool, error)
}

// ears are what the handler hears with.
type ears struct {
	listener
	secret string // of the sandbox
	stripe receiver
	noted  func(ctx context.Context, account gateway.Account) // a genuine webhook came
	wall   clock.Wall
}

// handler takes the gateways' webhooks. It answers 2xx only after the effect
// is committed; anything else makes the gateway send the webhook again.
func handler(e ears) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /gateway-events/sandbox/{account}", e.taking(e.sandbox))
	mux.HandleFunc("POST /gateway-events/stripe/{account}", e.taking(e.fromStripe))
	return mux
}

// taking reads the body, and answers by what became of it.
func (e ears) taking(hear func(r *http.Request, account string, body []byte) (status int, err error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, largest))
		if err != nil {
			w.WriteHeader(http.StatusRequestEntityTooLarge)
			return
		}
		status, err := hear(r, r.PathValue("account"), body)
		if err != nil {
			slog.ErrorContext(r.Context(), "gateway event not applied", "account", r.PathValue("account"), "error", err.Error())
		}
		w.WriteHeader(status)
	}
}

func (e ears) sandbox(r *http.Request, account string, body []byte) (int, error) {
	if sandbox.Verify(e.secret, account, r.Header.Get(sandbox.SignatureHeader), body, e.wall(), tolerance) != nil {
		return http.StatusUnauthorized, nil
	}
	event, err := sandbox.ParseEvent(body)
	if err != nil {
		return http.StatusBadRequest, nil //nolint:nilerr // the gateway is told; it is nobody's failure here
	}
	return e.act(r.Context(), charging.Notice{
		Account: gateway.Account{Gateway: sandbox.Name, ID: account}, Event: event.ID, Outcome: event.Outcome, Dispute: event.Dispute,
	})
}

// fromStripe hears of an account that is connected. What is genuine and none
// of our business is accepted, or Stripe would send it again for days.
func (e ears) fromStripe(r *http.Request, id string, body []byte) (int, error) {
	account := gateway.Account{Gateway: stripe.Name, ID: id}
	event, ours, err := e.stripe.Receive(r.Context(), account, r.Header.Get(stripe.SignatureHeader), body, e.wall())
	switch {
	case errors.Is(err, gateways.ErrNotConnected):
		return http.StatusNotFound, nil
	case errors.Is(err, stripe.ErrSignature):
		return http.StatusUnauthorized, nil
	case errors.Is(err, stripe.ErrEvent):
		return http.StatusBadRequest, nil
	case err != nil:
		return http.StatusServiceUnavailable, err
	}
	e.noted(r.Context(), account)
	if !ours {
		return http.StatusNoContent, nil
	}
	return e.act(r.Context(), charging.NoticeOf(account, event))
}

func (e ears) act(ctx context.Context, n charging.Notice) (int, error) {
	if err := e.Hear(ctx, n); err != nil {
		return http.StatusServiceUnavailable, err
	}
	return http.StatusNoContent, nil
}
