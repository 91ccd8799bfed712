package faults

import (
	"context"
	"encoding/json"
	"strings"
	"sync"

	"github.com/aws/aws-lambda-go/events"

	"perennial/infra/local/wire"
	"perennial/shared/bank"
	"perennial/shared/billing"
	"perennial/shared/merchant"
	"perennial/shared/record"
)

// batchSize is how many messages or records one invocation gets.
const batchSize = 10

// asideAfter is how often a stream record is tried, as in the deployed event
// source, before it is set aside.
const asideAfter = 10

// ask runs a function once on messages and gives those that failed.
func (s *site) ask(function string, messages []events.SQSMessage) ([]events.SQSMessage, error) {
	event, err := json.Marshal(events.SQSEvent{Records: messages})
	s.must(err)
	raw, err := s.invoke(context.WithoutCancel(s.t.Context()), function, event)
	if err != nil {
		return messages, err
	}
	var answer events.SQSEventResponse
	s.must(json.Unmarshal(raw, &answer))
	var failed []events.SQSMessage
	for _, f := range answer.BatchItemFailures {
		for _, m := range messages {
			if m.MessageId == f.ItemIdentifier {
				failed = append(failed, m)
			}
		}
	}
	return failed, nil
}

// work runs collectors on messages side by side; what fails is due again at
// the next tick.
func (s *site) work(messages []events.SQSMessage, collectors ...string) {
	var group sync.WaitGroup
	for i, name := range collectors {
		group.Go(func() {
			for at := i * batchSize; at < len(messages); at += batchSize * len(collectors) {
				_, _ = s.ask(name, messages[at:min(at+batchSize, len(messages))]) // the next tick repeats it
			}
		})
	}
	group.Wait()
}

// collect has a collector do what is due for the trial's subscription.
func (tr *trial) collect(collector string) {
	tr.t.Helper()
	tr.collectDue(collector, record.RefOf[billing.Subscription](tr.sub.ID))
}

// closeWindow has a collector look at the hold whose window is over.
func (tr *trial) closeWindow(collector string) {
	tr.t.Helper()
	tr.collectDue(collector, record.RefOf[billing.Hold](billing.HoldID(tr.sub.ID, 1)))
}

func (tr *trial) collectDue(collector string, ref record.Ref) {
	tr.t.Helper()
	body, err := record.EncodeDue(record.DueItem{Scope: tr.scope, Ref: ref, Customer: tr.customer.ID, Due: tr.sub.Period.End})
	tr.check(err)
	failed, err := tr.ask(collector, []events.SQSMessage{message(string(body))})
	tr.note(collector, err)
	if len(failed) > 0 && err == nil {
		tr.errors = append(tr.errors, collector+": the message failed")
	}
}

// publish has the publisher read a scope's new records, all scopes' when it
// is empty, in any order and some of them twice; what failed is kept. It says
// how many records there were.
func (s *site) publish(scope string) (int, error) {
	s.must(s.records.sync(s.t.Context()))
	held := s.records.take(scope)
	found := len(held)
	held = wire.Repeat(s.random(), wire.Shuffle(s.random(), held), 0.2)
	var first error
	for len(held) > 0 {
		n := min(batchSize, len(held))
		done, err := s.publishBatch(held[:n])
		if first == nil {
			first = err
		}
		if done < n { // the event source goes on at the failed record
			held[done].tries++
			if held[done].tries < asideAfter {
				s.records.back(held[done:])
				return found, first
			}
			s.tally.aside(held[done].key)
			done++
		}
		held = held[done:]
	}
	return found, first
}

// publishBatch says how many records from the start were published.
func (s *site) publishBatch(batch []streamRecord) (int, error) {
	event, err := payload(batch)
	s.must(err)
	raw, err := s.invoke(context.WithoutCancel(s.t.Context()), "publisher", event)
	if err != nil {
		return 0, err
	}
	var answer events.DynamoDBEventResponse
	s.must(json.Unmarshal(raw, &answer))
	if len(answer.BatchItemFailures) == 0 {
		return len(batch), nil
	}
	for i, one := range batch {
		if one.sequence == answer.BatchItemFailures[0].ItemIdentifier {
			return i, nil
		}
	}
	return 0, nil
}

// announce publishes the trial's commits and lets its flow go as far as it
// can.
func (tr *trial) announce() {
	tr.t.Helper()
	_, err := tr.publish(tr.scope.String())
	tr.note("publisher", err)
	tr.note("flow", tr.flows.step(context.WithoutCancel(tr.ctx()), tr.mine))
}

// webhooks has the gateway post its queued events, of one account or of all,
// in any order, or in that of the trial's cell; those that were not accepted
// are kept. It says how many there were.
func (s *site) webhooks(account string) (int, error) {
	const queue = "sandbox-events"
	held := s.queues.take(queue, func(body string) bool { return strings.Contains(body, account) && s.posts.ready(body) })
	held = s.posts.arrange(wire.Shuffle(s.random(), held))
	var first error
	for at := 0; at < len(held); at += batchSize {
		failed, err := s.ask("sandbox", held[at:min(at+batchSize, len(held))])
		s.queues.back(queue, failed)
		if first == nil {
			first = err
		}
	}
	return len(held), first
}

// advance has a collector work on the clock jobs that are queued, of one scope
// or of all. What fails comes again, as from the queue. It says how many there
// were.
func (s *site) advance(scope string) int {
	const queue = "work-clock"
	jobs := s.queues.take(queue, func(body string) bool { return strings.Contains(body, scope) })
	for _, m := range jobs {
		failed, _ := s.ask("collector", []events.SQSMessage{m})
		s.queues.back(queue, failed)
	}
	return len(jobs)
}

// sweep has sweepers tick at the same time.
func (s *site) sweep(sweepers ...string) {
	var group sync.WaitGroup
	for _, name := range sweepers {
		group.Go(func() {
			_, _ = s.invoke(context.WithoutCancel(s.t.Context()), name, []byte(`{"source":"aws.events"}`)) // the next tick repeats it
		})
	}
	group.Wait()
}

func bankCommit(scope merchant.Scope, m bank.Method) bank.Commit {
	return bank.Commit{Account: scope.String(), Method: &m}
}
