package main

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"perennial/shared/gateway"
	"perennial/shared/gateway/stripe"
	"perennial/shared/gateways"
	"perennial/shared/lambdahttp"
)

// reader answers for Stripe's adapter, whose own tests check signatures.
type reader struct {
	event gateway.Event
	ours  bool
	err   error

	account gateway.Account
	header  string
	body    string
}

func (r *reader) Receive(_ context.Context, a gateway.Account, header string, body []byte, _ time.Time) (gateway.Event, bool, error) {
	r.account, r.header, r.body = a, header, string(body)
	return r.event, r.ours, r.err
}

// deliver sends the sample webhook of Stripe's.
func deliver(t *testing.T, r *reader, e *ear) (status, noted int) {
	t.Helper()
	raw, err := os.ReadFile("../../events/gatewayevents-stripe.json")
	if err != nil {
		t.Fatal(err)
	}
	var request events.APIGatewayV2HTTPRequest
	if err := json.Unmarshal(raw, &request); err != nil {
		t.Fatal(err)
	}
	h := handler(ears{listener: e, stripe: r, noted: func(context.Context, gateway.Account) { noted++ }, wall: time.Now})
	answer, err := lambdahttp.Handler(h)(t.Context(), request)
	if err != nil {
		t.Fatal(err)
	}
	return answer.StatusCode, noted
}

func TestStripesEventIsHeardWithItsRawBodyAndSignature(t *testing.T) {
	t.Parallel()
	r := &reader{event: gateway.Event{ID: "evt_1", Outcome: gateway.Outcome{Intent: "pi_1", State: gateway.StateSucceeded}}, ours: true}
	e := &ear{}
	if status, noted := deliver(t, r, e); status != 204 || noted != 1 || len(e.heard) != 1 {
		t.Fatalf("%d, noted %d, heard %d", status, noted, len(e.heard))
	}
	want := gateway.Account{Gateway: "stripe", ID: "bus_1.live.acct_1"}
	if n := e.heard[0]; n.Account != want || n.Event != "evt_1" || r.account != want || r.header != "t=1803805830,v1=00,v1=11" || r.body[0] != '{' {
		t.Errorf("heard %+v of %+v: %s", n, r.account, r.header)
	}
}

func TestStripeIsAnsweredByWhatBecameOfItsEvent(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		reader reader
		ear    ear
		status int
		noted  int
	}{
		"an account that is not connected": {reader{err: gateways.ErrNotConnected}, ear{}, 404, 0},
		"a wrong signature":                {reader{err: stripe.ErrSignature}, ear{}, 401, 0},
		"no event":                         {reader{err: stripe.ErrEvent}, ear{}, 400, 0},
		"Stripe cannot be asked":           {reader{err: errors.New("time-out")}, ear{}, 503, 0},
		"none of our business":             {reader{}, ear{}, 204, 1},
		"not applied":                      {reader{ours: true}, ear{err: errors.New("no table")}, 503, 1},
	} {
		if status, noted := deliver(t, &c.reader, &c.ear); status != c.status || noted != c.noted {
			t.Errorf("%s: %d, noted %d", name, status, noted)
		}
	}
}
