package lambda

import (
	"fmt"
	"net"
	"net/http"
	"os/exec"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"
)

// initLimit is how long Lambda lets a function start.
const initLimit = 10 * time.Second

// environment is one process of a function with a Runtime API of its own.
type environment struct {
	fn     Function
	cmd    *exec.Cmd
	api    *http.Server
	reaper *time.Timer // guarded by the pool's lock

	work    chan *invocation
	answers chan outcome
	exited  chan struct{}
	exitErr error // valid once exited is closed

	doomed atomic.Bool

	mu      sync.Mutex
	current *invocation
}

// newEnvironment starts the process; it does not wait until it is ready.
func newEnvironment(fn Function, log *lines) (*environment, error) {
	path, err := filepath.Abs(fn.Bootstrap)
	if err != nil {
		return nil, err
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	e := &environment{
		fn: fn, work: make(chan *invocation), answers: make(chan outcome, 1), exited: make(chan struct{}),
	}
	e.api = &http.Server{Handler: e.routes(), ReadHeaderTimeout: initLimit}
	go func() { _ = e.api.Serve(listener) }() // ends when the environment does
	e.cmd = exec.Command(path)
	e.cmd.Dir = filepath.Dir(path)
	e.cmd.Env = append(e.variables(listener.Addr().String()), fn.Env...)
	output := log.prefixed(fn.Name)
	e.cmd.Stdout, e.cmd.Stderr = output, output
	if err := e.cmd.Start(); err != nil {
		_ = e.api.Close() // nothing was served
		return nil, fmt.Errorf("start %s: %w", fn.Name, err)
	}
	go e.wait()
	return e, nil
}

// wait collects the process.
func (e *environment) wait() {
	e.exitErr = e.cmd.Wait()
	close(e.exited)
	_ = e.api.Close() // its only client is gone
}

// run hands the invocation over and waits for its outcome. It says false when
// the process ended before it took the invocation.
func (e *environment) run(inv *invocation) (outcome, bool) {
	starting := time.NewTimer(initLimit)
	defer starting.Stop()
	select {
	case e.work <- inv:
		return e.await(inv), true
	case o := <-e.answers: // a failed initialisation
		e.kill()
		return o, false
	case <-e.exited:
		return e.last(inv), false
	case <-starting.C:
		e.kill()
		return outcome{failure: timedOut(inv.id, initLimit)}, false
	}
}

func (e *environment) await(inv *invocation) outcome {
	limit := time.NewTimer(e.fn.Timeout)
	defer limit.Stop()
	select {
	case o := <-e.answers:
		return o
	case <-e.exited:
		return e.last(inv)
	case <-limit.C:
		e.kill()
		return outcome{failure: timedOut(inv.id, e.fn.Timeout)}
	}
}

// last is the outcome of a process that ended: the answer it managed to give,
// or the fact that it ended.
func (e *environment) last(inv *invocation) outcome {
	select {
	case o := <-e.answers:
		return o
	default:
		return outcome{failure: exited(inv.id, e.exitErr)}
	}
}

// kill ends the process without warning; it may be called again and again.
func (e *environment) kill() {
	e.doomed.Store(true)
	_ = e.cmd.Process.Kill() // it fails only when the process is gone already
}

func (e *environment) dead() bool {
	if e.doomed.Load() {
		return true
	}
	select {
	case <-e.exited:
		return true
	default:
		return false
	}
}

func (e *environment) traceRoot() string {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.current == nil {
		return ""
	}
	return e.current.root
}
