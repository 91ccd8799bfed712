package faults

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
)

// tally counts what was injected, by kind, over all sites.
type tally struct {
	mu     sync.Mutex
	counts map[string]int
	trials int
	missed int // trials of which a planned fault did not strike
	met    map[string]bool
	lost   []string // stream records that were set aside
}

func newTally() *tally { return &tally{counts: map[string]int{}, met: map[string]bool{}} }

func (c *tally) add(kind string, n int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.counts[kind] += n
}

// trial counts a trial and what it met.
func (c *tally) trial(tr *trial) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.trials++
	met := 0
	for _, f := range tr.faults {
		if tr.happened(f) {
			met++
			c.met[tr.scenario.name+"|"+kindName(f)] = true
		}
	}
	if met < len(tr.faults) {
		c.missed++
	}
}

// seen tells whether a scenario has met a kind.
func (c *tally) seen(scenario, kind string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.met[scenario+"|"+kind]
}

func (c *tally) aside(key string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.lost = append(c.lost, key)
}

func (c *tally) total() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.sum()
}

func (c *tally) sum() int {
	total := 0
	for _, n := range c.counts {
		total += n
	}
	return total
}

// String is the table that a run ends with.
func (c *tally) String() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	var b strings.Builder
	for _, kind := range slices.Sorted(maps.Keys(c.counts)) {
		fmt.Fprintf(&b, "%8d  %s\n", c.counts[kind], kind)
	}
	fmt.Fprintf(&b, "%8d  injections in %d trials; in %d of them a planned one came too late\n", c.sum(), c.trials, c.missed)
	return b.String()
}

// covers fails the test when a kind of disturbance never happened.
func (c *tally) covers(t *testing.T) {
	t.Helper()
	if *only != "" {
		return
	}
	wanted := []string{
		"gateway trouble", "webhook duplicate", "webhook reorder", "webhook drop", "another hand at the same moment",
	}
	for _, kind := range kinds {
		wanted = append(wanted, kind.Kind.String())
	}
	for _, kind := range wanted {
		if c.counts[kind] == 0 {
			t.Errorf("%q was never injected", kind)
		}
	}
	if len(c.lost) > 0 {
		t.Errorf("records set aside by the event source: %q", c.lost)
	}
}
