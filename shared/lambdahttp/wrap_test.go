package lambdahttp_test

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"perennial/shared/clock/clocktest"
	"perennial/shared/lambdahttp"
)

func quiet() lambdahttp.Option { return lambdahttp.Log(slog.New(slog.DiscardHandler)) }

func TestTextIsCompressedWhenTakenAndWorthwhile(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("Abonnement verlängern. ", 100)
	for name, c := range map[string]struct {
		accept, contentType, body string
		want                      bool
	}{
		"long text":          {"gzip, deflate, br", "text/html; charset=utf-8", long, true},
		"long json":          {"br;q=1.0, GZIP;q=0.5", "application/json", long, true},
		"any coding":         {"*", "text/css", long, true},
		"short text":         {"gzip", "text/html", "short", false},
		"not taken":          {"br", "text/html", long, false},
		"refused":            {"*, gzip;q=0", "text/html", long, false},
		"no header":          {"", "text/html", long, false},
		"a font":             {"gzip", "font/woff2", long, false},
		"a nonsense weight":  {"gzip;q=lots", "text/html", long, false},
		"nonsense around it": {";;,gzip ; q=0.1,", "text/html", long, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			req := request{method: "GET", target: "/", headers: map[string]string{"Accept-Encoding": c.accept}}
			h := script{headers: [][2]string{{"Content-Type", c.contentType}, {"Etag", `"v1"`}}, chunks: []string{c.body}}
			a, _ := both(t, h, req, quiet())
			if got := a.headers.Get("Content-Encoding") == "gzip"; got != c.want {
				t.Fatalf("compressed: %v, want %v", got, c.want)
			}
			if !c.want {
				equal(t, c.body, a.body)
				equal(t, `"v1"`, a.headers.Get("ETag"))
				return
			}
			equal(t, c.body, gunzip(t, a.body))
			equal(t, "Accept-Encoding", a.headers.Get("Vary"))
			equal(t, `W/"v1"`, a.headers.Get("ETag"))
		})
	}
}

func gunzip(t *testing.T, s string) string {
	t.Helper()
	z, err := gzip.NewReader(strings.NewReader(s))
	if err != nil {
		t.Fatal(err)
	}
	out, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}

func TestHeadersAreDefaultsThatAHandlerMayChange(t *testing.T) {
	t.Parallel()
	h := script{headers: [][2]string{{"X-Own", "1"}}, chunks: []string{"x"}}
	a, _ := both(t, h, request{method: "GET", target: "/"}, quiet(), lambdahttp.Headers(lambdahttp.PageHeaders(lambdahttp.StrictPolicy)))
	equal(t, lambdahttp.StrictPolicy, a.headers.Get("Content-Security-Policy"))
	equal(t, "nosniff", a.headers.Get("X-Content-Type-Options"))
	equal(t, "1", a.headers.Get("X-Own"))

	shared := lambdahttp.APIHeaders()
	cached := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Cache-Control", "public, max-age=60")
		w.Header()["X-Content-Type-Options"][0] = "changed in place"
	})
	a, _ = both(t, cached, request{method: "GET", target: "/"}, quiet(), lambdahttp.Headers(shared))
	equal(t, "public, max-age=60", a.headers.Get("Cache-Control"))
	if diff := cmp.Diff(lambdahttp.APIHeaders(), shared); diff != "" {
		t.Errorf("one answer changed the headers of the next: %s", diff)
	}
}

func TestPanicKeepsSecurityHeadersAndUsesTheOwnersAnswer(t *testing.T) {
	t.Parallel()
	own := lambdahttp.Failures(func(w http.ResponseWriter, _ *http.Request, status int) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		_, _ = io.WriteString(w, `{"code":"INTERNAL_SERVER_ERROR"}`)
	})
	a, _ := both(t, script{chunks: []string{"half"}, panics: true}, request{method: "GET", target: "/"},
		quiet(), own, lambdahttp.Headers(lambdahttp.APIHeaders()))
	equal(t, 500, a.status)
	equal(t, `{"code":"INTERNAL_SERVER_ERROR"}`, a.body)
	equal(t, "no-store", a.headers.Get("Cache-Control"))
}

func TestBodyLimit(t *testing.T) {
	t.Parallel()
	h := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		var large *http.MaxBytesError
		if errors.As(err, &large) {
			w.WriteHeader(http.StatusTeapot)
		}
		_, _ = w.Write(body)
	})
	for size, want := range map[int]int{0: 200, 10: 200, 11: 413} {
		req := request{method: "POST", target: "/", body: strings.Repeat("x", size)}
		f := lambdahttp.Handler(h, quiet(), lambdahttp.MaxBody(10))
		if a := overLambda(t, f, req); a.status != want {
			t.Errorf("%d bytes: %d, want %d", size, a.status, want)
		}
	}
}

func TestOneLogLinePerRequest(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	clock := clocktest.At(time.Date(2027, 3, 1, 0, 0, 0, 0, time.UTC))
	mux := http.NewServeMux()
	mux.HandleFunc("POST /links/{token}", func(w http.ResponseWriter, r *http.Request) {
		clock.Advance(12500 * time.Microsecond)
		lambdahttp.Note(r.Context(), "scope", "bus_1.live")
		lambdahttp.Note(r.Context(), "subscription", "sub_0")
		lambdahttp.Note(r.Context(), "subscription", "sub_1")
		lambdahttp.NoteError(r.Context(), errors.New("renew sub_1: conflict"))
		w.Header().Set("X-Seen-Id", lambdahttp.RequestID(r.Context()))
		w.WriteHeader(http.StatusConflict)
	})
	f := lambdahttp.Handler(mux, lambdahttp.Log(slog.New(slog.NewJSONHandler(&out, nil))), lambdahttp.Clock(clock.Now))
	req := request{method: "POST", target: "/links/s3cret?key=s3cret", body: "s3cret", headers: map[string]string{"Authorization": "Bearer s3cret"}}
	a := overLambda(t, f, req)
	equal(t, "req-1", a.headers.Get("X-Seen-Id"))

	if strings.Contains(out.String(), "s3cret") {
		t.Errorf("the log shows a secret: %s", out.String())
	}
	var line map[string]any
	if err := json.Unmarshal(out.Bytes(), &line); err != nil {
		t.Fatalf("not one line of JSON: %v\n%s", err, out.String())
	}
	delete(line, "time")
	want := map[string]any{
		"level": "INFO", "msg": "request", "method": "POST", "route": "POST /links/{token}", "status": 409.0,
		"ms": 12.5, "request_id": "req-1", "scope": "bus_1.live", "subscription": "sub_1", "error": "renew sub_1: conflict",
	}
	if diff := cmp.Diff(want, line); diff != "" {
		t.Error(diff)
	}
}

func TestPanicIsLoggedAsAnErrorWithItsPlace(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	f := lambdahttp.Handler(script{panics: true}, lambdahttp.Log(slog.New(slog.NewJSONHandler(&out, nil))))
	overLambda(t, f, request{method: "GET", target: "/"})
	for _, want := range []string{`"level":"ERROR"`, `"status":500`, "panic: a bug", "parity_test.go"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%s is missing in %s", want, out.String())
		}
	}
}

func TestEveryAnswerCarriesTheRequestsID(t *testing.T) {
	t.Parallel()
	res, err := lambdahttp.Handler(script{}, quiet())(t.Context(), event(request{method: "GET", target: "/"}))
	if err != nil || res.Headers["X-Request-Id"] != "req-1" {
		t.Errorf("in Lambda: %v, %v", res.Headers, err)
	}
}
