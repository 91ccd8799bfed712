package faults

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"sync"
	"time"
)

// door stands before the sandbox gateway, for functions and for the portal,
// and spoils the calls of the accounts that a cell of the matrix ails. It does
// what the bank's own faults cannot: take effect late, lie, forget a key.
type door struct {
	bank http.Handler
	swap func(intent, card string) // puts another card behind an intent

	mu   sync.Mutex
	ails map[string]*ail // by account
}

// ail is what ails the gateway for one account.
type ail struct {
	ailment
	left   int // calls that it still spoils
	struck int
	rounds int // of recovery that have passed
	held   []*call
	lies   map[string]bool // intents of which the truth is not told yet
	refund map[string]any  // that takes its time
}

// call is a request that can be made at any time.
type call struct {
	request *http.Request
	body    []byte
}

// moves are the calls that move money.
var moves = regexp.MustCompile(`^/v1/(intents/[^/]+/confirm|refunds)$`)

func newDoor(bank http.Handler, swap func(intent, card string)) *door {
	return &door{bank: bank, swap: swap, ails: map[string]*ail{}}
}

// ail begins to spoil an account's calls.
func (d *door) ail(account string, a ailment) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.ails[account] = &ail{ailment: a, left: a.times, lies: map[string]bool{}}
}

// struck is how many calls of an account were spoilt.
func (d *door) struck(account string) int {
	d.mu.Lock()
	defer d.mu.Unlock()
	if a := d.ails[account]; a != nil {
		return a.struck
	}
	return 0
}

// round lets a round of recovery pass: what was held back for long takes
// effect, and who lied for long tells the truth.
func (d *door) round() {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, a := range d.ails {
		if a.rounds++; a.rounds > truthAfter {
			d.release(a)
		}
	}
}

// cure ends what spoils calls.
func (d *door) cure() {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, a := range d.ails {
		a.left = 0
	}
}

// truthAfter is how many rounds of recovery a lie lasts.
const truthAfter = 2

// ServeHTTP lets one call at a time through, spoilt or not.
func (d *door) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return // the caller is gone
	}
	d.mu.Lock()
	a := d.ails[r.Header.Get("Sandbox-Account")]
	if a == nil || !strings.HasPrefix(r.URL.Path, "/v1/") {
		d.mu.Unlock()
		d.bank.ServeHTTP(w, again(r, body))
		return
	}
	answer := d.spoil(a, call{r, body})
	d.mu.Unlock()
	if answer == nil {
		panic(http.ErrAbortHandler) // the connection breaks
	}
	for name, values := range answer.Header() {
		w.Header()[name] = values
	}
	w.WriteHeader(answer.Code)
	_, _ = w.Write(answer.Body.Bytes()) // the caller may be gone
}

// spoil answers a call as the ailment has it; nil breaks the connection.
func (d *door) spoil(a *ail, c call) *httptest.ResponseRecorder {
	if a.left > 0 && a.strikes.MatchString(c.request.URL.Path) && c.request.Method == http.MethodPost {
		a.left--
		a.struck++
		return a.how(d, a, c)
	}
	if a.struck > 0 && a.forgets {
		c.body = anew(c.body)
	}
	if slow := a.slowRefund(c); slow != nil {
		return slow
	}
	if a.lies[intentOf(c.request.URL.Path)] && strings.HasSuffix(c.request.URL.Path, "/cancel") {
		c = find(c) // a bank at work cannot be stopped
	}
	answer := a.tell(c, d.pass(c))
	if a.slow {
		d.release(a) // just after somebody asked: what arrives late was not seen
	}
	return answer
}

// pass makes a call.
func (d *door) pass(c call) *httptest.ResponseRecorder {
	answer := httptest.NewRecorder()
	d.bank.ServeHTTP(answer, again(c.request, c.body))
	return answer
}

// release makes the calls that were held back, and ends all lies.
func (d *door) release(a *ail) {
	held := a.held
	a.held, a.lies = nil, map[string]bool{}
	for _, c := range held {
		switch intent := intentOf(c.request.URL.Path); {
		case a.fails && intent == "":
			a.refund["state"], a.refund["problem"] = "failed", "expired_or_canceled_card"
		case a.fails:
			d.swap(intent, "decline_on_charge")
			d.pass(*c)
			d.swap(intent, "visa_ok")
		default:
			d.pass(*c)
			a.refund = nil
		}
	}
}

// find is a call that looks at the intent of another call.
func find(c call) call {
	look := c.request.Clone(c.request.Context())
	look.Method, look.URL.Path = http.MethodGet, "/v1/intents/"+intentOf(c.request.URL.Path)
	look.RequestURI = look.URL.Path
	return call{look, nil}
}

// tell is what the gateway says about intents that it lies about.
func (a *ail) tell(c call, truth *httptest.ResponseRecorder) *httptest.ResponseRecorder {
	path := c.request.URL.Path
	if a.lies[intentOf(path)] && truth.Code == http.StatusOK && !strings.HasSuffix(path, "/refunds") {
		return rewrite(truth, "processing")
	}
	return truth
}

// again is a request that can be made once more.
func again(r *http.Request, body []byte) *http.Request {
	out := r.Clone(context.WithoutCancel(r.Context()))
	out.Body = io.NopCloser(bytes.NewReader(body))
	out.ContentLength = int64(len(body))
	return out
}

// anew is a request under a key that the gateway has never seen, as if it had
// forgotten the first.
func anew(body []byte) []byte {
	var fields map[string]any
	if json.Unmarshal(body, &fields) != nil || fields["key"] == nil {
		return body
	}
	fields["key"] = fields["key"].(string) + time.Now().Format(".000000000")
	out, _ := json.Marshal(fields) // it was JSON
	return out
}

// intentOf is the intent that a path names.
func intentOf(path string) string {
	parts := strings.Split(path, "/")
	if len(parts) > 3 && parts[2] == "intents" {
		return parts[3]
	}
	return ""
}

// rewrite is an answer with another state.
func rewrite(answer *httptest.ResponseRecorder, state string) *httptest.ResponseRecorder {
	var fields map[string]any
	if json.Unmarshal(answer.Body.Bytes(), &fields) != nil {
		return answer
	}
	fields["state"] = state
	return reply(http.StatusOK, fields)
}

func reply(status int, body any) *httptest.ResponseRecorder {
	out := httptest.NewRecorder()
	out.Header().Set("Content-Type", "application/json")
	out.WriteHeader(status)
	_ = json.NewEncoder(out).Encode(body) // into memory
	return out
}
