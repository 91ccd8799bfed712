package asl

import (
	"encoding/json"
	"fmt"
	"hash/fnv"
	"math"
	"math/rand/v2"
	"slices"
	"time"
)

// maxSeconds is the largest number of seconds AWS accepts anywhere.
const maxSeconds = 99_999_999

// retrier says how often and how late a task is tried again after an error.
type retrier struct {
	errors   []string
	interval time.Duration
	attempts int
	rate     float64
	ceiling  time.Duration // 0 means none
	jitter   bool
}

// catcher sends an error that no retrier wants to another state.
type catcher struct {
	errors []string
	result optionalPath
	next   string
}

// catches tells whether one of the names in a Retry or Catch means the error.
// States.ALL does not mean the interpreter's own errors, and States.TaskFailed
// means everything but a timeout.
func catches(names []string, err *TaskError) bool {
	if err.Name == errRuntime || err.Name == errTooLarge {
		return slices.Contains(names, err.Name)
	}
	return slices.Contains(names, err.Name) || slices.Contains(names, "States.ALL") ||
		(err.Name != errTimeout && slices.Contains(names, "States.TaskFailed"))
}

// delay returns how long to wait before retry number n, counted from 0. Full
// jitter draws from the seed, so the same execution waits the same each time.
func (r retrier) delay(n int, seed string) time.Duration {
	delay := float64(r.interval) * math.Pow(r.rate, float64(n))
	if r.ceiling > 0 {
		delay = min(delay, float64(r.ceiling))
	}
	delay = min(delay, float64(maxSeconds*time.Second))
	if r.jitter {
		hash := fnv.New64a()
		_, _ = hash.Write([]byte(seed)) // a hash never fails
		delay *= rand.New(rand.NewPCG(hash.Sum64(), uint64(n))).Float64()
	}
	return time.Duration(delay)
}

func (l *loader) retriers(where string, raw json.RawMessage) []retrier {
	var list []map[string]json.RawMessage
	l.read(field{where, "Retry", raw}, &list)
	out := make([]retrier, 0, len(list))
	for i, fields := range list {
		out = append(out, l.retrier(fmt.Sprintf("%s retrier %d", where, i+1), fields))
	}
	return out
}

func (l *loader) retrier(where string, fields map[string]json.RawMessage) retrier {
	r := retrier{interval: time.Second, attempts: 3, rate: 2}
	var jitter string
	for name, raw := range fields {
		switch name {
		case "Comment":
		case "ErrorEquals":
			l.read(field{where, name, raw}, &r.errors)
		case "IntervalSeconds":
			r.interval = l.seconds(field{where, name, raw})
		case "MaxAttempts":
			l.read(field{where, name, raw}, &r.attempts)
		case "BackoffRate":
			l.read(field{where, name, raw}, &r.rate)
		case "MaxDelaySeconds":
			r.ceiling = l.seconds(field{where, name, raw})
		case "JitterStrategy":
			l.read(field{where, name, raw}, &jitter)
		default:
			l.refuse("%s: %s", where, name)
		}
	}
	r.jitter = jitter == "FULL"
	if len(r.errors) == 0 || r.rate < 1 || (jitter != "" && jitter != "FULL" && jitter != "NONE") {
		l.refuse("%s: ErrorEquals, BackoffRate or JitterStrategy is wrong", where)
	}
	return r
}

func (l *loader) catchers(where string, raw json.RawMessage) []catcher {
	var list []map[string]json.RawMessage
	l.read(field{where, "Catch", raw}, &list)
	out := make([]catcher, 0, len(list))
	for i, fields := range list {
		out = append(out, l.catcher(fmt.Sprintf("%s catcher %d", where, i+1), fields))
	}
	return out
}

func (l *loader) catcher(where string, fields map[string]json.RawMessage) catcher {
	var c catcher
	for name, raw := range fields {
		switch name {
		case "Comment":
		case "ErrorEquals":
			l.read(field{where, name, raw}, &c.errors)
		case "ResultPath":
			c.result = l.resultPath(field{where, name, raw})
		case "Next":
			l.read(field{where, name, raw}, &c.next)
		default:
			l.refuse("%s: %s", where, name)
		}
	}
	if len(c.errors) == 0 {
		l.refuse("%s: no ErrorEquals", where)
	}
	return c
}
