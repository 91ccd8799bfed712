package faults

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"regexp"
	"time"
)

// ailment is something that a gateway does wrong.
type ailment struct {
	name    string
	strikes *regexp.Regexp // paths of the calls that it spoils
	times   int            // how many of them
	how     func(d *door, a *ail, c call) *httptest.ResponseRecorder
	slow    bool // what was held back takes effect once somebody has asked about it
	fails   bool // what was held back ends badly
	forgets bool // keys that it has seen are new to it
	pass    time.Duration
}

var (
	everyCall = regexp.MustCompile(`^/v1/(intents|refunds)`)
	begins    = regexp.MustCompile(`^/v1/(intents|refunds)$`)
)

// ailments are the columns of the matrix.
var ailments = []ailment{
	{name: "slower than our time-out", strikes: moves, times: 1, how: hold, slow: true},
	{name: "500", strikes: moves, times: 2, how: status(http.StatusInternalServerError)},
	{name: "time-out before effect", strikes: moves, times: 1, how: before},
	{name: "time-out after effect", strikes: moves, times: 1, how: after},
	{name: "connection reset", strikes: everyCall, times: 2, how: before},
	{name: "429", strikes: everyCall, times: 3, how: status(http.StatusTooManyRequests)},
	{name: "processing, then succeeded", strikes: moves, times: 1, how: process},
	{name: "processing, then failed", strikes: moves, times: 1, how: process, fails: true},
	{name: "key forgotten", strikes: begins, times: 1, how: after, forgets: true, pass: aDay},
}

// hold breaks the connection and keeps the call for later.
func hold(_ *door, a *ail, c call) *httptest.ResponseRecorder {
	a.held = append(a.held, &c)
	return nil
}

// before breaks the connection; nothing happens.
func before(*door, *ail, call) *httptest.ResponseRecorder { return nil }

// after makes the call and breaks the connection.
func after(d *door, _ *ail, c call) *httptest.ResponseRecorder {
	d.pass(c)
	return nil
}

// status answers without doing anything.
func status(code int) func(*door, *ail, call) *httptest.ResponseRecorder {
	return func(*door, *ail, call) *httptest.ResponseRecorder {
		return reply(code, map[string]any{"error": map[string]any{"code": "ordered_fault"}})
	}
}

// process says that it takes its time. A charge is really begun later; a
// refund that will fail never is.
func process(d *door, a *ail, c call) *httptest.ResponseRecorder {
	if intent := intentOf(c.request.URL.Path); intent != "" {
		a.held, a.lies[intent] = append(a.held, &c), true
		return rewrite(d.pass(find(c)), "processing")
	}
	var fields map[string]any
	if json.Unmarshal(c.body, &fields) != nil {
		return d.pass(c)
	}
	fields["id"], fields["state"] = "re_slow_"+fields["key"].(string), "pending"
	a.held, a.refund = append(a.held, &c), fields
	return reply(http.StatusOK, fields)
}

// slowRefund is what the gateway says about a refund that takes its time, and
// whether it is asked about it.
func (a *ail) slowRefund(c call) *httptest.ResponseRecorder {
	if a.refund == nil {
		return nil
	}
	var in struct{ Key string }
	if _ = json.Unmarshal(c.body, &in); c.request.URL.Path == "/v1/refunds" && in.Key == a.refund["key"] {
		return reply(http.StatusOK, a.refund)
	}
	if c.request.URL.Path == "/v1/intents/"+a.refund["intent"].(string)+"/refunds" {
		return reply(http.StatusOK, map[string]any{"items": []any{a.refund}})
	}
	return nil
}
