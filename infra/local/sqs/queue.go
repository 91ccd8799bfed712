package sqs

import (
	"slices"
	"sync"
	"time"

	"perennial/infra/topology"
)

// Depth counts the messages of one queue.
type Depth struct {
	Visible, Delayed, InFlight, Dead int
}

// queue holds the messages of one queue and of its dead-letter queue.
type queue struct {
	topology.Queue
	retry time.Duration
	wake  chan struct{} // has room for one: something became due earlier

	mu       sync.Mutex
	waiting  []*Message // by time of visibility
	inFlight map[string]*Message
	dead     []*Message
}

func newQueue(t topology.Queue, retry time.Duration) *queue {
	return &queue{Queue: t, retry: retry, wake: make(chan struct{}, 1), inFlight: map[string]*Message{}}
}

// put adds a message in the order of visibility.
func (q *queue) put(m *Message) {
	q.mu.Lock()
	q.insert(m)
	q.mu.Unlock()
	q.signal()
}

// insert wants the lock held.
func (q *queue) insert(m *Message) {
	at, _ := slices.BinarySearchFunc(q.waiting, m, func(a, b *Message) int {
		if a.Visible.After(b.Visible) {
			return 1
		}
		return -1 // equals stay in the order they came
	})
	q.waiting = slices.Insert(q.waiting, at, m)
}

func (q *queue) signal() {
	select {
	case q.wake <- struct{}{}:
	default: // already told
	}
}

// take delivers up to one batch of visible messages. With none it returns the
// time until the next one, or 0 when the queue is empty.
func (q *queue) take(now time.Time) ([]*Message, time.Duration) {
	q.mu.Lock()
	defer q.mu.Unlock()
	n := 0
	for n < len(q.waiting) && n < q.Batch && !q.waiting[n].Visible.After(now) {
		n++
	}
	if n == 0 {
		if len(q.waiting) == 0 {
			return nil, 0
		}
		return nil, q.waiting[0].Visible.Sub(now)
	}
	batch := slices.Clone(q.waiting[:n])
	q.waiting = slices.Delete(q.waiting, 0, n)
	for _, m := range batch {
		if m.Receives++; m.Receives == 1 {
			m.First = now
		}
		q.inFlight[m.ID] = m
	}
	return batch, 0
}

// settle takes the outcome of a batch: the failed messages come back after
// the retry delay, or go to the dead letters when they had their receives.
func (q *queue) settle(batch []*Message, failed func(id string) bool, now time.Time) {
	q.mu.Lock()
	for _, m := range batch {
		delete(q.inFlight, m.ID)
		switch {
		case !failed(m.ID):
		case m.Receives >= q.MaxReceives:
			q.dead = append(q.dead, m)
		default:
			m.Visible = now.Add(q.retry)
			q.insert(m)
		}
	}
	q.mu.Unlock()
	q.signal()
}

func (q *queue) depth(now time.Time) Depth {
	q.mu.Lock()
	defer q.mu.Unlock()
	d := Depth{InFlight: len(q.inFlight), Dead: len(q.dead)}
	for _, m := range q.waiting {
		if m.Visible.After(now) {
			d.Delayed++
		} else {
			d.Visible++
		}
	}
	return d
}

// redrive puts the dead letters back, as if they had never been received.
func (q *queue) redrive(now time.Time) int {
	q.mu.Lock()
	n := len(q.dead)
	for _, m := range q.dead {
		m.Receives, m.Visible = 0, now
		q.insert(m)
	}
	q.dead = nil
	q.mu.Unlock()
	q.signal()
	return n
}
