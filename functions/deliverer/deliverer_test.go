package main

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"testing"

	"github.com/aws/aws-lambda-go/events"

	"perennial/shared/merchant"
	"perennial/shared/record"
)

// posted keeps what was to be delivered.
type posted struct {
	items    []record.DueItem
	replayed []record.DueItem
	fail     error
}

func (p *posted) Replay(_ context.Context, item record.DueItem) error {
	p.replayed = append(p.replayed, item)
	return p.fail
}

func (p *posted) Deliver(_ context.Context, item record.DueItem) error {
	p.items = append(p.items, item)
	return p.fail
}

func sample(t *testing.T) events.SQSEvent {
	t.Helper()
	raw, err := os.ReadFile("../../events/deliverer-queue.json")
	if err != nil {
		t.Fatal(err)
	}
	var batch events.SQSEvent
	if err := json.Unmarshal(raw, &batch); err != nil {
		t.Fatal(err)
	}
	return batch
}

func TestTheSampleMessageNamesADelivery(t *testing.T) {
	t.Parallel()
	var p posted
	answer, err := deliverer{&p}.invoke(t.Context(), sample(t))
	if err != nil || len(answer.BatchItemFailures) != 0 || len(p.items) != 1 {
		t.Fatalf("delivered %v, answered %+v, %v", p.items, answer, err)
	}
	want := record.Ref{Kind: record.KindDelivery, ID: "bus_sample.test/SUB/sub_sample/4@whk_sample"}
	if got := p.items[0]; got.Ref != want || got.Scope != (merchant.Scope{Business: "bus_sample", Mode: merchant.Test}) {
		t.Errorf("got %+v", got)
	}
}

func TestTroubleSendsTheMessageBack(t *testing.T) {
	t.Parallel()
	unreadable := sample(t)
	unreadable.Records[0].Body = "{}"
	for _, c := range []struct {
		batch events.SQSEvent
		fail  error
	}{{sample(t), errors.New("no table")}, {unreadable, nil}} {
		answer, err := deliverer{&posted{fail: c.fail}}.invoke(t.Context(), c.batch)
		if err != nil || len(answer.BatchItemFailures) != 1 {
			t.Errorf("answered %+v, %v", answer, err)
		}
	}
}

func TestAReplayIsToldFromADelivery(t *testing.T) {
	t.Parallel()
	batch := sample(t)
	body, err := record.EncodeDue(record.DueItem{
		Scope: merchant.Scope{Business: "bus_1", Mode: merchant.Live}, Ref: record.RefOf[record.Replay]("whk_1"),
	})
	if err != nil {
		t.Fatal(err)
	}
	batch.Records[0].Body = string(body)
	var p posted
	answer, err := deliverer{&p}.invoke(t.Context(), batch)
	if err != nil || len(answer.BatchItemFailures) != 0 || len(p.replayed) != 1 || len(p.items) != 0 {
		t.Errorf("did %+v, answered %+v, %v", p, answer, err)
	}
}
