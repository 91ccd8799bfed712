package sqs

import (
	"context"
	"encoding/json"
	"time"

	"perennial/infra/local/lambda"
)

// Invoker runs a function once; lambda.Driver is one.
type Invoker interface {
	Invoke(ctx context.Context, function string, payload []byte) ([]byte, *lambda.FunctionError, error)
}

// consume is the event source of one queue: it hands visible messages to the
// consumer, in batches, at most MaxConcurrency at once, until ctx ends.
func (s *Server) consume(ctx context.Context, q *queue) {
	slots := make(chan struct{}, limit(q.MaxConcurrency))
	for {
		select {
		case slots <- struct{}{}:
		case <-ctx.Done():
			return
		}
		batch := s.next(ctx, q)
		if batch == nil {
			return
		}
		s.working.Go(func() {
			s.deliver(q, batch)
			<-slots
		})
	}
}

// unlimited is the concurrency of a source without a limit; the function's
// own pool bounds it anyway.
const unlimited = 1000

func limit(configured int) int {
	if configured == 0 {
		return unlimited
	}
	return configured
}

// next waits for a batch; nil means that ctx has ended.
func (s *Server) next(ctx context.Context, q *queue) []*Message {
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		if ctx.Err() != nil {
			return nil
		}
		batch, wait := q.take(time.Now())
		if batch != nil {
			return batch
		}
		var due <-chan time.Time
		if wait > 0 {
			timer.Reset(wait)
			due = timer.C
		}
		select {
		case <-q.wake:
		case <-due:
		case <-ctx.Done():
			return nil
		}
	}
}

// deliver invokes the consumer once and settles the batch by its answer.
func (s *Server) deliver(q *queue, batch []*Message) {
	all := func(string) bool { return true }
	payload, err := event(q.Name, batch)
	if err != nil {
		s.logf("queue %s: %v", q.Name, err)
		q.settle(batch, all, time.Now())
		return
	}
	// An invocation under way is not cut short when the stack stops.
	answer, failure, err := s.invoker.Invoke(context.Background(), q.Consumer, payload)
	switch {
	case err != nil:
		s.logf("queue %s: %v", q.Name, err)
		q.settle(batch, all, time.Now())
	case failure != nil:
		s.logf("queue %s: %s failed a batch of %d: %v", q.Name, q.Consumer, len(batch), failure)
		q.settle(batch, all, time.Now())
	default:
		q.settle(batch, failedItems(batch, answer), time.Now())
	}
}

// failedItems reads a partial batch response as Lambda does: nothing listed
// means success, and an answer it cannot match fails the whole batch.
func failedItems(batch []*Message, answer []byte) func(id string) bool {
	var response struct {
		Failures []struct {
			ID string `json:"itemIdentifier"`
		} `json:"batchItemFailures"`
	}
	all := func(string) bool { return true }
	if len(answer) > 0 && json.Unmarshal(answer, &response) != nil {
		return all
	}
	known, failed := map[string]bool{}, map[string]bool{}
	for _, m := range batch {
		known[m.ID] = true
	}
	for _, f := range response.Failures {
		if !known[f.ID] {
			return all
		}
		failed[f.ID] = true
	}
	return func(id string) bool { return failed[id] }
}
