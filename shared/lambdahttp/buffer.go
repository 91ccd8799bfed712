package lambdahttp

import (
	"bytes"
	"fmt"
	"maps"
	"net/http"
	"strconv"
	"strings"
)

// buffer collects an answer with net/http's rules: the first status wins,
// headers are fixed by it, and some statuses have no body.
type buffer struct {
	header http.Header // what the handler may still change
	sent   http.Header // as fixed by WriteHeader
	status int
	body   bytes.Buffer
}

// Header implements http.ResponseWriter.
func (b *buffer) Header() http.Header { return b.header }

// WriteHeader implements http.ResponseWriter. Interim statuses are dropped,
// because an HTTP API cannot send them.
func (b *buffer) WriteHeader(status int) {
	if status < 100 || status > 999 {
		panic(fmt.Sprintf("invalid status %d", status))
	}
	if b.status != 0 || status < 200 {
		return
	}
	b.status, b.sent = status, b.header.Clone()
}

// Write implements http.ResponseWriter.
func (b *buffer) Write(p []byte) (int, error) {
	b.WriteHeader(http.StatusOK)
	if !hasBody(b.status) {
		return 0, http.ErrBodyNotAllowed
	}
	return b.body.Write(p)
}

func hasBody(status int) bool {
	return status != http.StatusNoContent && status != http.StatusNotModified
}

// finish sends the answer in one write.
func (b *buffer) finish(w http.ResponseWriter, r *http.Request) {
	b.WriteHeader(http.StatusOK)
	body := b.body.Bytes()
	if _, set := b.sent["Content-Type"]; !set && len(body) > 0 && b.sent.Get("Content-Encoding") == "" {
		b.sent.Set("Content-Type", http.DetectContentType(body))
	}
	body = compress(b.sent, body, r.Header.Get("Accept-Encoding"))
	b.sent.Del("Content-Length")
	if b.status == http.StatusNotModified {
		b.sent.Del("Content-Type") // as net/http does
	}
	if r.Method == http.MethodHead {
		body = nil
	} else if hasBody(b.status) {
		b.sent.Set("Content-Length", strconv.Itoa(len(body)))
	}
	clean(b.sent)
	maps.Copy(w.Header(), b.sent)
	w.WriteHeader(b.status)
	if len(body) > 0 {
		_, _ = w.Write(body) // the caller has gone; there is nobody to tell
	}
}

var breaks = strings.NewReplacer("\n", " ", "\r", " ")

// clean keeps a value from starting another header, as net/http's server does.
func clean(h http.Header) {
	for _, values := range h {
		for i, v := range values {
			values[i] = strings.Trim(breaks.Replace(v), " \t")
		}
	}
}
