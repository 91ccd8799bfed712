package faults

import (
	"fmt"
	"strings"
	"sync"
	"testing"
)

// cell is one place of the matrix: money asked for in one way, while the
// gateway does one thing wrong and its notices come in one way.
type cell struct {
	entry   *scenario
	ailment ailment
	notice  notice
}

// String names the cell.
func (c *cell) String() string { return c.ailment.name + ", notices " + string(c.notice) }

// cells is the matrix. The short one has every way in with every ailment, and
// each of both with every order of notices.
func cells(whole bool) []*cell {
	var all []*cell
	for i, e := range entries {
		for j, a := range ailments {
			for k, n := range notices {
				if whole || (i+j)%len(notices) == k {
					all = append(all, &cell{e, a, n})
				}
			}
		}
	}
	return all
}

// ran is what really happened in a cell.
type ran struct{ trials, struck, posts int }

// chart counts what happened, by cell.
type chart struct {
	mu    sync.Mutex
	cells map[*cell]ran
}

// add counts a trial that is over.
func (c *chart) add(tr *trial) {
	c.mu.Lock()
	defer c.mu.Unlock()
	account := tr.scope.String()
	was := c.cells[tr.cell]
	c.cells[tr.cell] = ran{was.trials + 1, was.struck + tr.door.struck(account), was.posts + tr.posts.posted(account)}
}

// String is the matrix with its counts: trials, spoilt calls and notices.
func (c *chart) String() string {
	var b strings.Builder
	for _, e := range entries {
		fmt.Fprintf(&b, "%s\n", e.name)
		for _, a := range ailments {
			fmt.Fprintf(&b, "  %-26s", a.name)
			for _, n := range notices {
				count := "-"
				for at, r := range c.cells {
					if at.entry == e && at.ailment.name == a.name && at.notice == n {
						count = fmt.Sprintf("%d/%d/%d", r.trials, r.struck, r.posts)
					}
				}
				fmt.Fprintf(&b, "  %s %-7s", n, count)
			}
			b.WriteByte('\n')
		}
	}
	return b.String()
}

// TestEveryEntryWithEveryAilment is the matrix of rules 5 to 11: wherever
// money is asked for, whatever the gateway does, however its notices come, the
// gateway's ledger, payments, invoices and journal agree in the end, and what
// was captured twice went back.
func TestEveryEntryWithEveryAilment(t *testing.T) {
	wanted := cells(*goal > 0)
	done := &chart{cells: map[*cell]ran{}}
	work := make(chan []*cell)
	var workers sync.WaitGroup
	for i := range min(*abreast, shortSites) {
		workers.Go(func() {
			for batch := range work {
				t.Run(fmt.Sprintf("site %d", i+1), func(t *testing.T) {
					playCells(newSite(t, *seed<<20+uint64(1000+i), newTally()), batch, done)
				})
			}
		})
	}
	for len(wanted) > 0 {
		n := min(trialsPerSite, len(wanted))
		work <- wanted[:n]
		wanted = wanted[n:]
	}
	close(work)
	workers.Wait()
	t.Logf("trials/spoilt calls/notices\n%s", done)
	done.covers(t)
}

// covers fails the test for every cell that did not happen.
func (c *chart) covers(t *testing.T) {
	t.Helper()
	if *only != "" {
		return
	}
	for _, at := range cells(*goal > 0) {
		var happened ran
		for is, r := range c.cells {
			if is.entry == at.entry && is.ailment.name == at.ailment.name && is.notice == at.notice {
				happened = r
			}
		}
		if happened.trials == 0 || happened.struck == 0 || happened.posts == 0 {
			t.Errorf("%s: %s never happened: %+v", at.entry.name, at, happened)
		}
	}
}

// playCells runs trials of the matrix and lets their site recover.
func playCells(s *site, batch []*cell, done *chart) {
	s.t.Helper()
	var trials []*trial
	for _, c := range batch {
		p := point{scenario: c.entry, pass: max(c.ailment.pass, aQuarter), cell: c}
		if !strings.Contains(p.String(), *only) {
			continue
		}
		tr := s.begin(p)
		tr.perform()
		trials = append(trials, tr)
	}
	s.finish(trials, 0)
	for _, tr := range trials {
		done.add(tr)
	}
}
