package faults

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"

	"perennial/infra/local/wire"
)

// trialsPerSite share one deployment and its recovery.
const trialsPerSite = 40

// shortSites is among how many sites the short run is shared out.
const shortSites = 3

func TestNeverTwiceNeverLost(t *testing.T) {
	p := &plan{tally: newTally(), random: rand.New(rand.NewPCG(*seed, 0)), requests: rehearse(t)}
	p.points = every(p.requests)
	if *goal == 0 {
		p.points = sample(p.requests, p.random)
	}
	p.random.Shuffle(len(p.points), func(i, j int) { p.points[i], p.points[j] = p.points[j], p.points[i] })
	p.work(t)
	for range 3 { // a place may not be reached when requests come in another order
		if *goal > 0 || t.Failed() {
			break
		}
		p.points = missing(p.requests, p.random, p.tally.seen)
		p.work(t)
	}
	t.Logf("seed %d\n%s", *seed, p.tally)
	p.tally.covers(t)
	for _, left := range missing(p.requests, p.random, p.tally.seen) {
		if *goal == 0 {
			t.Errorf("never happened: %s", left)
		}
	}
}

// plan hands out points, a site's worth at a time.
type plan struct {
	tally    *tally
	requests rehearsed

	mu     sync.Mutex
	random *rand.Rand
	points []point
	sites  int
	each   int // trials of a site in the short run
}

// work plays all points at sites side by side.
func (p *plan) work(t *testing.T) {
	t.Helper()
	p.each = max(len(p.points)/shortSites+1, 20)
	var workers sync.WaitGroup
	for range *abreast {
		workers.Go(func() {
			for points, number := p.next(); len(points) > 0; points, number = p.next() {
				t.Run(fmt.Sprintf("site %d", number), func(t *testing.T) {
					play(newSite(t, *seed<<20+uint64(number), p.tally), points)
				})
			}
		})
	}
	workers.Wait()
}

// next is the work of one more site; none when the goal is reached. The n-th
// site has the same work for the same seed.
func (p *plan) next() ([]point, int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if *goal > 0 {
		if p.tally.total() >= *goal {
			return nil, 0
		}
		for len(p.points) < trialsPerSite {
			p.points = append(p.points, anything(p.requests, p.random))
		}
	}
	n := min(p.perSite(), len(p.points))
	batch := p.points[:n]
	p.points = p.points[n:]
	p.sites++
	if *goal > 0 && p.sites%10 == 0 {
		fmt.Printf("%d of %d injections\n", p.tally.total(), *goal)
	}
	return batch, p.sites
}

// perSite shares the short run out evenly.
func (p *plan) perSite() int {
	if *goal > 0 {
		return trialsPerSite
	}
	return min(trialsPerSite, p.each)
}

// rehearse lets every scenario happen undisturbed, and keeps the requests.
func rehearse(t *testing.T) rehearsed {
	t.Helper()
	requests := rehearsed{}
	ok := t.Run("rehearsal", func(t *testing.T) {
		s := newSite(t, *seed, newTally())
		var trials []*trial
		for _, sc := range chosen() {
			tr := s.begin(at(sc, aQuarter))
			tr.perform()
			requests[sc] = tr.requests
			trials = append(trials, tr)
		}
		s.finish(trials, 0)
	})
	if !ok {
		t.FailNow()
	}
	return requests
}

// play runs trials one after the other and lets the site recover from all of
// them together.
func play(s *site, points []point) {
	s.t.Helper()
	var trials []*trial
	for _, p := range points {
		tr := s.begin(p)
		tr.perform()
		s.tally.trial(tr)
		trials = append(trials, tr)
	}
	storms := stormy
	if *goal == 0 {
		storms = 1
	}
	s.finish(trials, storms)
}

// finish recovers, lets people do what they do later, and compares the books.
func (s *site) finish(trials []*trial, storms int) {
	s.t.Helper()
	s.settle(trials, storms)
	s.repair(trials)
	if s.posts.late() {
		s.settle(trials, 0)
	}
	for _, tr := range trials {
		if tr.scenario.later != nil {
			tr.scenario.later(tr)
		}
	}
	s.settle(trials, 0)
	for _, tr := range trials {
		if problems := tr.audit(); len(problems) > 0 {
			s.t.Errorf("%s\n\t%s\nanswers: %q\n%s", tr, strings.Join(problems, "\n\t"), tr.errors, tr.transcript())
		}
	}
}

// happened reports whether a planned fault struck.
func (tr *trial) happened(f wire.Fault) bool {
	return slices.ContainsFunc(tr.requests, func(r wire.Request) bool { return r.Function == f.Function && r.Fault == f.Kind })
}

// transcript is what went over the wire while the trial was disturbed.
func (tr *trial) transcript() string {
	var b strings.Builder
	for _, r := range tr.requests {
		fmt.Fprintf(&b, "%4d  %-13s  %-14s  %s", r.Seq, r.Function, r.Service, r.Operation)
		if r.Index != "" {
			b.WriteString(" of index " + r.Index)
		}
		fmt.Fprintf(&b, "  %d", r.Status)
		if r.Fault != wire.KindNone {
			fmt.Fprintf(&b, "  <- %s", r.Fault)
		}
		b.WriteByte('\n')
	}
	return b.String()
}
