package merchantapi_test

import (
	"flag"
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "rewrite golden files")

// TestTheDescriptionIsPublished: docs/openapi.json is what the API says of
// itself, so that a change of the wire shows as a diff.
func TestTheDescriptionIsPublished(t *testing.T) {
	t.Parallel()
	const golden = "../../docs/openapi.json"
	got, err := newBench(t).api.OpenAPI()
	if err != nil {
		t.Fatal(err)
	}
	got = append(got, '\n')
	if *update {
		if err := os.WriteFile(golden, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("docs/openapi.json is not what the API describes; run with -update (-file +API):\n%s", diff)
	}
}
