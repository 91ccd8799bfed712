package asl_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"perennial/infra/local/asl"
)

// hold models the row in the table and the function that works on it. It is
// the host of its execution: a step is one invocation.
type hold struct {
	clock     *asl.Clock
	machine   *asl.Machine
	book      *asl.Book
	execution *asl.Execution

	windowEnd     time.Time
	floors        bool // the function rounds the rest of the window down
	version       int  // of the row; every commit raises it
	run           int
	paid, expired bool
	done          bool      // flow: done
	pending       string    // what a charge of the new method will say
	challenge     time.Time // open authentication, from when
	token         string
	charges       int
	notices       map[string]int // keyed notices actually committed

	tokens []string // every token ever seen
	plans  []plan   // what happens to the next invocations
	broken string   // fault of every invocation that has no plan
}

// plan is what happens to one invocation of the function.
type plan struct {
	fault  string // "", refused, lost, error, twice
	before func() // runs between the function's read and its commit
}

type tester interface {
	Helper()
	Fatal(...any)
	Fatalf(string, ...any)
}

var errConflict = &asl.TaskError{Name: "wrapError", Cause: "version moved"}

func newHold(t tester) *hold {
	t.Helper()
	h := &hold{
		clock: asl.NewClock(start), machine: holdflow(t), run: 1,
		windowEnd: start.Add(30 * 24 * time.Hour), notices: map[string]int{},
	}
	h.book = asl.NewBook(h.machine)
	h.start(t)
	return h
}

// start is what the publisher does with the commit that entered the hold.
func (h *hold) start(t tester) {
	t.Helper()
	name := fmt.Sprintf("hold-sub_0PKWfmzz3a1bQ9cRtYvXw-3-%d", h.run)
	input := fmt.Sprintf(`{"flow":{"v":1,"scope":"bus_x.test","subscription":"sub_0PKWfmzz3a1bQ9cRtYvXw","epoch":3,"run":%d},"wait_seconds":2592000}`, h.run)
	execution, started, err := h.book.Start(name, []byte(input), h.clock.Now())
	switch {
	case errors.Is(err, asl.ErrExecutionAlreadyExists) && h.execution.Status() != asl.StatusRunning:
	case err != nil:
		t.Fatal(err)
	case !started && execution != h.execution:
		t.Fatal("the same start opened another execution")
	default:
		h.execution = execution
	}
}

func (h *hold) Now() time.Time                         { return h.clock.Now() }
func (h *hold) After(d time.Duration) <-chan time.Time { return h.clock.After(d) }

// Invoke is the function, with the faults that were planned for it.
func (h *hold) Invoke(_ context.Context, function string, payload []byte) ([]byte, error) {
	var in struct {
		Step, Token, Execution string
		Flow                   struct{ Run int }
	}
	if err := json.Unmarshal(payload, &in); err != nil || function != functionARN {
		return nil, fmt.Errorf("invoke %s with %s: %w", function, payload, err)
	}
	if in.Token != "" {
		h.tokens = append(h.tokens, in.Token)
	}
	next := h.plan()
	switch next.fault {
	case "refused":
		return nil, &asl.TaskError{Name: "Lambda.TooManyRequestsException"}
	case "twice":
		if _, err := h.step(in.Step, in.Token, in.Flow.Run, func() {}); err != nil {
			return nil, err
		}
	}
	outcome, err := h.step(in.Step, in.Token, in.Flow.Run, next.before)
	switch {
	case err != nil:
		return nil, err
	case next.fault == "lost":
		return nil, errors.New("connection reset")
	case next.fault == "error":
		return nil, &asl.TaskError{Name: "errorString", Cause: "gateway outcome unknown"}
	}
	return fmt.Appendf(nil, `{"outcome":%q,"wait_seconds":%d}`, outcome, h.left()), nil
}

func (h *hold) plan() plan {
	next := plan{fault: h.broken, before: func() {}}
	if len(h.plans) > 0 {
		next.fault = h.plans[0].fault
		if h.plans[0].before != nil {
			next.before = h.plans[0].before
		}
		h.plans = h.plans[1:]
	}
	return next
}

// left is the rest of the recovery window in whole seconds, never negative.
func (h *hold) left() int {
	left := max(0, h.windowEnd.Sub(h.clock.Now()))
	if !h.floors {
		left += time.Second - 1
	}
	return int(left / time.Second)
}

func (h *hold) step(step, token string, run int, before func()) (string, error) {
	if run != h.run {
		return "ended", nil
	}
	switch step {
	case "announce", "announce_declined":
		return h.announce(step, before)
	case "wait", "wait_authentication":
		return h.wait(token, before)
	case "charge":
		return h.charge(before)
	case "reactivate":
		return h.reactivate(before)
	case "expire":
		return h.expire(before)
	}
	return "", &asl.TaskError{Name: "UnknownStep", Cause: step}
}

// commit writes under the version that was read.
func (h *hold) commit(before func(), write func()) error {
	read := h.version
	before()
	if h.version != read {
		return errConflict
	}
	h.version++
	write()
	return nil
}

func (h *hold) announce(step string, before func()) (string, error) {
	if h.paid || h.expired {
		return "done", h.commit(before, h.close)
	}
	return "wait", h.commit(before, func() { h.notices[fmt.Sprintf("%s %d", step, h.charges)] = 1 })
}

// close marks the flow done, with the notice that a payment deserves.
func (h *hold) close() {
	h.done = true
	if h.paid {
		h.notices["reactivated"] = 1
	}
}

// wait stores the token, then reads the hold again and answers at once if it
// is already decided.
func (h *hold) wait(token string, before func()) (string, error) {
	if err := h.commit(func() {}, func() { h.token = token }); err != nil {
		return "", err
	}
	before()
	switch {
	case h.paid:
		_ = h.send(token, "paid") // refused where the payer was quicker
	case h.expired:
		_ = h.send(token, "ended")
	case h.pending != "":
		_ = h.send(token, "charge")
	}
	return "wait", nil
}

func (h *hold) charge(before func()) (string, error) {
	switch {
	case h.paid:
		return "paid", nil
	case h.expired:
		return "ended", nil
	case !h.challenge.IsZero() && h.clock.Now().Sub(h.challenge) < 23*time.Hour:
		return "action_needed", nil
	case h.pending == "":
		return "wait", h.commit(before, func() { h.challenge = time.Time{} })
	}
	outcome := h.pending
	err := h.commit(before, func() {
		h.pending, h.challenge = "", time.Time{}
		h.settle(outcome)
	})
	return outcome, err
}

// settle writes what the gateway said.
func (h *hold) settle(outcome string) {
	h.charges++
	switch outcome {
	case "paid":
		h.paid = true
	case "action_needed":
		h.challenge = h.clock.Now()
	}
}

func (h *hold) reactivate(before func()) (string, error) {
	if !h.paid {
		return "", &asl.TaskError{Name: "NotPaid"}
	}
	return "done", h.commit(before, h.close)
}

func (h *hold) expire(before func()) (string, error) {
	switch {
	case h.paid:
		return "paid", nil
	case h.expired:
		return "ended", h.commit(before, func() { h.done = true })
	case h.clock.Now().Before(h.windowEnd):
		return "wait", nil
	}
	return "ended", h.commit(before, func() { h.expired, h.done = true, true })
}

// pay is the customer's confirming request: it charges on-session and then
// answers the flow's token as often as told.
func (h *hold) pay(outcome string, sends int) {
	if h.paid || h.expired {
		return
	}
	h.version++
	h.pending, h.challenge = "", time.Time{}
	h.settle(outcome)
	if outcome == "declined" {
		outcome = "charge" // the flow looks, finds nothing new and waits on
	}
	for range sends {
		_ = h.send(h.token, outcome) // refused when it is late or the second
	}
}

// replaceMethod stores a new card and lets the flow charge it.
func (h *hold) replaceMethod(outcome string) {
	if h.paid || h.expired {
		return
	}
	h.version++
	h.pending, h.challenge = outcome, time.Time{}
	_ = h.send(h.token, "charge") // refused while nothing waits
}

// send answers a token.
func (h *hold) send(token, outcome string) error {
	return h.book.Complete(token, fmt.Appendf(nil, `{"outcome":%q}`, outcome))
}

// pass lets time go by, waking the execution whenever it wants to.
func (h *hold) pass(t tester, d time.Duration) {
	t.Helper()
	end := h.clock.Now().Add(d)
	for range 1000 {
		until := h.advance(t)
		if until.IsZero() || until.After(end) {
			h.clock.Set(end)
			return
		}
		h.clock.Set(until)
	}
	t.Fatal("the execution never comes to rest")
}

func (h *hold) advance(t tester) time.Time {
	t.Helper()
	until, err := h.execution.Step(context.Background(), h)
	if err != nil {
		t.Fatal(err)
	}
	if h.paid && h.expired {
		t.Fatal("both paid and expired")
	}
	return until
}

// finish runs to the end, repairing what failed.
func (h *hold) finish(t tester) {
	t.Helper()
	for range 1000 {
		until := h.advance(t)
		switch h.execution.Status() {
		case asl.StatusSucceeded:
			return
		case asl.StatusFailed:
			h.repair(t)
		default:
			h.clock.Set(until)
		}
	}
	t.Fatal("the flow never ends")
}

// repair starts a new run of a flow that failed.
func (h *hold) repair(t tester) {
	t.Helper()
	h.version++
	h.run++
	h.start(t)
}

func (h *hold) statesEntered() []string {
	var names []string
	for _, event := range h.execution.Snapshot().Events {
		if len(event.Type) > 12 && event.Type[len(event.Type)-12:] == "StateEntered" {
			names = append(names, event.State)
		}
	}
	return names
}
