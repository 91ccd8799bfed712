package faults

import (
	"encoding/json"
	"slices"
	"sync"
	"time"

	"github.com/aws/aws-lambda-go/events"
)

// notice is how a gateway's notices about one trial come.
type notice string

const (
	asTheyCome notice = "as they come"
	doubled    notice = "doubled"
	reversed   notice = "reversed"
	late       notice = "late"
)

// notices are the layers of the matrix.
var notices = []notice{asTheyCome, doubled, reversed, late}

// posts arranges the notices of the trials that a cell says something about.
type posts struct {
	mu     sync.Mutex
	orders map[string]notice // by account
	open   bool              // late ones may go
	sent   map[string]int    // posts, repetitions included
}

func newPosts() *posts { return &posts{orders: map[string]notice{}, sent: map[string]int{}} }

// order says how an account's notices come.
func (p *posts) order(account string, n notice) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.orders[account] = n
}

// ready reports whether a notice may be posted now: late and reversed ones
// wait until everything was found out without them.
func (p *posts) ready(body string) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	n := p.orders[accountOf(body)]
	return p.open || n != late && n != reversed
}

// late lets the notices go that waited, and says whether there is any account
// that has such.
func (p *posts) late() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.open = true
	return len(p.orders) > 0
}

// arrange puts messages into the order of their account's cell: the others
// stay as they are given.
func (p *posts) arrange(given []events.SQSMessage) []events.SQSMessage {
	p.mu.Lock()
	defer p.mu.Unlock()
	first := slices.Clone(given)
	slices.SortStableFunc(first, func(a, b events.SQSMessage) int { return made(a.Body).Compare(made(b.Body)) })
	var out []events.SQSMessage
	for _, m := range given {
		if p.orders[accountOf(m.Body)] == "" {
			out = append(out, m)
		}
	}
	for _, m := range first {
		switch account := accountOf(m.Body); p.orders[account] {
		case doubled:
			p.sent[account] += 2
			out = append(out, m, message(m.Body))
		case reversed:
			p.sent[account]++
			out = slices.Insert(out, 0, m)
		case asTheyCome, late:
			p.sent[account]++
			out = append(out, m)
		}
	}
	return out
}

// posted is how many notices of an account were posted.
func (p *posts) posted(account string) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.sent[account]
}

func accountOf(body string) string {
	var in struct{ Account string }
	_ = json.Unmarshal([]byte(body), &in) // a message of another kind has none
	return in.Account
}

// made is when a notice was made.
func made(body string) time.Time {
	var in struct{ Event struct{ Created time.Time } }
	_ = json.Unmarshal([]byte(body), &in) // as above
	return in.Event.Created
}
