package lambda

import (
	"context"
	"fmt"
	"sync"
	"time"
)

// pool holds the environments of one function.
type pool struct {
	fn    Function
	log   *lines
	cold  bool
	idle  time.Duration
	slots chan struct{} // one token per invocation under way

	mu      sync.Mutex
	stopped bool
	warm    []*environment // waiting for work, the last used last
	alive   map[*environment]bool
}

func newPool(f Function, log *lines, o Options) *pool {
	if f.Max == 0 {
		f.Max = defaultMax
	}
	return &pool{
		fn: f, log: log, cold: o.Cold, idle: o.Idle,
		slots: make(chan struct{}, f.Max), alive: map[*environment]bool{},
	}
}

// acquire waits for the right to run one invocation.
func (p *pool) acquire(ctx context.Context) error {
	select {
	case p.slots <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (p *pool) release() { <-p.slots }

// invoke runs one event on a warm environment, or else on a new one. A warm
// one that dies before it takes the event is not the event's fault.
func (p *pool) invoke(payload []byte) outcome {
	if len(payload) > maxPayload {
		return outcome{err: fmt.Errorf("invoke %s: request of %d bytes exceeds Lambda's limit", p.fn.Name, len(payload))}
	}
	inv := newInvocation(payload)
	for e := p.takeWarm(); e != nil; e = p.takeWarm() {
		if o, delivered := e.run(inv); delivered {
			p.putBack(e)
			return o
		}
		p.discard(e)
	}
	e, err := p.start()
	if err != nil {
		return outcome{err: fmt.Errorf("invoke %s: %w", p.fn.Name, err)}
	}
	o, _ := e.run(inv)
	p.putBack(e)
	return o
}

func (p *pool) takeWarm() *environment {
	p.mu.Lock()
	defer p.mu.Unlock()
	n := len(p.warm)
	if n == 0 {
		return nil
	}
	e := p.warm[n-1]
	p.warm = p.warm[:n-1]
	if e.reaper != nil {
		e.reaper.Stop()
	}
	return e
}

func (p *pool) start() (*environment, error) {
	e, err := newEnvironment(p.fn, p.log)
	if err != nil {
		return nil, err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.stopped {
		e.kill()
		return nil, fmt.Errorf("the driver has stopped")
	}
	p.alive[e] = true
	return e, nil
}

// putBack keeps an environment warm, if it still lives.
func (p *pool) putBack(e *environment) {
	if p.cold || e.dead() {
		p.discard(e)
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.warm = append(p.warm, e)
	if p.idle > 0 {
		e.reaper = time.AfterFunc(p.idle, func() { p.kill(func(x *environment) bool { return x == e && p.isWarm(e) }) })
	}
}

// isWarm wants the lock held.
func (p *pool) isWarm(e *environment) bool {
	for _, w := range p.warm {
		if w == e {
			return true
		}
	}
	return false
}

func (p *pool) discard(e *environment) {
	e.kill()
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.alive, e)
}

// kill ends the environments that match, and forgets the warm ones among them
// at once, so that no later invocation meets them.
func (p *pool) kill(match func(*environment) bool) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	killed := 0
	for e := range p.alive {
		if !match(e) {
			continue
		}
		e.kill()
		killed++
		delete(p.alive, e)
	}
	kept := p.warm[:0]
	for _, e := range p.warm {
		if p.alive[e] {
			kept = append(kept, e)
		}
	}
	p.warm = kept
	return killed
}

// stop ends the pool for good.
func (p *pool) stop() {
	p.mu.Lock()
	p.stopped = true
	var all []*environment
	for e := range p.alive {
		all = append(all, e)
	}
	p.mu.Unlock()
	p.kill(func(*environment) bool { return true })
	for _, e := range all {
		<-e.exited
	}
}
