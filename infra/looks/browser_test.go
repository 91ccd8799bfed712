package looks

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"

	"perennial/infra/local/wait"
)

// tab is one tab of Chromium.
type tab struct {
	t   *testing.T
	ctx context.Context //nolint:containedctx // chromedp's handle is a context
}

func chromium(t *testing.T) *tab {
	t.Helper()
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.IgnoreCertErrors, chromedp.WindowSize(1280, 900), chromedp.Flag("hide-scrollbars", true))
	if os.Getuid() == 0 {
		options = append(options, chromedp.NoSandbox)
	}
	if path := os.Getenv("CHROMIUM"); path != "" {
		options = append(options, chromedp.ExecPath(path))
	}
	ctx, stop := chromedp.NewExecAllocator(t.Context(), options...)
	t.Cleanup(stop)
	ctx, stop = chromedp.NewContext(ctx)
	t.Cleanup(stop)
	b := &tab{t: t, ctx: ctx}
	b.must(chromedp.Do(ctx))
	_, err := chromedp.Call(ctx, network.Enable, network.EnableParams{})
	b.must(err)
	return b
}

func (b *tab) must(err error) {
	b.t.Helper()
	if err != nil {
		b.t.Fatal(err)
	}
}

// speak asks for pages in a language.
func (b *tab) speak(language string) {
	b.t.Helper()
	_, err := chromedp.Call(b.ctx, network.SetExtraHTTPHeaders, network.SetExtraHTTPHeadersParams{Headers: network.Headers{"Accept-Language": language}})
	b.must(err)
}

// theme wants light or dark pages, and none that move.
func (b *tab) theme(scheme string) {
	b.t.Helper()
	_, err := chromedp.Call(b.ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{
		{Name: "prefers-color-scheme", Value: scheme}, {Name: "prefers-reduced-motion", Value: "reduce"},
	}})
	b.must(err)
}

// signIn gives the tab the cookies of who signed in.
func (b *tab) signIn(s *site) {
	b.t.Helper()
	at, _ := url.Parse(s.portal.URL) // a server's own address
	for _, c := range s.browser.Jar.Cookies(at) {
		_, err := chromedp.Call(b.ctx, network.SetCookie, network.SetCookieParams{Name: c.Name, Value: c.Value, URL: s.portal.URL, Secure: new(true), Path: "/"})
		b.must(err)
	}
}

// show opens a view and waits until it is whole.
func (b *tab) show(v view) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, wait.Patience)
	defer cancel()
	if v.form == nil {
		b.must(chromedp.Do(ctx, chromedp.Navigate(v.url), chromedp.WaitVisible(chromedp.CSS("footer"))))
		return
	}
	at, _ := url.Parse(v.url) // a view's address
	fields, err := json.Marshal(v.form)
	b.must(err)
	b.must(chromedp.Do(ctx, chromedp.Navigate(at.Scheme+"://"+at.Host+"/nothing"), chromedp.WaitVisible(chromedp.CSS("footer"))))
	_, err = chromedp.Run(ctx, chromedp.Evaluate[bool](fmt.Sprintf(`(() => {
		document.documentElement.dataset.old = "1";
		const form = document.createElement("form");
		form.method = "post"; form.action = %q;
		for (const [name, values] of Object.entries(%s)) for (const value of values) {
			const input = document.createElement("input");
			input.type = "hidden"; input.name = name; input.value = value; form.append(input);
		}
		document.body.append(form); form.submit(); return true;
	})()`, v.url, fields)))
	b.must(err)
	b.must(chromedp.Do(ctx, chromedp.WaitVisible(chromedp.CSS("html:not([data-old]) footer"))))
}

// settled waits until the gateway's card fields have told how high they are.
// Chromium draws a frame of another site only once it is in sight.
func (b *tab) settled() {
	b.t.Helper()
	const waits = `[...document.querySelectorAll("iframe")]
		.some(f => f.offsetParent && (f.scrollIntoView(), f.style.height === "12rem"))`
	wait.Until(b.t, "the card fields show", func() bool {
		waiting, err := chromedp.Run(b.ctx, chromedp.Evaluate[bool](waits))
		b.must(err)
		return !waiting
	})
}

// mustShow fails when the page is not the one that is meant.
func (b *tab) mustShow(v view) {
	b.t.Helper()
	text, err := chromedp.Run(b.ctx, chromedp.Evaluate[string]("document.documentElement.innerText"))
	b.must(err)
	if !strings.Contains(strings.ToLower(text), strings.ToLower(v.shows)) {
		b.t.Errorf("%s does not say %q:\n%s", v.name, v.shows, text)
	}
}

// get fetches a page as the signed-in customer.
func (s *site) get(address string) string {
	s.t.Helper()
	r, err := http.NewRequestWithContext(s.t.Context(), http.MethodGet, address, nil)
	if err != nil {
		s.t.Fatal(err)
	}
	answer, err := s.browser.Do(r)
	if err != nil {
		s.t.Fatal(err)
	}
	defer answer.Body.Close() //nolint:errcheck // it was only read
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	return string(body)
}
