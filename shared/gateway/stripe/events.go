package stripe

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	sdk "github.com/stripe/stripe-go/v84"
	"github.com/stripe/stripe-go/v84/paymentmethod"
	"github.com/stripe/stripe-go/v84/webhook"

	"perennial/shared/gateway"
)

// SignatureHeader carries the signature of a webhook.
const SignatureHeader = "Stripe-Signature"

// Tolerance is how far a webhook's time stamp may be from ours, both ways.
const Tolerance = 300 * time.Second

// Events are what a webhook endpoint has to be sent.
var Events = []string{
	"payment_intent.succeeded", "payment_intent.payment_failed", "payment_intent.processing", "payment_intent.requires_action", "payment_intent.canceled",
	"setup_intent.succeeded", "setup_intent.setup_failed", "setup_intent.canceled", "charge.dispute.created", "charge.dispute.updated",
	"charge.dispute.closed", "charge.dispute.funds_withdrawn", "charge.dispute.funds_reinstated", "refund.updated", "refund.failed", "charge.refund.updated",
	"payment_method.automatically_updated",
}

// Errors of webhooks.
var (
	ErrSignature = errors.New("stripe: wrong signature")
	ErrEvent     = errors.New("stripe: not an event")
)

// Receive verifies a webhook of an account and tells what it is about. Events
// come late, in no order and in the version that the endpoint was made with,
// so only the object's id is taken from them and Stripe is asked for the rest.
// It reports false for a genuine event that is none of our business.
func (g *Gateway) Receive(ctx context.Context, account gateway.Account, header string, body []byte, now time.Time) (gateway.Event, bool, error) {
	if err := g.believe(ctx, account, header, body, now); err != nil {
		return gateway.Event{}, false, err
	}
	in, err := parse(body)
	if err != nil {
		return gateway.Event{}, false, err
	}
	return g.ask(ctx, account, in)
}

// parse reads an event.
func parse(body []byte) (eventJSON, error) {
	var in eventJSON
	if err := json.Unmarshal(body, &in); err != nil || in.ID == "" || in.Data.Object.ID == "" {
		return eventJSON{}, ErrEvent
	}
	return in, nil
}

// believe checks who signed. A secret that is not known may have been replaced
// since the keys were opened.
func (g *Gateway) believe(ctx context.Context, account gateway.Account, header string, body []byte, now time.Time) error {
	for _, open := range []func(context.Context, gateway.Account) (Keys, error){g.keyring.Keys, g.keyring.Fresh} {
		keys, err := open(ctx, account)
		if err != nil {
			return fmt.Errorf("stripe: keys of %s: %w", account.ID, err)
		}
		if genuine(keys.Webhooks, header, body, now) {
			return nil
		}
	}
	return ErrSignature
}

type eventJSON struct {
	ID      string `json:"id"`
	Type    string `json:"type"`
	Created int64  `json:"created"`
	Data    struct {
		Object struct {
			ID       string            `json:"id"`
			Metadata map[string]string `json:"metadata"`
			Intent   *string           `json:"payment_intent"`
		} `json:"object"`
	} `json:"data"`
}

// ask looks at the object that an event tells of. What has no metadata of
// ours was made by somebody else at the same account.
func (g *Gateway) ask(ctx context.Context, account gateway.Account, in eventJSON) (gateway.Event, bool, error) {
	event, object := gateway.Event{ID: in.ID}, in.Data.Object
	switch {
	case strings.HasPrefix(in.Type, "payment_intent."), strings.HasPrefix(in.Type, "setup_intent."):
		if object.Metadata[metaPayment] == "" {
			return gateway.Event{}, false, nil
		}
		out, err := g.Find(ctx, account, gateway.Intent(object.ID))
		event.Outcome = out
		return event, err == nil, err
	case strings.HasPrefix(in.Type, "charge.dispute."):
		if object.Intent == nil {
			return gateway.Event{}, false, nil
		}
		return g.askDispute(ctx, account, event, object.ID)
	case strings.HasPrefix(in.Type, "refund."), in.Type == "charge.refund.updated":
		event.Refund = object.Metadata[metaKey]
		return event, event.Refund != "", nil
	case in.Type == "payment_method.automatically_updated":
		return g.askMethod(ctx, account, event, object.ID)
	}
	return gateway.Event{}, false, nil
}

func (g *Gateway) askDispute(ctx context.Context, account gateway.Account, event gateway.Event, ref string) (gateway.Event, bool, error) {
	d, err := g.Dispute(ctx, account, ref)
	if err != nil || d.Payment == "" {
		return gateway.Event{}, false, err
	}
	if event.Outcome, err = g.Find(ctx, account, d.Intent); err != nil {
		return gateway.Event{}, false, err
	}
	event.Dispute = &d
	return event, true, nil
}

// askMethod looks at a card that the network replaced, and at whose it is.
func (g *Gateway) askMethod(ctx context.Context, account gateway.Account, event gateway.Event, ref string) (gateway.Event, bool, error) {
	secret, err := g.key(ctx, account)
	if err != nil {
		return gateway.Event{}, false, err
	}
	p := params(ctx, "", "")
	p.AddExpand("customer")
	client := paymentmethod.Client{B: g.backend, Key: secret}
	found, err := client.Get(ref, &sdk.PaymentMethodParams{Params: p})
	if err != nil {
		return gateway.Event{}, false, told("method", err)
	}
	if found.Card == nil || found.Customer == nil || found.Customer.Metadata[metaCustomer] == "" {
		return gateway.Event{}, false, nil
	}
	event.Updated = &gateway.Updated{Customer: found.Customer.Metadata[metaCustomer], Method: method(found)}
	return event, true, nil
}

// genuine checks the header, "t=<unix>,v1=<hex>,…", under each secret. No
// secret signs nothing.
func genuine(secrets []string, header string, body []byte, now time.Time) bool {
	if !timely(header, now) {
		return false
	}
	for _, secret := range secrets {
		if secret != "" && webhook.ValidatePayloadIgnoringTolerance(body, header, secret) == nil {
			return true
		}
	}
	return false
}

// timely is stricter than the SDK, which takes stamps of the future and knows
// no clock but its own.
func timely(header string, now time.Time) bool {
	for part := range strings.SplitSeq(header, ",") {
		if stamp, is := strings.CutPrefix(part, "t="); is {
			unix, err := strconv.ParseInt(stamp, 10, 64)
			if err != nil || now.Sub(time.Unix(unix, 0)).Abs() > Tolerance {
				return false
			}
		}
	}
	return true
}
