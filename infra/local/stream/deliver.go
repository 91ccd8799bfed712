package stream

import (
	"context"
	"encoding/json"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams/types"
)

// delivery is the work on one page of records.
type delivery struct {
	rest     []types.Record
	size     int // of the next batch
	attempts int // at the first of the rest
}

// deliver hands records to the consumer until all of them are done or set
// aside; after a failure it goes on at the first failed record.
func (p *Pump) deliver(ctx context.Context, shard string, records []types.Record) error {
	d := delivery{rest: records, size: maxBatch}
	for len(d.rest) > 0 {
		batch, covered := p.pick(d.rest, d.size)
		done, whole, err := p.invoke(ctx, batch)
		if err != nil {
			return err
		}
		if done < len(batch) {
			covered = index(d.rest, batch[done])
		}
		if err := p.passed(shard, d.rest[:covered], len(batch) > 0); err != nil {
			return err
		}
		d.rest = d.rest[covered:]
		if done == len(batch) {
			d.size, d.attempts = maxBatch, 0
			continue
		}
		if d.failed(done, len(batch), whole) {
			if err := p.setAside(shard, d.rest[0]); err != nil {
				return err
			}
			d = delivery{rest: d.rest[1:], size: maxBatch}
		}
		if err := wait(ctx, retryPause); err != nil {
			return err
		}
	}
	return nil
}

// failed counts a failed attempt and says whether its first record has had
// enough. A failure of the function as a whole halves the batch, so that one
// bad record is found alone.
func (d *delivery) failed(done, batch int, whole bool) bool {
	if done > 0 {
		d.attempts = 0
	}
	d.attempts++
	if whole {
		d.size = max(batch/2, 1)
	}
	return d.attempts >= maxAttempts && (!whole || batch == 1)
}

// pick chooses the next wanted records, at most size, and says how many
// records of the stream they cover.
func (p *Pump) pick(records []types.Record, size int) (batch []types.Record, covered int) {
	for _, r := range records {
		if p.wanted(r) {
			if len(batch) == size {
				break
			}
			batch = append(batch, r)
		}
		covered++
	}
	return batch, covered
}

// wanted is the event source's filter.
func (p *Pump) wanted(r types.Record) bool {
	sk, ok := r.Dynamodb.Keys["sk"].(*types.AttributeValueMemberS)
	return ok && r.EventName == types.OperationTypeInsert && strings.HasPrefix(sk.Value, p.Prefix)
}

// invoke says how many records from the start of the batch are done, and
// whether the function failed as a whole.
func (p *Pump) invoke(ctx context.Context, batch []types.Record) (done int, whole bool, err error) {
	if len(batch) == 0 {
		return 0, false, nil
	}
	payload, err := p.event(batch)
	if err != nil {
		return 0, false, err
	}
	// An invocation under way is not cut short when the stack stops.
	answer, failure, err := p.Invoker.Invoke(context.WithoutCancel(ctx), p.Function, payload)
	if err != nil {
		p.logf("%v", err)
		return 0, true, nil
	}
	if failure != nil {
		p.logf("%s failed a batch of %d: %v", p.Function, len(batch), failure)
		return 0, true, nil
	}
	return firstFailed(batch, answer), false, nil
}

// firstFailed reads the partial batch response: the lowest failed sequence
// number counts, nothing listed is success, and an answer that names no record
// of the batch fails it from the start.
func firstFailed(batch []types.Record, answer []byte) int {
	var response struct {
		Failures []struct {
			ID string `json:"itemIdentifier"`
		} `json:"batchItemFailures"`
	}
	if len(answer) > 0 && json.Unmarshal(answer, &response) != nil {
		return 0
	}
	position := map[string]int{}
	for i, r := range batch {
		position[*r.Dynamodb.SequenceNumber] = i
	}
	first := len(batch)
	for _, f := range response.Failures {
		i := position[f.ID] // an unknown one counts as the first
		first = min(first, i)
	}
	return first
}

func index(records []types.Record, wanted types.Record) int {
	for i, r := range records {
		if *r.Dynamodb.SequenceNumber == *wanted.Dynamodb.SequenceNumber {
			return i
		}
	}
	return 0
}

// passed moves the position behind the records, and keeps it at once if any of
// them was delivered.
func (p *Pump) passed(shard string, records []types.Record, delivered bool) error {
	if n := len(records); n > 0 {
		p.at.Shards[shard], p.unsaved = *records[n-1].Dynamodb.SequenceNumber, true
	}
	if !delivered {
		return nil
	}
	return p.save()
}

func (p *Pump) setAside(shard string, r types.Record) error {
	p.logf("record %s set aside after %d attempts", *r.Dynamodb.SequenceNumber, maxAttempts)
	p.aside.Add(1)
	return p.passed(shard, []types.Record{r}, true)
}

func wait(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(d):
		return nil
	}
}
