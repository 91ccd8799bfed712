package sweep

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"perennial/shared/record"
)

// memory is how long a sweeper remembers what it sent: longer than a message
// waits in a queue that is only topped up.
const memory = 10 * time.Minute

// sent is when an item was last sent, at the instant it was due then. It
// lives as long as the process; a new one sends a few messages twice.
type sent map[record.DueItem]time.Time

func (s sent) forget(wall time.Time) {
	maps.DeleteFunc(s, func(_ record.DueItem, at time.Time) bool { return wall.Sub(at) >= memory })
}

// topUp sends what the queue has room for and counts it.
func (l *lane) topUp(ctx context.Context, before sent, wall time.Time) (int, error) {
	send := l.next(before)
	send = send[:min(max(0, l.Hold-l.have), len(send))]
	if len(send) == 0 {
		return 0, nil
	}
	bodies := make([]string, len(send))
	for i, d := range send {
		body, err := record.EncodeDue(d)
		if err != nil {
			return 0, fmt.Errorf("queue %s: %w", l.Name, err)
		}
		bodies[i] = string(body)
	}
	if err := l.Queue.SendBatch(ctx, bodies); err != nil {
		return 0, fmt.Errorf("queue %s: %w", l.Name, err)
	}
	for _, d := range send {
		before[d] = wall
	}
	return len(send), nil
}

// next is what may be sent: first what was not sent before, so that work that
// cannot be done just now stands in nobody's way, then the rest, the longest
// ago first. While the queue is long, the rest may still wait in it and is
// left out; a short queue holds at most what fails again and again.
func (l *lane) next(before sent) []record.DueItem {
	var fresh, again []record.DueItem
	for _, d := range l.items {
		if _, known := before[d]; known {
			again = append(again, d)
		} else {
			fresh = append(fresh, d)
		}
	}
	if l.have > l.Hold/4 {
		return fresh
	}
	slices.SortStableFunc(again, func(a, b record.DueItem) int { return before[a].Compare(before[b]) })
	return append(fresh, again...)
}
