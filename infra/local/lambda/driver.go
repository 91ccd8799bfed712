// Package lambda runs Lambda bootstraps as plain processes and drives them
// over the Lambda Runtime API, the way the service does.
//
// Each function has a pool of environments: one process each, started when
// first needed, one invocation at a time, kept warm, killed when an invocation
// outlives the function's timeout and replaced after a crash. An environment
// ends by itself when this process goes, because its Runtime API goes.
package lambda

import (
	"context"
	"fmt"
	"io"
	"strings"
	"sync"
	"time"
)

// Function is one bootstrap and what Lambda knows about it.
type Function struct {
	Name      string
	Bootstrap string // path of the executable
	Timeout   time.Duration
	Memory    int      // MB, as the function is told; not enforced
	Env       []string // NAME=value
	Max       int      // environments at once; 0 means 10
}

// Options configure a Driver.
type Options struct {
	Functions []Function
	Log       io.Writer     // receives each line of the functions, prefixed; nil drops them
	Cold      bool          // every invocation gets a new process
	Idle      time.Duration // a warm environment ends after this long unused; 0 keeps it
}

// defaultMax is how many environments a function has when it does not say.
const defaultMax = 10

// Driver invokes functions.
type Driver struct {
	pools map[string]*pool
}

// New returns a driver; no process starts before its first invocation.
func New(o Options) *Driver {
	d := &Driver{pools: map[string]*pool{}}
	log := &lines{to: o.Log}
	for _, f := range o.Functions {
		d.pools[f.Name] = newPool(f, log, o)
	}
	return d
}

// Invoke runs a function once. A *FunctionError is the function's own failure,
// crash or timeout; an error means that the function could not be asked, or
// that ctx ended first: as in Lambda, the function then runs on unheard.
func (d *Driver) Invoke(ctx context.Context, function string, payload []byte) ([]byte, *FunctionError, error) {
	p, ok := d.pools[function]
	if !ok {
		return nil, nil, fmt.Errorf("invoke %s: no such function", function)
	}
	if err := p.acquire(ctx); err != nil {
		return nil, nil, fmt.Errorf("invoke %s: %w", function, err)
	}
	done := make(chan outcome, 1)
	go func() {
		defer p.release()
		done <- p.invoke(payload)
	}()
	select {
	case o := <-done:
		return o.payload, o.failure, o.err
	case <-ctx.Done():
		return nil, nil, fmt.Errorf("invoke %s: %w", function, ctx.Err())
	}
}

// Kill ends all processes of a function at once, as a failing host would, and
// says how many there were. Invocations under way fail.
func (d *Driver) Kill(function string) int {
	p, ok := d.pools[function]
	if !ok {
		return 0
	}
	return p.kill(func(*environment) bool { return true })
}

// KillTrace ends the process whose invocation carries the given
// X-Amzn-Trace-Id, a header that the SDK puts on each request it makes inside
// Lambda. It says whether there was one.
func (d *Driver) KillTrace(trace string) bool {
	root, _, _ := strings.Cut(trace, ";")
	killed := 0
	for _, p := range d.pools {
		killed += p.kill(func(e *environment) bool { return e.traceRoot() == root })
	}
	return killed > 0
}

// Stop ends every process and returns when they are gone.
func (d *Driver) Stop() {
	var wg sync.WaitGroup
	for _, p := range d.pools {
		wg.Go(p.stop)
	}
	wg.Wait()
}
