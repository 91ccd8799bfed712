// Package pagestest reads pages in tests as a person sees them, through a
// real client and server.
package pagestest

import (
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// Page is an answer as a person sees it.
type Page struct {
	Status int
	Text   string
	To     string // where a redirect leads
	Header http.Header
}

// SameOrigin are the headers that a browser sends with a form of our own page.
func SameOrigin(origin string) http.Header {
	return http.Header{"Origin": {origin}, "Sec-Fetch-Site": {"same-origin"}}
}

// Send makes one request of a browser; values are a form's.
func Send(t *testing.T, browser *http.Client, method, address string, values url.Values, header http.Header) Page {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, address, strings.NewReader(values.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	for name, value := range header {
		r.Header[name] = value
	}
	if values != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	answer, err := browser.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close() //nolint:errcheck // read whole
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return Page{answer.StatusCode, string(body), answer.Header.Get("Location"), answer.Header}
}

// Must fails the test unless the page has the status and says the phrases.
func (p Page) Must(t *testing.T, status int, phrases ...string) {
	t.Helper()
	if p.Status != status {
		t.Fatalf("status %d, want %d:\n%s", p.Status, status, p.Text)
	}
	for _, phrase := range phrases {
		if !strings.Contains(p.Text, phrase) {
			t.Errorf("the page does not say %q:\n%s", phrase, p.Text)
		}
	}
}

// MustNot fails the test when the page says one of the phrases.
func (p Page) MustNot(t *testing.T, phrases ...string) {
	t.Helper()
	for _, phrase := range phrases {
		if strings.Contains(p.Text, phrase) {
			t.Errorf("the page says %q:\n%s", phrase, p.Text)
		}
	}
}
