package compat

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
)

// watcher stands before the API and lets one request through at a time, so
// that what was written is this request's doing. It adds the key, and gives
// the description ids that exist.
type watcher struct {
	*httptest.Server
	shop     *shop
	f, spare fixtures // spare is what may be deleted

	mu       sync.Mutex
	statuses map[int]int
	found    map[string]string // by route and kind: the first of each problem
}

func newWatcher(s *shop, f, spare fixtures) *watcher {
	for name, id := range f.ids {
		if spare.ids[name] == "" {
			spare.ids[name] = id
		}
	}
	w := &watcher{shop: s, f: f, spare: spare, statuses: map[int]int{}, found: map[string]string{}}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /openapi.json", w.describe)
	mux.HandleFunc("/", w.pass)
	w.Server = httptest.NewServer(mux)
	s.Cleanup(w.Close)
	return w
}

// describe serves the API's description, where each id is one that exists or
// one that does not, and without the header that makes a refusal be kept.
func (w *watcher) describe(out http.ResponseWriter, _ *http.Request) {
	_, raw := w.shop.send(http.MethodGet, "/openapi.json", "", "")
	var doc struct {
		Paths map[string]map[string]map[string]any `json:"paths"`
		Rest  map[string]any                       `json:"-"`
	}
	if err := json.Unmarshal(raw, &doc); err == nil {
		err = json.Unmarshal(raw, &doc.Rest)
		if err != nil {
			w.shop.Error(err)
		}
	}
	for path, operations := range doc.Paths {
		for method, operation := range operations {
			parameters, there := operation["parameters"].([]any)
			if !there {
				continue
			}
			parameters = slices.DeleteFunc(parameters, func(p any) bool { return p.(map[string]any)["in"] == "header" })
			operation["parameters"] = parameters
			f := w.f
			if method == "delete" || strings.HasSuffix(path, "/archive") {
				f = w.spare
			}
			f.exist(path, parameters)
		}
	}
	doc.Rest["paths"] = doc.Paths
	out.Header().Set("Content-Type", "application/json")
	if err := json.NewEncoder(out).Encode(doc.Rest); err != nil {
		w.shop.Error(err)
	}
}

// exist narrows the parameters of a path to ids.
func (f fixtures) exist(path string, parameters []any) {
	for _, one := range parameters {
		p := one.(map[string]any)
		at := strings.Index(path, "{"+p["name"].(string)+"}")
		if p["in"] != "path" || at < 0 {
			continue
		}
		prefix := path[:at+len(p["name"].(string))+2]
		p["schema"] = map[string]any{"type": "string", "enum": []string{f.ids[named[prefix]], "none"}}
	}
}

// pass sends a request on and looks at what it did.
func (w *watcher) pass(out http.ResponseWriter, in *http.Request) {
	body, err := io.ReadAll(in.Body)
	if err != nil {
		http.Error(out, err.Error(), http.StatusBadRequest)
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	request := in.Clone(w.shop.Context())
	request.RequestURI, request.Body, request.ContentLength = "", io.NopCloser(bytes.NewReader(body)), int64(len(body))
	request.URL.Scheme, request.URL.Host, _ = strings.Cut(w.shop.stack.URL("api"), "://")
	request.Host = request.URL.Host
	request.Header.Set("Authorization", "Bearer "+w.shop.key)
	before := stage.writes.made.Load()
	answer, err := w.shop.stack.Client().Do(request)
	if err != nil {
		w.found["unanswered"] = fmt.Sprintf("%s %s: %v", in.Method, in.URL, err)
		return
	}
	defer answer.Body.Close() //nolint:errcheck // it is read below
	raw, err := io.ReadAll(answer.Body)
	if err != nil {
		w.found["unread"] = fmt.Sprintf("%s %s: %v", in.Method, in.URL, err)
	}
	w.judge(in, body, answer.StatusCode, raw, stage.writes.made.Load()-before)
	maps.Copy(out.Header(), answer.Header)
	out.WriteHeader(answer.StatusCode)
	_, _ = out.Write(raw) // whoever asked has gone
}

// judge keeps the first problem of each kind and route.
func (w *watcher) judge(in *http.Request, body []byte, status int, answer []byte, written int64) {
	w.statuses[status]++
	var kind string
	code := answerOf(string(answer))["code"]
	switch {
	case status == http.StatusNotImplemented && code == "UNSUPPORTED_ACTION" && written == 0:
	case status >= http.StatusInternalServerError:
		kind = "fails inside"
	case status >= http.StatusBadRequest && written > 0:
		kind = "was refused and wrote"
	}
	if kind == "" {
		return
	}
	parts := strings.Split(in.URL.Path, "/")
	key := in.Method + " " + strings.Join(parts[:min(2, len(parts))], "/") + " " + parts[len(parts)-1] + kind + fmt.Sprint(code)
	if w.found[key] == "" {
		w.found[key] = fmt.Sprintf("%s %s %s: %d %s (%d writes)\nbody %q", in.Method, in.URL, kind, status, answer, written, body)
	}
}

func (w *watcher) problems() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Sorted(maps.Values(w.found))
}

func (w *watcher) sent() (n int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, times := range w.statuses {
		n += times
	}
	return n
}

// String is how many answers of each status there were.
func (w *watcher) String() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return fmt.Sprintf("answers by status: %v", w.statuses)
}
