package compat

import (
	"flag"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"
)

var (
	fuzzFor  = flag.Duration("fuzz.for", time.Minute, "how long TestFuzzAPI sends requests")
	fuzzSeed = flag.Int("fuzz.seed", 0, "of the generated requests; 0 takes a new one")
	fuzzer   = flag.String("fuzz.tool", "", "the schemathesis command; TestFuzzAPI needs it")
)

// harmful is left out: any valid instant starts years of work.
const harmful = "/test-clock/advance"

// TestFuzzAPI sends requests that Schemathesis makes from the API's own
// description, right and wrong ones, through a watcher. Nothing may fail
// inside, answer outside the description, or be written by a refused request.
func TestFuzzAPI(t *testing.T) {
	if *fuzzer == "" {
		return // make fuzz-api runs it; without the tool there is nothing to send
	}
	s := newShop(t)
	w := newWatcher(s, s.fixtures(s.key, false), s.fixtures(s.key, true))
	args := []string{
		"run", w.URL + "/openapi.json", "--url", w.URL, "--phases", "coverage,fuzzing", "--exclude-path", harmful,
		"--checks", "response_schema_conformance,content_type_conformance,status_code_conformance",
		"--max-time", strconv.Itoa(int(fuzzFor.Seconds())), "--continue-on-failure", "--no-color", "--warnings", "off",
		"--suppress-health-check", "all", "--generation-database", "none",
	}
	if *fuzzSeed != 0 {
		args = append(args, "--seed", strconv.Itoa(*fuzzSeed))
	}
	run := exec.CommandContext(t.Context(), *fuzzer, args...)
	run.Dir = t.TempDir() // it leaves files behind
	run.Env = append(os.Environ(), "COLUMNS=200")
	said, err := run.CombinedOutput()
	if err != nil {
		t.Errorf("%v\n%s", err, said)
	}
	for _, problem := range w.problems() {
		t.Error(problem)
	}
	t.Logf("%s\n%s", w, lastLines(string(said), 12))
	if w.sent() < 100 {
		t.Errorf("only %d requests were sent:\n%s", w.sent(), said)
	}
}

func lastLines(text string, n int) string {
	all := strings.Split(strings.TrimSpace(text), "\n")
	return strings.Join(all[max(0, len(all)-n):], "\n")
}
