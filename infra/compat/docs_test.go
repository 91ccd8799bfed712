package compat

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "rewrite the list of checks in docs/api.md")

const guide = "../../docs/api.md"

// TestTheListOfSDKChecksIsPublished: docs/api.md shows each check, where it
// runs and which wait.
func TestTheListOfSDKChecksIsPublished(t *testing.T) {
	t.Parallel()
	node, err := os.ReadFile("checks.mjs")
	if err != nil {
		t.Fatal(err)
	}
	raw, err := os.ReadFile(guide)
	if err != nil {
		t.Fatal(err)
	}
	begin, end := "<!-- checks -->\n", "<!-- end of checks -->"
	before, rest, found := strings.Cut(string(raw), begin)
	_, after, ended := strings.Cut(rest, end)
	if !found || !ended {
		t.Fatal("docs/api.md has no place for the checks")
	}
	want := before + begin + table(string(node)) + end + after
	if *update {
		if err := os.WriteFile(guide, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	} else if diff := cmp.Diff(want, string(raw)); diff != "" {
		t.Errorf("docs/api.md is not the list of checks; run with -update (-list +document):\n%s", diff)
	}
}

// table is the list in Markdown. That a check passes is what the suite shows.
func table(node string) string {
	var out strings.Builder
	all := checks()
	fmt.Fprintf(&out, "%d checks, of which %d wait.\n\n| | Check | Go | Node |\n| --- | --- | --- | --- |\n", len(all), len(waiting))
	for _, c := range all {
		by, again := "passes", ""
		if why := waiting[c.String()]; why != "" {
			by = "waits for " + why
		}
		if strings.Contains(node, fmt.Sprintf(`check("%02d `, c.number)) {
			again = "in part"
		}
		if strings.Contains(node, `"`+c.String()+`"`) {
			again = "passes"
		}
		fmt.Fprintf(&out, "| %d | %s | %s | %s |\n", c.number, c.name, by, again)
	}
	return out.String()
}

// TestTheSDKSnippetsOfTheGuideRun runs what docs/api.md tells merchants to
// write, in the languages whose SDK is at hand.
func TestTheSDKSnippetsOfTheGuideRun(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	s.customer()
	s.customer()
	for _, language := range []string{"go", "js"} {
		if out := s.run(guide, language); strings.TrimSpace(out) != "2 customers" {
			t.Errorf("%s says %q", language, out)
		}
	}
}

// run runs the code that a page shows in a language, as the merchant would,
// and gives what it prints.
func (s *shop) run(page, language string) string {
	s.Helper()
	code := snippet(s.T, page, language)
	var program *exec.Cmd
	switch language {
	case "go":
		folder, err := os.MkdirTemp("../../build", "snippet-")
		s.must(err)
		s.Cleanup(func() { s.must(os.RemoveAll(folder)) })
		file := filepath.Join(folder, "main.go")
		s.must(os.WriteFile(file, code, 0o600))
		program = exec.CommandContext(s.Context(), "go", "run", file)
	case "js":
		program = exec.CommandContext(s.Context(), "node", "--input-type=module", "-")
		program.Stdin, program.Dir = bytes.NewReader(code), "../../infra"
	default:
		program = exec.CommandContext(s.Context(), "bash", "-euo", "pipefail")
		program.Stdin = bytes.NewReader(code)
	}
	program.Env = append(os.Environ(), "PERENNIAL_URL="+s.stack.URL("api"), "PERENNIAL_KEY="+s.key)
	out, err := program.CombinedOutput()
	if err != nil {
		s.Fatalf("%s of %s: %v\n%s", language, page, err, out)
	}
	return string(out)
}

// snippet is a page's code in a language.
func snippet(t *testing.T, page, language string) []byte {
	t.Helper()
	raw, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	_, rest, found := strings.Cut(string(raw), "```"+language+"\n")
	code, _, ended := strings.Cut(rest, "```")
	if !found || !ended {
		t.Fatalf("%s has no snippet in %s", page, language)
	}
	return []byte(code)
}
