package merchantapi_test

import (
	"flag"
	"net/http/httptest"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"perennial/shared/httpapi/httpapitest"
)

var update = flag.Bool("update", false, "rewrite golden files")

// TestTheDescriptionIsPublished: docs/openapi.json is what the API says of
// itself, so that a change of the wire shows as a diff.
func TestTheDescriptionIsPublished(t *testing.T) {
	t.Parallel()
	got, err := newBench(t).api.OpenAPI()
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "../../docs/openapi.json", append(got, '\n'))
}

// TestTheReferenceIsUpToDate: reference.html, which the binary carries, shows
// every operation as it is.
func TestTheReferenceIsUpToDate(t *testing.T) {
	t.Parallel()
	description, err := newBench(t).api.OpenAPI()
	if err != nil {
		t.Fatal(err)
	}
	page, err := httpapitest.Reference(description)
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "reference.html", page)
}

func golden(t *testing.T, path string, got []byte) {
	t.Helper()
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s is not what the API describes; run with -update (-file +API):\n%s", path, diff)
	}
}

func TestTheReferenceIsServed(t *testing.T) {
	t.Parallel()
	w := httptest.NewRecorder()
	newBench(t).api.ServeHTTP(w, httptest.NewRequest("GET", "/docs", nil))
	if w.Code != 200 || !strings.Contains(w.Body.String(), `<article id="create-a-subscription">`) {
		t.Errorf("%d %.200s", w.Code, w.Body)
	}
}
