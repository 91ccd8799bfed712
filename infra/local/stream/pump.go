// Package stream carries new records of a DynamoDB stream to the function that
// consumes them, as Lambda's event source does: filtered, in order, in
// batches, and again from the first failed record when some fail.
//
// The position is kept in a file, written after each batch, so a restart loses
// nothing and repeats at most the batch that was under way.
package stream

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync/atomic"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams"
	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams/types"

	"perennial/infra/local/lambda"
)

// The pump asks often right after records came, and seldom when nobody is at
// work who could write any.
const (
	shortestPause = 5 * time.Millisecond
	longestPause  = 100 * time.Millisecond
	idlePause     = 500 * time.Millisecond
	maxBatch      = 100
	maxAttempts   = 10 // of one record, before it is set aside
	retryPause    = 100 * time.Millisecond
)

// Invoker runs a function once; lambda.Driver is one.
type Invoker interface {
	Invoke(ctx context.Context, function string, payload []byte) ([]byte, *lambda.FunctionError, error)
}

// Pump is one event source on one stream.
type Pump struct {
	Client   *dynamodbstreams.Client
	Invoker  Invoker
	Stream   string // ARN
	Function string // the consumer
	Prefix   string // of the sort keys that the consumer wants
	File     string // keeps the position; empty starts at the oldest record each time
	Log      io.Writer

	Wake <-chan struct{} // hints that something may have been written; may be nil
	Busy func() bool     // says that somebody may be writing; nil means always

	at      position
	unsaved bool
	readers []*reader
	rounds  atomic.Int64 // passes over the stream that found nothing
	aside   atomic.Int64
}

// reader is an open place in one shard.
type reader struct {
	shard    string
	iterator *string
}

// Run delivers until ctx ends; an error of the engine is logged and tried
// again.
func (p *Pump) Run(ctx context.Context) error {
	if err := p.load(); err != nil {
		return err
	}
	pause := shortestPause
	for {
		found, err := p.round(ctx)
		switch {
		case ctx.Err() != nil:
			return p.save()
		case err != nil:
			p.logf("%v", err)
			p.readers, pause = nil, longestPause
		case found:
			pause = shortestPause
		default:
			if err := p.save(); err != nil {
				return err
			}
			p.rounds.Add(1)
			pause = min(2*pause, p.longest())
		}
		select {
		case <-ctx.Done():
			return p.save()
		case <-p.Wake:
			pause = shortestPause
		case <-time.After(pause):
		}
	}
}

func (p *Pump) longest() time.Duration {
	if p.Busy == nil || p.Busy() {
		return longestPause
	}
	return idlePause
}

// Sync waits until everything that was written before the call has been
// delivered or set aside.
func (p *Pump) Sync(ctx context.Context) error {
	tick := time.NewTicker(shortestPause)
	defer tick.Stop()
	for goal := p.rounds.Load() + 2; p.rounds.Load() < goal; {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}

// Aside counts the records that failed again and again and were given up, as
// Lambda's on-failure destination would receive them.
func (p *Pump) Aside() int { return int(p.aside.Load()) }

// round reads every open shard once.
func (p *Pump) round(ctx context.Context) (found bool, err error) {
	if len(p.readers) == 0 {
		if err := p.open(ctx); err != nil {
			return false, err
		}
	}
	for _, r := range p.readers {
		n, err := p.read(ctx, r)
		if err != nil {
			return found, err
		}
		found = found || n > 0
	}
	for _, r := range p.readers {
		if r.iterator == nil { // the shard has ended: look for its children
			p.at.Done[r.shard], p.unsaved = true, true
			p.readers, found = nil, true
		}
	}
	return found, nil
}

func (p *Pump) read(ctx context.Context, r *reader) (int, error) {
	if r.iterator == nil {
		return 0, nil
	}
	out, err := p.Client.GetRecords(ctx, &dynamodbstreams.GetRecordsInput{ShardIterator: r.iterator})
	if err != nil {
		return 0, fmt.Errorf("read shard %s: %w", r.shard, err)
	}
	if err := p.deliver(ctx, r.shard, out.Records); err != nil {
		return 0, err
	}
	r.iterator = out.NextShardIterator
	return len(out.Records), nil
}

// open finds the shards that are not yet read to their end and whose parents
// are, and places a reader in each.
func (p *Pump) open(ctx context.Context) error {
	shards, err := p.shards(ctx)
	if err != nil {
		return err
	}
	known := map[string]bool{}
	for _, s := range shards {
		known[*s.ShardId] = true
	}
	for _, s := range shards {
		parent := s.ParentShardId
		if p.at.Done[*s.ShardId] || parent != nil && known[*parent] && !p.at.Done[*parent] {
			continue
		}
		iterator, err := p.iterator(ctx, *s.ShardId)
		if err != nil {
			return err
		}
		p.readers = append(p.readers, &reader{shard: *s.ShardId, iterator: iterator})
	}
	return nil
}

func (p *Pump) shards(ctx context.Context) ([]types.Shard, error) {
	var all []types.Shard
	in := &dynamodbstreams.DescribeStreamInput{StreamArn: &p.Stream}
	for {
		out, err := p.Client.DescribeStream(ctx, in)
		if err != nil {
			return nil, fmt.Errorf("describe stream: %w", err)
		}
		all = append(all, out.StreamDescription.Shards...)
		if in.ExclusiveStartShardId = out.StreamDescription.LastEvaluatedShardId; in.ExclusiveStartShardId == nil {
			return all, nil
		}
	}
}

// iterator starts after the kept position, or at the oldest record when there
// is none or the engine has forgotten it.
func (p *Pump) iterator(ctx context.Context, shard string) (*string, error) {
	in := &dynamodbstreams.GetShardIteratorInput{
		StreamArn: &p.Stream, ShardId: &shard, ShardIteratorType: types.ShardIteratorTypeTrimHorizon,
	}
	if sequence, ok := p.at.Shards[shard]; ok {
		in.ShardIteratorType, in.SequenceNumber = types.ShardIteratorTypeAfterSequenceNumber, &sequence
	}
	out, err := p.Client.GetShardIterator(ctx, in)
	var trimmed *types.TrimmedDataAccessException
	if errors.As(err, &trimmed) {
		in.ShardIteratorType, in.SequenceNumber = types.ShardIteratorTypeTrimHorizon, nil
		out, err = p.Client.GetShardIterator(ctx, in)
	}
	if err != nil {
		return nil, fmt.Errorf("open shard %s: %w", shard, err)
	}
	return out.ShardIterator, nil
}

func (p *Pump) logf(format string, args ...any) {
	if p.Log != nil {
		_, _ = fmt.Fprintf(p.Log, "stream | "+format+"\n", args...) // a log that cannot be written has no better place
	}
}
