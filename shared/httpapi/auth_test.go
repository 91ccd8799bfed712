package httpapi_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"perennial/shared/httpapi"
	"perennial/shared/lambdahttp"
)

func TestWithoutAValidKeyNothingIsRead(t *testing.T) {
	t.Parallel()
	for name, header := range map[string]string{
		"no header":        "",
		"no scheme":        "sk_test_writer",
		"another scheme":   "Basic sk_test_writer",
		"not our key form": "Bearer pk_test_writer",
		"an unknown key":   "Bearer sk_test_guess",
		"only the scheme":  "Bearer ",
	} {
		g := &garden{}
		r := httptest.NewRequest("POST", "/plants?dry_run=maybe", strings.NewReader("not json"))
		if header != "" {
			r.Header.Set("Authorization", header)
		}
		w := httptest.NewRecorder()
		lambdahttp.Wrap(newAPI(g, keys{})).ServeHTTP(w, r)
		got := said{w.Code, w.Header(), strings.TrimSpace(w.Body.String())}
		check(t, got, 401, problem("UNAUTHORIZED", "The API key is missing or not valid."))
		if len(g.asked) != 0 {
			t.Errorf("%s: reached the use case", name)
		}
	}
}

func TestKeyStoreFailureIsNotUnauthorized(t *testing.T) {
	t.Parallel()
	got, _ := ask(t, newAPI(&garden{}, keys{fails: errors.New("table is away")}), call{"GET", "/plants", "", "sk_live_other"})
	check(t, got, 500, problem("INTERNAL_SERVER_ERROR", lambdahttp.Sentence))
}

func TestReadOnlyKeyReadsAndNothingElse(t *testing.T) {
	t.Parallel()
	for _, c := range []call{
		{"GET", "/plants", "", reader},
		{"GET", "/plants/pl_1", "", reader},
		{"GET", "/plants/pl_1/picture", "", reader},
	} {
		if got, _ := ask(t, newAPI(&garden{}, keys{}), c); got.Status != 200 {
			t.Errorf("%s %s: %d", c.method, c.target, got.Status)
		}
	}
	for _, c := range []call{
		{"POST", "/plants", `{"name":"Thyme"}`, reader},
		{"PATCH", "/plants/pl_1", `{}`, reader},
		{"DELETE", "/plants/pl_1", "", reader},
	} {
		g := &garden{}
		got, _ := ask(t, newAPI(g, keys{}), c)
		check(t, got, 403, problem("FORBIDDEN", "This API key may only read."))
		if len(g.asked) != 0 {
			t.Errorf("%s %s reached the use case", c.method, c.target)
		}
	}
}

func TestPublicRoutesWorkWithAndWithoutAKey(t *testing.T) {
	t.Parallel()
	for _, key := range []string{"", writer, "sk_test_guess", "anything"} {
		for _, target := range []string{"/licenses", "/pictures/pl_1"} {
			g := &garden{}
			got, log := ask(t, newAPI(g, nil), call{"GET", target, "", key})
			if got.Status != 200 {
				t.Errorf("%s with key %q: %d %s", target, key, got.Status, got.Body)
			}
			if diff := cmp.Diff([]httpapi.Caller{{}}, g.by); diff != "" {
				t.Errorf("%s: %s", target, diff)
			}
			if strings.Contains(log, "pl_1") {
				t.Errorf("an id that may be the credential is logged: %s", log)
			}
		}
	}
}

func TestKeyIsNeverLogged(t *testing.T) {
	t.Parallel()
	for _, key := range []string{writer, "sk_live_s3cret"} {
		if _, log := ask(t, newAPI(&garden{}, keys{}), call{"GET", "/plants", "", key}); strings.Contains(log, key) {
			t.Errorf("log: %s", log)
		}
	}
}

func TestHandleServesWhatIsNotJSON(t *testing.T) {
	t.Parallel()
	got, _ := ask(t, newAPI(&garden{}, keys{}), call{"GET", "/plants/pl_1/picture", "", writer})
	if got.Status != http.StatusOK || got.Body != "\x89PNG" || got.Header.Get("Content-Type") != "image/png" {
		t.Errorf("%+v", got)
	}
	got, _ = ask(t, newAPI(&garden{}, keys{}), call{"GET", "/plants/pl_1/picture", "", ""})
	check(t, got, 401, problem("UNAUTHORIZED", "The API key is missing or not valid."))
}
