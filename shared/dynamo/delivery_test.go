package dynamo_test

import (
	"fmt"
	"testing"
	"time"

	"perennial/shared/ids"
	"perennial/shared/merchant"
	"perennial/shared/record"
)

// The log of webhooks is written for every delivery, so it has to be cheap: a
// record of one kilobyte at most, written alone, and its entry in the list.
func TestTheLogOfAnAcceptedDeliveryCostsTwoUnits(t *testing.T) {
	t.Parallel()
	m := &metered{line: newLine(t), t: t}
	now := time.Date(2046, 1, 15, 9, 30, 0, 123456000, time.UTC)
	scope := merchant.Scope{Business: ids.New(ids.Business, now), Mode: merchant.Live}
	key := fmt.Sprintf("%s/SUB/%s/17", scope, ids.New(ids.Subscription, now))
	d := record.Delivery{
		ID: key + "@" + ids.New(ids.WebhookEndpoint, now), Outbox: key, Endpoint: ids.New(ids.WebhookEndpoint, now),
		Types: []string{"payment.succeeded", "subscription.renewed"}, Event: 2, Status: 200, Done: now, At: now, Created: now,
		Log: []record.Attempt{
			{At: now, Took: 181 * time.Millisecond, Status: 200, Note: `{"received":true}`},
			{Event: 1, At: now, Took: 97 * time.Millisecond, Status: 200, Note: `{"received":true}`},
		},
	}
	err := m.Commit(record.Commit{Scope: scope, Actor: record.System, Cause: "webhook delivery", Put: []any{d}})
	if err != nil {
		t.Fatal(err)
	}
	if m.units != 2 || m.requests != 1 {
		t.Errorf("it costs %d write units in %d requests", m.units, m.requests)
	}
}
