// Package stripetest is a twin of Stripe for tests: an HTTP server that answers
// in Stripe's words over the sandbox's bank. It knows only what Stripe's pages
// say.
package stripetest

import (
	"encoding/json"
	"errors"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"perennial/shared/bank/banktest"
	"perennial/shared/gateway"
	"perennial/shared/gateway/sandbox"
	"perennial/shared/money"
)

// Twin answers as Stripe does, over the sandbox's bank: the bank keeps cards,
// intents, keys, refunds and disputes, the twin keeps what only Stripe has.
type Twin struct {
	*banktest.Bank
	bank *sandbox.Gateway

	mu        sync.Mutex
	customers map[string]string // metadata of ours -> customer
	intents   map[string]*twinIntent
	methods   map[string]*twinMethod
	keys      map[string]string // account and key -> what it was used for
	hooks     string            // where challenges are; empty: at the bank
	events    []event           // oldest first
	revoked   map[string]bool   // accounts whose key is refused
	bounced   map[string]bool   // refunds whose money came back, by key
	hookup
}

type twinIntent struct {
	account, customer, method string
	created                   int64
	meta                      map[string]string
	setup                     bool
	processing                bool   // a debit under way
	key                       string // under which it is settled
}

type twinMethod struct {
	gateway.Method
	account, customer string
	detached, debit   bool
}

// Start runs a twin until the test ends, and gives its origin. A key is
// "rk_test_" or "rk_live_" and the name of the account that it opens.
func Start(t *testing.T) (*Twin, string) {
	t.Helper()
	b := banktest.Start(t, "http://unused.test")
	w := &Twin{
		Bank: b, bank: sandbox.New(sandbox.Options{BaseURL: b.URL, Secret: banktest.Secret}),
		revoked: map[string]bool{}, bounced: map[string]bool{}, customers: map[string]string{}, intents: map[string]*twinIntent{}, methods: map[string]*twinMethod{}, keys: map[string]string{},
		hookup: hookup{forbidden: map[string]bool{}, closed: map[string]bool{}},
	}
	mux := http.NewServeMux()
	routes := map[string]func(*twinCall) (any, error){
		"GET /v1/account":                       w.profile,
		"GET /v1/customers/search":              w.search,
		"POST /v1/customers":                    w.enrol,
		"POST /v1/payment_methods/{id}/attach":  w.attach,
		"POST /v1/payment_methods/{id}/detach":  w.detach,
		"GET /v1/payment_methods/{id}":          w.showMethod,
		"POST /v1/payment_intents":              w.prepare,
		"GET /v1/payment_intents":               w.list,
		"GET /v1/payment_intents/{id}":          w.show,
		"POST /v1/payment_intents/{id}/confirm": w.confirm,
		"POST /v1/payment_intents/{id}/cancel":  w.cancel,
		"POST /v1/setup_intents":                w.prepare,
		"GET /v1/setup_intents":                 w.list,
		"GET /v1/setup_intents/{id}":            w.show,
		"POST /v1/setup_intents/{id}/confirm":   w.confirm,
		"POST /v1/setup_intents/{id}/cancel":    w.cancel,
		"POST /v1/refunds":                      w.refund,
		"GET /v1/refunds":                       w.refunds,
		"GET /v1/disputes/{id}":                 w.dispute,
		"GET /v1/events":                        w.listEvents,
		"GET /v1/events/{id}":                   w.showEvent,
	}
	maps.Copy(routes, w.hookupRoutes())
	for pattern, serve := range routes {
		mux.HandleFunc(pattern, func(out http.ResponseWriter, r *http.Request) { w.serve(out, r, serve) })
	}
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	return w, server.URL
}

// twinCall is one request.
type twinCall struct {
	*http.Request
	account gateway.Account
	key     string
}

// says is an error as Stripe words it.
type says struct {
	status        int
	Type          string         `json:"type"`
	Code          string         `json:"code,omitempty"`
	DeclineCode   string         `json:"decline_code,omitempty"`
	Message       string         `json:"message"`
	PaymentIntent map[string]any `json:"payment_intent,omitempty"`
	SetupIntent   map[string]any `json:"setup_intent,omitempty"`
}

func (s says) Error() string { return s.Code }

var (
	missing  = says{status: 404, Type: "invalid_request_error", Code: "resource_missing", Message: "No such object"}
	badState = says{status: 400, Type: "invalid_request_error", Code: "payment_intent_unexpected_state", Message: "You cannot do that now"}
)

func (w *Twin) serve(out http.ResponseWriter, r *http.Request, do func(*twinCall) (any, error)) {
	w.mu.Lock()
	defer w.mu.Unlock()
	mode, id, ok := strings.Cut(strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer rk_"), "_")
	if !ok || mode != "test" && mode != "live" || w.revoked[id] {
		answer(out, 401, map[string]any{"error": says{Type: "invalid_request_error", Message: "Invalid API Key"}})
		return
	}
	if w.ahead != 0 {
		out.Header().Set("Date", time.Now().Add(w.ahead).UTC().Format(http.TimeFormat))
	}
	c := &twinCall{Request: r, account: gateway.Account{Gateway: sandbox.Name, ID: id}}
	body, err := any(nil), r.ParseForm()
	if err == nil {
		err = w.may(c)
	}
	if err == nil {
		err = w.keep(c)
	}
	if err == nil {
		body, err = do(c)
	}
	if err == nil {
		answer(out, 200, body)
		return
	}
	said := worded(err)
	answer(out, said.status, map[string]any{"error": said})
}

// keep refuses a key that was used for something else.
func (w *Twin) keep(c *twinCall) error {
	given := c.Header.Get("Idempotency-Key")
	if c.Method != http.MethodPost || given == "" {
		return nil
	}
	at := c.account.ID + " " + given
	if was, used := w.keys[at]; used && was != c.URL.Path {
		return says{status: 400, Type: "idempotency_error", Message: "Keys can only be used once"}
	}
	w.keys[at] = c.URL.Path
	_, c.key, _ = strings.Cut(given, ":")
	return nil
}

// worded says the bank's errors as Stripe does.
func worded(err error) says {
	var said says
	var refused *gateway.RefusedError
	switch {
	case errors.As(err, &said):
		return said
	case errors.As(err, &refused):
		return declined(refused.Decline.Code)
	case errors.Is(err, gateway.ErrTooSmall):
		return says{status: 400, Type: "invalid_request_error", Code: "amount_too_small", Message: "Amount must be higher"}
	case errors.Is(err, gateway.ErrRejected):
		return says{status: 400, Type: "invalid_request_error", Message: "rejected"}
	}
	return says{status: 500, Type: "api_error", Message: "An unknown error occurred"}
}

// declined is a card error: some codes stand for themselves.
func declined(code string) says {
	said := says{status: 402, Type: "card_error", Code: "card_declined", DeclineCode: code, Message: "Your card was declined."}
	switch code {
	case "expired_card", "incorrect_cvc", "processing_error":
		said.Code, said.DeclineCode = code, ""
	case "authentication_required":
		said.Code = code
	case "authentication_failure":
		said.Code, said.DeclineCode = "payment_intent_authentication_failure", ""
	}
	return said
}

func answer(out http.ResponseWriter, status int, body any) {
	out.Header().Set("Content-Type", "application/json")
	out.Header().Set("Request-Id", "req_twin")
	out.WriteHeader(status)
	_ = json.NewEncoder(out).Encode(body) // the test sees what did not arrive
}

func page(path string, items []any) map[string]any {
	return map[string]any{"object": "list", "url": path, "has_more": false, "data": items}
}

// prepare makes a payment or a set-up. As Stripe does, it refuses what only a
// confirmation may say.
func (w *Twin) prepare(c *twinCall) (any, error) {
	setup := c.URL.Path == "/v1/setup_intents"
	if setup && c.Form.Has("mandate_data[customer_acceptance][type]") {
		return w.mandate(c)
	}
	meta := map[string]string{}
	for name, values := range c.Form {
		if inner, ok := strings.CutPrefix(name, "metadata["); ok {
			meta[strings.TrimSuffix(inner, "]")] = values[0]
		}
	}
	if c.Form.Has("off_session") || c.Form.Has("return_url") || c.Form.Get("payment_method_types[0]") != w.typeOf(c.Form.Get("payment_method")) {
		return nil, badState
	}
	p := gateway.Params{
		Key: c.key, Customer: c.Form.Get("customer"), Method: c.Form.Get("payment_method"), OnSession: meta["on_session"] != "",
		ReturnURL: meta["return_url"], Payment: meta["payment"], Amount: money.Of(0, money.Currency(meta["currency"])),
	}
	if !setup {
		minor, err := strconv.ParseInt(c.Form.Get("amount"), 10, 64)
		if err != nil {
			return nil, badState
		}
		p.Amount = money.Of(minor, money.Currency(strings.ToUpper(c.Form.Get("currency"))))
	}
	made, err := w.bank.Prepare(c.Context(), c.account, p)
	if err != nil {
		return nil, err
	}
	id := Named(string(made), setup)
	if w.intents[id] == nil {
		w.intents[id] = &twinIntent{
			account: c.account.ID, customer: p.Customer, method: p.Method, created: w.Now().Unix(), meta: meta, setup: setup,
		}
	}
	return w.intent(c, id)
}

func Named(bank string, setup bool) string {
	if setup {
		return "seti_" + bank
	}
	return "pi_" + bank
}

// banked is the bank's name of an intent.
func Banked[S ~string](id S) gateway.Intent {
	_, bank, _ := strings.Cut(string(id), "_")
	return gateway.Intent(bank)
}

// intent is a payment or a set-up as Stripe shows it.
func (w *Twin) intent(c *twinCall, id string) (map[string]any, error) {
	i := w.intents[id]
	if i == nil || i.account != c.account.ID {
		return nil, missing
	}
	out, err := w.bank.Find(c.Context(), c.account, Banked(id))
	if err != nil {
		return nil, err
	}
	return w.picture(c, id, i, out), nil
}

func (w *Twin) picture(c *twinCall, id string, i *twinIntent, out gateway.Outcome) map[string]any {
	body := map[string]any{
		"id": id, "object": "payment_intent", "created": i.created, "customer": i.customer, "payment_method": i.method, "metadata": i.meta,
		"client_secret": id + "_secret_x",
	}
	failed := "last_setup_error"
	if !i.setup {
		failed = "last_payment_error"
		body["amount"], body["currency"], body["amount_received"] = out.Amount.Minor, strings.ToLower(string(out.Amount.Currency)), 0
	}
	switch out.State {
	case gateway.StatePrepared:
		body["status"] = "requires_confirmation"
	case gateway.StateSucceeded:
		body["status"], body["amount_received"] = "succeeded", out.Amount.Minor
		body["latest_charge"] = out.Charge
		if slices.ContainsFunc(slices.Collect(maps.Values(c.Form)), func(v []string) bool { return strings.HasSuffix(v[0], "latest_charge") }) {
			body["latest_charge"] = map[string]any{"id": out.Charge, "object": "charge"}
		}
	case gateway.StateDeclined:
		body["status"], body[failed] = "requires_payment_method", declined(out.Decline.Code)
	case gateway.StateActionNeeded:
		body["status"] = "requires_action"
		url := out.ActionURL
		if w.hooks != "" {
			url = w.hooks + id
		}
		body["next_action"] = map[string]any{"type": "redirect_to_url", "redirect_to_url": map[string]any{"url": url}}
	case gateway.StateCancelled:
		body["status"] = "canceled"
	case gateway.StateProcessing, gateway.StateTooSmall: // the bank settles at once, and prepares nothing that is too small
	}
	if i.processing {
		body["status"] = "processing"
	}
	return body
}

func (w *Twin) show(c *twinCall) (any, error) { return w.intent(c, c.PathValue("id")) }

// confirm refuses whatever a real confirmation refuses: what has ended, a
// removed method, silence about whether the customer is there.
func (w *Twin) confirm(c *twinCall) (any, error) {
	id := c.PathValue("id")
	before, err := w.intent(c, id)
	if err != nil {
		return nil, err
	}
	i := w.intents[id]
	if m := w.methods[i.method]; m.debit && !m.detached && before["status"] == "requires_confirmation" {
		return w.submit(c, id)
	}
	present := i.meta["on_session"] != ""
	told := present == (c.Form.Get("off_session") == "") && (!present || c.Form.Get("return_url") == i.meta["return_url"])
	if before["status"] != "requires_confirmation" || !i.setup && !told || w.methods[i.method].detached {
		return nil, badState
	}
	out, err := w.bank.Confirm(c.Context(), c.account, Banked(id), c.key)
	if err != nil {
		return nil, err
	}
	body := w.picture(c, id, i, out)
	if out.State != gateway.StateDeclined {
		return body, nil
	}
	said := declined(out.Decline.Code)
	said.PaymentIntent = body
	return nil, said
}

func (w *Twin) cancel(c *twinCall) (any, error) {
	before, err := w.intent(c, c.PathValue("id"))
	if err != nil {
		return nil, err
	}
	if before["status"] == "succeeded" || before["status"] == "canceled" {
		return nil, badState
	}
	if _, err := w.bank.Cancel(c.Context(), c.account, Banked(c.PathValue("id"))); err != nil {
		return nil, err
	}
	return w.intent(c, c.PathValue("id"))
}

func (w *Twin) list(c *twinCall) (any, error) {
	var ids []string
	for id, i := range w.intents {
		if i.account == c.account.ID && i.customer == c.Form.Get("customer") && i.setup == (c.URL.Path == "/v1/setup_intents") {
			ids = append(ids, id)
		}
	}
	slices.SortFunc(ids, func(a, b string) int { return int(w.intents[b].created - w.intents[a].created) })
	items := []any{}
	for _, id := range ids {
		body, err := w.intent(c, id)
		if err != nil {
			return nil, err
		}
		items = append(items, body)
	}
	return page(c.URL.Path, items), nil
}
