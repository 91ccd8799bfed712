package stripetest

import (
	_ "embed" // what Stripe has in a browser
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	"perennial/shared/bank"
	"perennial/shared/gateway"
)

//go:embed web/stripe.js
var script []byte

//go:embed web/fields.html
var fields []byte

// Browse serves what Stripe has in a browser at an address, by TLS, until the
// test ends: its script and fields, the part of its API that they use, and the
// pages of challenges, which redirect there from now on. A browser has to take
// the address for every host of stripe.com. What is typed is saved for an
// account.
func (w *Twin) Browse(t *testing.T, account string) string {
	t.Helper()
	mux := http.NewServeMux()
	mux.HandleFunc("GET js.stripe.com/v3/{$}", file("text/javascript", script))
	mux.HandleFunc("GET js.stripe.com/fields", file("text/html; charset=utf-8", fields))
	mux.HandleFunc("GET api.stripe.com/v1/elements/sessions", func(out http.ResponseWriter, _ *http.Request) {
		open(out)
		answer(out, http.StatusOK, map[string]any{"object": "elements_session"})
	})
	mux.HandleFunc("POST api.stripe.com/v1/payment_methods", func(out http.ResponseWriter, r *http.Request) {
		open(out)
		w.typed(t, out, r, account)
	})
	mux.HandleFunc("GET hooks.stripe.com/challenge/{id}", file("text/html; charset=utf-8", []byte(
		`<!doctype html><html lang="en"><title>Your bank</title><h1>Your bank asks</h1><form method="post"><button name="answer" value="approve">Yes</button><button name="answer" value="refuse">No</button></form></html>`)))
	mux.HandleFunc("POST hooks.stripe.com/challenge/{id}", w.challenged)
	server := httptest.NewTLSServer(mux)
	t.Cleanup(server.Close)
	w.mu.Lock()
	defer w.mu.Unlock()
	w.hooks = "https://hooks.stripe.com/challenge/"
	return server.Listener.Addr().String()
}

func file(kind string, body []byte) http.HandlerFunc {
	return func(out http.ResponseWriter, _ *http.Request) {
		out.Header().Set("Content-Type", kind)
		_, _ = out.Write(body) // the browser may have gone
	}
}

// open lets pages of every origin read an answer, as Stripe does.
func open(out http.ResponseWriter) { out.Header().Set("Access-Control-Allow-Origin", "*") }

// typed makes a payment method of what was typed into the fields.
func (w *Twin) typed(t *testing.T, out http.ResponseWriter, r *http.Request, account string) {
	at := slices.IndexFunc(bank.Cards, func(c bank.Card) bool { return c.Number == r.PostFormValue("number") })
	if at < 0 || !strings.HasPrefix(r.PostFormValue("key"), "pk_") {
		answer(out, http.StatusPaymentRequired, map[string]any{"error": says{Type: "card_error", Code: "incorrect_number", Message: "Your card number is incorrect."}})
		return
	}
	kind := r.PostFormValue("type")
	if kind != gateway.TypeDebit {
		kind = "card"
	}
	answer(out, http.StatusOK, map[string]any{"object": "payment_method", "id": w.Token(t, account, bank.Cards[at].Name), "type": kind})
}

// challenged passes the answer to the bank and sends the browser back as
// Stripe does, with the intent and its secret.
func (w *Twin) challenged(out http.ResponseWriter, r *http.Request) {
	id := r.PathValue("id")
	w.mu.Lock()
	i := w.intents[id]
	w.mu.Unlock()
	if i == nil {
		http.NotFound(out, r)
		return
	}
	stay := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	told, err := stay.PostForm(w.URL+"/challenge/"+string(Banked(id)), url.Values{"answer": {r.PostFormValue("answer")}})
	if err != nil || told.StatusCode != http.StatusSeeOther {
		http.Error(out, "the bank did not answer", http.StatusBadGateway)
		return
	}
	_ = told.Body.Close() // there is none
	kind, status := "payment_intent", "succeeded"
	if i.setup {
		kind = "setup_intent"
	}
	if r.PostFormValue("answer") != "approve" {
		status = "failed"
	}
	query := url.Values{kind: {id}, kind + "_client_secret": {id + "_secret_x"}, "redirect_status": {status}}
	http.Redirect(out, r, i.meta["return_url"]+"?"+query.Encode(), http.StatusSeeOther)
}
