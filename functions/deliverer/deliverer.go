package main

import (
	"context"

	"github.com/aws/aws-lambda-go/events"

	"perennial/shared/lambdabatch"
	"perennial/shared/record"
)

// parallel lets the slow endpoints of a batch be waited for together: a
// message takes up to 15 seconds for each of its events.
const parallel = 10

// service delivers one commit's events to one endpoint, and finds what is to
// be delivered again.
type service interface {
	Deliver(ctx context.Context, item record.DueItem) error
	Replay(ctx context.Context, item record.DueItem) error
}

type deliverer struct{ service }

func (d deliverer) invoke(ctx context.Context, batch events.SQSEvent) (events.SQSEventResponse, error) {
	return lambdabatch.Each(ctx, batch, parallel, func(ctx context.Context, m events.SQSMessage) error {
		item, err := record.DecodeDue([]byte(m.Body))
		if err != nil {
			return err
		}
		if item.Ref.Kind == record.KindReplay {
			return d.Replay(ctx, item)
		}
		return d.Deliver(ctx, item)
	}), nil
}
