package stripetest

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stripe/stripe-go/v84/webhook"
)

// hookup is what an account is set up with: restrictions of its key, its
// webhook endpoints and its payment method domains.
type hookup struct {
	forbidden map[string]bool // account, resource and "read" or "write"
	closed    map[string]bool // accounts whose payouts are off
	endpoints []*twinEndpoint
	domains   []*twinDomain
	inactive  string        // why Apple Pay is off; empty: it is on
	ahead     time.Duration // of the twin's clock
	made      int
}

type twinEndpoint struct {
	account, id, url, secret, version string
	events                            []string
	disabled                          bool
}

type twinDomain struct {
	account, id, host string
	disabled, checked bool
}

func (w *Twin) hookupRoutes() map[string]func(*twinCall) (any, error) {
	return map[string]func(*twinCall) (any, error){
		"GET /v1/customers":                             w.nothing,
		"GET /v1/payment_methods":                       w.nothing,
		"GET /v1/disputes":                              w.nothing,
		"GET /v1/webhook_endpoints":                     w.listEndpoints,
		"POST /v1/webhook_endpoints":                    w.makeEndpoint,
		"POST /v1/webhook_endpoints/{id}":               w.changeEndpoint,
		"DELETE /v1/webhook_endpoints/{id}":             w.deleteEndpoint,
		"GET /v1/payment_method_domains":                w.listDomains,
		"POST /v1/payment_method_domains":               w.makeDomain,
		"POST /v1/payment_method_domains/{id}":          w.changeDomain,
		"POST /v1/payment_method_domains/{id}/validate": w.validateDomain,
	}
}

// Forbid takes a permission from an account's key: a resource as it is in
// addresses, such as "webhook_endpoints", and "read" or "write". Whoever may
// not read may not write.
func (w *Twin) Forbid(account, resource, right string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.forbidden[account+" "+resource+" write"] = true
	if right == "read" {
		w.forbidden[account+" "+resource+" read"] = true
	}
}

// Permit gives an account's key all permissions again.
func (w *Twin) Permit(account string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	maps.DeleteFunc(w.forbidden, func(what string, _ bool) bool { return strings.HasPrefix(what, account+" ") })
}

// may refuses what a restricted key has no permission for.
func (w *Twin) may(c *twinCall) error {
	resource, _, _ := strings.Cut(strings.TrimPrefix(c.URL.Path, "/v1/"), "/")
	right := "write"
	if c.Method == http.MethodGet {
		right = "read"
	}
	if w.forbidden[c.account.ID+" "+resource+" "+right] {
		return says{status: 403, Type: "invalid_request_error", Message: "The provided key does not have the required permissions for this endpoint"}
	}
	return nil
}

// StopPayouts has an account's payouts off.
func (w *Twin) StopPayouts(account string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.closed[account] = true
}

// Ahead moves the clock that the twin tells in its answers.
func (w *Twin) Ahead(by time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.ahead = by
}

func (w *Twin) nothing(c *twinCall) (any, error) { return page(c.URL.Path, []any{}), nil }

func (w *Twin) named(kind string) string {
	w.made++
	return kind + "_" + strconv.Itoa(w.made)
}

func (e *twinEndpoint) json(secret bool) map[string]any {
	body := map[string]any{"object": "webhook_endpoint", "id": e.id, "url": e.url, "enabled_events": e.events, "status": "enabled", "api_version": e.version}
	if e.disabled {
		body["status"] = "disabled"
	}
	if secret {
		body["secret"] = e.secret
	}
	return body
}

func (w *Twin) listEndpoints(c *twinCall) (any, error) {
	items := []any{}
	for _, e := range w.endpoints {
		if e.account == c.account.ID {
			items = append(items, e.json(false))
		}
	}
	return page(c.URL.Path, items), nil
}

// eventsOf are those that a form names.
func eventsOf(form url.Values) []string {
	var events []string
	for i := 0; form.Has("enabled_events[" + strconv.Itoa(i) + "]"); i++ {
		events = append(events, form.Get("enabled_events["+strconv.Itoa(i)+"]"))
	}
	return events
}

// makeEndpoint refuses what Stripe does: no events, no address, and more than
// 16 endpoints.
func (w *Twin) makeEndpoint(c *twinCall) (any, error) {
	address, err := url.Parse(c.Form.Get("url"))
	own := 0
	for _, e := range w.endpoints {
		if e.account == c.account.ID {
			own++
		}
	}
	events := eventsOf(c.Form)
	if err != nil || address.Host == "" || len(events) == 0 || own >= 16 {
		return nil, says{status: 400, Type: "invalid_request_error", Code: "url_invalid", Message: "Invalid URL"}
	}
	e := &twinEndpoint{account: c.account.ID, id: w.named("we"), url: address.String(), events: events, version: c.Form.Get("api_version")}
	e.secret = "whsec_of_" + e.id + "_0123456789"
	w.endpoints = append(w.endpoints, e)
	return e.json(true), nil
}

func (w *Twin) endpoint(c *twinCall) (*twinEndpoint, error) {
	for _, e := range w.endpoints {
		if e.account == c.account.ID && e.id == c.PathValue("id") {
			return e, nil
		}
	}
	return nil, missing
}

func (w *Twin) changeEndpoint(c *twinCall) (any, error) {
	e, err := w.endpoint(c)
	if err != nil {
		return nil, err
	}
	if events := eventsOf(c.Form); len(events) > 0 {
		e.events = events
	}
	if c.Form.Has("disabled") {
		e.disabled = c.Form.Get("disabled") == "true"
	}
	return e.json(false), nil
}

func (w *Twin) deleteEndpoint(c *twinCall) (any, error) {
	e, err := w.endpoint(c)
	if err != nil {
		return nil, err
	}
	w.endpoints = slices.DeleteFunc(w.endpoints, func(other *twinEndpoint) bool { return other == e })
	return map[string]any{"object": "webhook_endpoint", "id": e.id, "deleted": true}, nil
}

// Hook is a webhook endpoint as its account's owner sees it.
type Hook struct {
	ID, URL, Secret, Version string
	Events                   []string
	Enabled                  bool
}

// Hooks are an account's webhook endpoints, oldest first.
func (w *Twin) Hooks(account string) []Hook {
	w.mu.Lock()
	defer w.mu.Unlock()
	var all []Hook
	for _, e := range w.endpoints {
		if e.account == account {
			all = append(all, Hook{e.id, e.url, e.secret, e.version, e.events, !e.disabled})
		}
	}
	return all
}

// Hook makes an endpoint by hand, as in Stripe's dashboard, and gives its id
// and secret.
func (w *Twin) Hook(account, address string, events ...string) (id, secret string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	e := &twinEndpoint{account: account, id: w.named("we"), url: address, events: events}
	e.secret = "whsec_of_" + e.id + "_0123456789"
	w.endpoints = append(w.endpoints, e)
	return e.id, e.secret
}

// Disable switches an endpoint off, as Stripe does with one that fails for
// days.
func (w *Twin) Disable(id string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, e := range w.endpoints {
		e.disabled = e.disabled || e.id == id
	}
}

// Send tells an account's endpoints of an event, as Stripe signs it: only
// those that are enabled and subscribed hear of it. It gives their answers.
func (w *Twin) Send(t *testing.T, account, event, object string) (answers []int) {
	t.Helper()
	body, err := json.Marshal(map[string]any{"id": fmt.Sprintf("evt_%d", time.Now().UnixNano()), "type": event, "data": map[string]any{"object": map[string]any{"id": object}}})
	if err != nil {
		t.Fatal(err)
	}
	for _, hook := range w.Hooks(account) {
		if !hook.Enabled || !slices.Contains(hook.Events, event) {
			continue
		}
		now := time.Now()
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, hook.URL, bytes.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Stripe-Signature", fmt.Sprintf("t=%d,v1=%s", now.Unix(), hex.EncodeToString(webhook.ComputeSignature(now, body, hook.Secret))))
		answer, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		_ = answer.Body.Close() // nothing is read
		answers = append(answers, answer.StatusCode)
	}
	return answers
}

// Remove deletes an endpoint, as in Stripe's dashboard.
func (w *Twin) Remove(id string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.endpoints = slices.DeleteFunc(w.endpoints, func(e *twinEndpoint) bool { return e.id == id })
}
