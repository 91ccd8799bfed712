package lambdabatch_test

import (
	"context"
	"errors"
	"testing"

	"github.com/aws/aws-lambda-go/events"
	"github.com/google/go-cmp/cmp"

	"perennial/shared/lambdabatch"
)

func TestOnlyMessagesThatFailComeAgain(t *testing.T) {
	t.Parallel()
	var batch events.SQSEvent
	for _, id := range []string{"good", "bad", "ugly", "fine"} {
		batch.Records = append(batch.Records, events.SQSMessage{MessageId: id})
	}
	for _, parallel := range []int{1, 3} {
		got := lambdabatch.Each(t.Context(), batch, parallel, func(_ context.Context, m events.SQSMessage) error {
			switch m.MessageId {
			case "bad":
				return errors.New("no")
			case "ugly":
				panic("what")
			}
			return nil
		})
		want := events.SQSEventResponse{BatchItemFailures: []events.SQSBatchItemFailure{{ItemIdentifier: "bad"}, {ItemIdentifier: "ugly"}}}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%d in parallel: %s", parallel, diff)
		}
	}
}
