package main

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"os"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"perennial/shared/charging"
	"perennial/shared/gateway"
	"perennial/shared/lambdahttp"
)

type ear struct {
	heard []charging.Notice
	err   error
}

func (e *ear) Hear(_ context.Context, n charging.Notice) error {
	e.heard = append(e.heard, n)
	return e.err
}

const secret = "sandbox-secret"

func sign(stamp, account, body string) string {
	key := hmac.New(sha256.New, []byte(secret))
	key.Write([]byte(account))
	mac := hmac.New(sha256.New, key.Sum(nil))
	mac.Write([]byte(stamp + "." + body))
	return "t=" + stamp + ",v1=" + hex.EncodeToString(mac.Sum(nil))
}

// post sends the sample event, signed unless change spoils it.
func post(t *testing.T, e *ear, change func(*events.APIGatewayV2HTTPRequest)) int {
	t.Helper()
	raw, err := os.ReadFile("../../events/gatewayevents-succeeded.json")
	if err != nil {
		t.Fatal(err)
	}
	var request events.APIGatewayV2HTTPRequest
	if err := json.Unmarshal(raw, &request); err != nil {
		t.Fatal(err)
	}
	now := time.Unix(1803805830, 0)
	request.Headers["sandbox-signature"] = sign("1803805830", "bus_1.test", request.Body)
	if change != nil {
		change(&request)
	}
	answer, err := lambdahttp.Handler(handler(ears{listener: e, secret: secret, wall: func() time.Time { return now }}))(t.Context(), request)
	if err != nil {
		t.Fatal(err)
	}
	return answer.StatusCode
}

func TestASignedEventIsHeard(t *testing.T) {
	t.Parallel()
	e := &ear{}
	if status := post(t, e, nil); status != 204 || len(e.heard) != 1 {
		t.Fatalf("status %d, heard %d", status, len(e.heard))
	}
	n := e.heard[0]
	if n.Account.ID != "bus_1.test" || n.Outcome.State != gateway.StateSucceeded || n.Outcome.Amount.Minor != 2000 {
		t.Errorf("heard %+v", n)
	}
}

func TestWhatIsNotGenuineIsNotHeard(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*events.APIGatewayV2HTTPRequest){
		"another body":    func(r *events.APIGatewayV2HTTPRequest) { r.Body = r.Body[:len(r.Body)-1] + " }" },
		"another account": func(r *events.APIGatewayV2HTTPRequest) { r.RawPath = "/gateway-events/sandbox/bus_2.test" },
		"no signature":    func(r *events.APIGatewayV2HTTPRequest) { delete(r.Headers, "sandbox-signature") },
		"an hour old": func(r *events.APIGatewayV2HTTPRequest) {
			r.Headers["sandbox-signature"] = sign("1803802230", "bus_1.test", r.Body)
		},
	} {
		e := &ear{}
		if status := post(t, e, change); status != 401 || len(e.heard) != 0 {
			t.Errorf("%s: status %d, heard %d", name, status, len(e.heard))
		}
	}
}

func TestAnEventThatWasNotAppliedComesAgain(t *testing.T) {
	t.Parallel()
	if status := post(t, &ear{err: errors.New("no table")}, nil); status < 500 {
		t.Errorf("status %d tells the gateway that all is well", status)
	}
}
