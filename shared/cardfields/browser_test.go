package cardfields_test

import (
	"context"
	"fmt"
	"html"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"perennial/shared/bank/banktest"
	"perennial/shared/cardfields"
)

// shop is a page with the card fields, under the policy that a page of ours
// has, and what its form posted.
type shop struct {
	*httptest.Server
	posted chan string
}

func openShop(t *testing.T, bank *banktest.Bank) shop {
	t.Helper()
	s := shop{posted: make(chan string, 5)}
	mux := http.NewServeMux()
	s.Server = httptest.NewServer(mux)
	t.Cleanup(s.Close)
	mux.HandleFunc("GET /cardfields.js", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/javascript")
		_, _ = w.Write(cardfields.Script)
	})
	mux.HandleFunc("POST /save", func(w http.ResponseWriter, r *http.Request) {
		s.posted <- r.PostFormValue("token")
		_, _ = fmt.Fprint(w, "<p id=saved>saved</p>")
	})
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Security-Policy",
			"default-src 'none'; script-src 'self'; style-src 'self'; form-action 'self'; frame-src "+bank.URL)
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		source := html.EscapeString(cardfields.Source(bank.URL, "acct", s.URL))
		_, _ = fmt.Fprintf(w, `<!doctype html><html lang="en"><title>shop</title>
<form method="post" action="/save" data-card-fields data-src="%s">
<div data-card-mount></div><input type="hidden" name="token"><p role="alert" hidden></p><button id="pay">Save</button>
</form><script src="/cardfields.js"></script></html>`, source)
	})
	return s
}

// wire is everything that the browser sent.
type wire struct {
	mu   sync.Mutex
	sent strings.Builder
}

func (w *wire) listen(event any) {
	if e, ok := event.(*network.EventRequestWillBeSent); ok {
		w.mu.Lock()
		defer w.mu.Unlock()
		fmt.Fprintln(&w.sent, e.Request.Method, e.Request.URL)
		for _, entry := range e.Request.PostDataEntries {
			fmt.Fprintf(&w.sent, "%s\n", entry.Bytes)
		}
	}
}

func (w *wire) String() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.sent.String()
}

// browser opens an empty tab whose requests are noted down.
func browser(t *testing.T) (context.Context, *wire) {
	t.Helper()
	options := chromedp.DefaultExecAllocatorOptions[:]
	if os.Getuid() == 0 {
		options = append(options, chromedp.NoSandbox)
	}
	ctx, stop := chromedp.NewExecAllocator(t.Context(), options...)
	t.Cleanup(stop)
	ctx, stop = chromedp.NewContext(ctx)
	t.Cleanup(stop)
	w := &wire{}
	if err := chromedp.Listen(ctx, w.listen); err != nil {
		t.Fatal(err)
	}
	if _, err := chromedp.Call(ctx, network.Enable, network.EnableParams{}); err != nil {
		t.Fatal(err)
	}
	ctx, stop = context.WithTimeout(ctx, time.Minute)
	t.Cleanup(stop)
	return ctx, w
}

// erase empties a field, however much is in it.
var erase = kb.End + strings.Repeat(kb.Backspace, 40)

// fill types a card into the iframe's fields.
func fill(t *testing.T, ctx context.Context, number, expiry, cvc string) {
	t.Helper()
	frames, err := chromedp.Run(ctx, chromedp.Nodes(chromedp.CSS("iframe")))
	if err != nil {
		t.Fatal(err)
	}
	in := chromedp.FromNode(frames[0])
	for _, field := range []struct{ id, text string }{{"#number", number}, {"#expiry", expiry}, {"#cvc", cvc}} {
		err := chromedp.Do(ctx,
			chromedp.WaitVisible(chromedp.CSS(field.id), in),
			chromedp.SendKeys(chromedp.CSS(field.id), erase+field.text, in),
		)
		if err != nil {
			t.Fatalf("%s: %v", field.id, err)
		}
	}
}

// press submits the form and reads the alert that follows.
func press(t *testing.T, ctx context.Context) string {
	t.Helper()
	err := chromedp.Do(ctx,
		chromedp.Click(chromedp.CSS("#pay")),
		chromedp.WaitVisible(chromedp.CSS("[role=alert]")),
		chromedp.WaitEnabled(chromedp.CSS("#pay")),
	)
	if err != nil {
		t.Fatal(err)
	}
	text, err := chromedp.Run(ctx, chromedp.Text(chromedp.CSS("[role=alert]")))
	if err != nil {
		t.Fatal(err)
	}
	return text
}
