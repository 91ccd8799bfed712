package stripetest

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"testing"
	"time"
)

// kept is how long Stripe keeps events.
const kept = 30 * 24 * time.Hour

// event is something that happened at an account.
type event struct {
	account, id, kind string
	created           time.Time
	object            map[string]any
}

// Happen writes an event into an account's archive, and gives its text as a
// webhook would bring it. Nothing is sent.
func (w *Twin) Happen(t *testing.T, account, kind string, at time.Time, object map[string]any) (body string) {
	t.Helper()
	w.mu.Lock()
	defer w.mu.Unlock()
	e := event{account, fmt.Sprintf("evt_%04d", len(w.events)+1), kind, at, object}
	w.events = append(w.events, e)
	slices.SortStableFunc(w.events, func(a, b event) int { return a.created.Compare(b.created) })
	text, err := json.Marshal(e.json())
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// Revoke lets an account's key open nothing until it is restored.
func (w *Twin) Revoke(account string, revoked bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.revoked[account] = revoked
}

func (e event) json() map[string]any {
	return map[string]any{"id": e.id, "object": "event", "type": e.kind, "created": e.created.Unix(), "data": map[string]any{"object": e.object}}
}

// listEvents lists the newest first. A page that ends before an event is the
// one next to it, as Stripe has it; an event that is not kept is unknown.
func (w *Twin) listEvents(c *twinCall) (any, error) {
	known := w.known(c)
	slices.Reverse(known)
	first, last := 0, len(known)
	for name, at := range map[string]*int{"ending_before": &last, "starting_after": &first} {
		if !c.Form.Has(name) {
			continue
		}
		if *at = slices.IndexFunc(known, func(e event) bool { return e.id == c.Form.Get(name) }); *at < 0 {
			return nil, missing
		}
	}
	if c.Form.Has("starting_after") {
		first++
	}
	found := slices.DeleteFunc(slices.Clone(known[first:last]), func(e event) bool { return !asked(c, e) })
	limit, err := strconv.Atoi(c.Form.Get("limit"))
	if err != nil || limit < 1 || limit > 100 {
		return nil, badState
	}
	more := len(found) > limit
	if more && c.Form.Has("ending_before") {
		found = found[len(found)-limit:]
	}
	items := []any{}
	for _, e := range found[:min(limit, len(found))] {
		items = append(items, e.json())
	}
	return map[string]any{"object": "list", "url": c.URL.Path, "has_more": more, "data": items}, nil
}

// known are an account's events that are still kept, oldest first.
func (w *Twin) known(c *twinCall) []event {
	return slices.DeleteFunc(slices.Clone(w.events), func(e event) bool {
		return e.account != c.account.ID || w.Now().Sub(e.created) > kept
	})
}

// asked reports an event that a request's filters let through.
func asked(c *twinCall, e event) bool {
	at := e.created.Unix()
	for name, out := range map[string]func(limit int64) bool{
		"created[gte]": func(limit int64) bool { return at < limit }, "created[lt]": func(limit int64) bool { return at >= limit },
	} {
		if limit, err := strconv.ParseInt(c.Form.Get(name), 10, 64); err == nil && out(limit) {
			return false
		}
	}
	for i := range 20 {
		if c.Form.Get(fmt.Sprintf("types[%d]", i)) == e.kind {
			return true
		}
	}
	return !c.Form.Has("types[0]")
}

func (w *Twin) showEvent(c *twinCall) (any, error) {
	known := w.known(c)
	at := slices.IndexFunc(known, func(e event) bool { return e.id == c.PathValue("id") })
	if at < 0 {
		return nil, missing
	}
	return known[at].json(), nil
}
