package merchantapi_test

import (
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	dodo "github.com/dodopayments/dodopayments-go"
)

// title is how the SDK's own list of methods names a route.
var title = regexp.MustCompile(`<code title="(\w+) ([^"]+)"`)

// sdkList is the official Go SDK's own list of methods.
func sdkList(t *testing.T) string {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "go", "list", "-m", "-f", "{{.Dir}}", "github.com/dodopayments/dodopayments-go").Output()
	if err != nil {
		t.Fatal(err)
	}
	list, err := os.ReadFile(filepath.Join(strings.TrimSpace(string(out)), "api.md"))
	if err != nil {
		t.Fatal(err)
	}
	return string(list)
}

// documented are the routes of the SDK, with x for every id.
func documented(t *testing.T) []operation {
	t.Helper()
	var all []operation
	for _, route := range title.FindAllStringSubmatch(sdkList(t), -1) {
		path := regexp.MustCompile(`\{\w+\}`).ReplaceAllString(route[2], "x")
		all = append(all, operation{method: strings.ToUpper(route[1]), path: path})
	}
	if len(all) < 100 {
		t.Fatalf("the SDK documents %d routes", len(all))
	}
	return all
}

// TestWhatTheSDKKnowsIsBuiltOrAnswers501 asks every route of the SDK, with a
// body that is nothing.
func TestWhatTheSDKKnowsIsBuiltOrAnswers501(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	before, missing := len(b.Store.Commits()), 0
	for _, op := range documented(t) {
		status, body := b.send(op.method, op.path, writer, "")
		if status == http.StatusMethodNotAllowed || strings.Contains(body, "no such endpoint") {
			t.Errorf("%s %s is not known: %d %s", op.method, op.path, status, body)
		}
		if status != http.StatusNotImplemented {
			continue
		}
		missing++
		if want := `{"code":"UNSUPPORTED_ACTION","message":"Perennial does not have this endpoint yet."}`; strings.TrimSpace(body) != want {
			t.Errorf("%s %s: %s", op.method, op.path, body)
		}
		if strings.HasPrefix(op.path, "/licenses/") {
			continue // public
		}
		if status, _ := b.send(op.method, op.path, "sk_test_guess", ""); status != http.StatusUnauthorized {
			t.Errorf("unknown key: %s %s: %d", op.method, op.path, status)
		}
		want := http.StatusNotImplemented
		if op.method != http.MethodGet {
			want = http.StatusForbidden
		}
		if status, _ := b.send(op.method, op.path, reader, ""); status != want {
			t.Errorf("read-only key: %s %s: %d, want %d", op.method, op.path, status, want)
		}
	}
	if b.unchanged(before); missing < 20 {
		t.Errorf("%d routes answer 501", missing)
	}
}

func TestTheSDKShowsWhatIsNotThereYet(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	_, err := b.client.Payouts.List(t.Context(), dodo.PayoutListParams{})
	b.refused(err, http.StatusNotImplemented, "UNSUPPORTED_ACTION")
}
