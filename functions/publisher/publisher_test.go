package main

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"testing"

	"github.com/aws/aws-lambda-go/events"
	"github.com/google/go-cmp/cmp"

	"perennial/shared/billing"
	"perennial/shared/record"
)

// heard keeps what was published.
type heard struct {
	keys   []string
	events []billing.Event
	fail   error
	panics bool
}

func (h *heard) Publish(_ context.Context, o record.Outbox) error {
	if h.panics {
		panic("what")
	}
	h.keys, h.events = append(h.keys, o.Key), append(h.events, o.Events...)
	return h.fail
}

func sample(t *testing.T) events.DynamoDBEvent {
	t.Helper()
	raw, err := os.ReadFile("../../events/publisher-stream.json")
	if err != nil {
		t.Fatal(err)
	}
	var batch events.DynamoDBEvent
	if err := json.Unmarshal(raw, &batch); err != nil {
		t.Fatal(err)
	}
	return batch
}

func TestTheSampleStreamPublishesItsNewOutboxItem(t *testing.T) {
	t.Parallel()
	var h heard
	answer, err := publisher{&h}.invoke(t.Context(), sample(t))
	if err != nil || len(answer.BatchItemFailures) != 0 {
		t.Fatalf("answered %+v, %v", answer, err)
	}
	if diff := cmp.Diff([]string{"bus_sample.test/SUB/sub_sample/4"}, h.keys); diff != "" {
		t.Error(diff)
	}
	want := []billing.Event{
		{Type: "payment.failed", Object: "pay_sample", Reason: "renewal"},
		{Type: "subscription.on_hold", Object: "sub_sample", Reason: "renewal"},
		{Type: "hold.started", Object: "sub_sample:1"},
	}
	if diff := cmp.Diff(want, h.events); diff != "" {
		t.Error(diff)
	}
}

func TestTheFirstRecordThatFailedIsNamedAndNothingAfterItIsDone(t *testing.T) {
	t.Parallel()
	damaged := events.NewStringAttribute("{")
	for name, c := range map[string]struct {
		heard  heard
		change func(image map[string]events.DynamoDBAttributeValue)
		calls  int
	}{
		"not published": {heard: heard{fail: errors.New("no queue")}, calls: 1},
		"a panic":       {heard: heard{panics: true}},
		"damaged":       {change: func(image map[string]events.DynamoDBAttributeValue) { image["d"] = damaged }},
		"unreadable":    {change: func(image map[string]events.DynamoDBAttributeValue) { image["d"] = events.NewBooleanAttribute(true) }},
	} {
		batch := sample(t)
		batch.Records = append(batch.Records, sample(t).Records[0])
		batch.Records[2].Change.SequenceNumber = "3"
		if c.change != nil {
			c.change(batch.Records[0].Change.NewImage)
		}
		answer, err := publisher{&c.heard}.invoke(t.Context(), batch)
		if err != nil {
			t.Fatal(err)
		}
		want := []events.DynamoDBBatchItemFailure{{ItemIdentifier: "100000000000000000001"}}
		if diff := cmp.Diff(want, answer.BatchItemFailures); diff != "" || len(c.heard.keys) != c.calls {
			t.Errorf("%s: published %v, %s", name, c.heard.keys, diff)
		}
	}
}

func TestOtherItemsAreLeftAlone(t *testing.T) {
	t.Parallel()
	batch := sample(t)
	batch.Records[0].Change.NewImage["sk"] = events.NewStringAttribute("SUB")
	var h heard
	answer, err := publisher{&h}.invoke(t.Context(), batch)
	if err != nil || len(answer.BatchItemFailures) != 0 || len(h.keys) != 0 {
		t.Errorf("published %v, answered %+v, %v", h.keys, answer, err)
	}
}
