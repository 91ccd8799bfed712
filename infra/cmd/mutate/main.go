// Command mutate plants errors in the engine, one at a time and in a copy
// only, and lets the story of the years run: each must make it fail, or the
// story proves less than it says.
//
// The copy is an overlay of the go command, so that the working tree is never
// touched.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"perennial/infra/local/dynamo"
)

func main() {
	only := flag.String("only", "", "mutants whose name contains this")
	flag.Parse()
	root, err := dynamo.ProjectRoot()
	if err == nil {
		err = run(context.Background(), root, *only)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "mutate:", err)
		os.Exit(1)
	}
}

// stories are the tests that need no database: the years, and the worked
// examples.
const stories = "^(TestYears|Test.*Examples)$"

// run tries every mutant and names those that nobody noticed.
func run(ctx context.Context, root, only string) error {
	dir, err := os.MkdirTemp("", "perennial-mutants")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }() // the system cleans up what is left
	var missed []string
	for _, m := range mutants {
		if !strings.Contains(m.name, only) {
			continue
		}
		begun := time.Now()
		said, err := m.noticed(ctx, root, dir)
		if err != nil {
			return fmt.Errorf("%s: %w", m.name, err)
		}
		if said == "" {
			missed = append(missed, m.name)
			said = "NOT NOTICED"
		}
		fmt.Printf("%-45s %5.1fs  %s\n", m.name, time.Since(begun).Seconds(), said)
	}
	if len(missed) > 0 {
		return fmt.Errorf("the story does not notice: %s", strings.Join(missed, "; "))
	}
	return nil
}

// patch gives the file with the error in it.
func (m mutant) patch(root string) (string, error) {
	source, err := os.ReadFile(filepath.Join(root, m.file))
	if err != nil {
		return "", err
	}
	if n := strings.Count(string(source), m.old); n != 1 {
		return "", fmt.Errorf("%q is %d times in %s, want once", m.old, n, m.file)
	}
	return strings.Replace(string(source), m.old, m.new, 1), nil
}

// noticed runs stories on the mutant and gives the first thing that one said
// against it, or nothing when they passed.
func (m mutant) noticed(ctx context.Context, root, dir string) (string, error) {
	patched, err := m.patch(root)
	if err != nil {
		return "", err
	}
	file, overlay := filepath.Join(dir, "mutant.go"), filepath.Join(dir, "overlay.json")
	replace, err := json.Marshal(map[string]any{"Replace": map[string]string{filepath.Join(root, m.file): file}})
	if err == nil {
		err = errors.Join(os.WriteFile(file, []byte(patched), 0o600), os.WriteFile(overlay, replace, 0o600))
	}
	if err != nil {
		return "", err
	}
	for _, seed := range seeds {
		said, err := tell(ctx, root, overlay, seed)
		if err != nil || said != "" {
			return said, err
		}
	}
	return "", nil
}

// seeds are the stories that an error must hide in before it counts as missed:
// what happens to fifty subscriptions in one of them need not meet it. In the
// last, a plan changes in a period that credit paid after a refund.
var seeds = []int{1, 2, 3, 11}

// tell runs one story over an overlay and gives what it says against it.
func tell(ctx context.Context, root, overlay string, seed int) (string, error) {
	story := exec.CommandContext(ctx, "go", "test", "-count=1", "-overlay", overlay, "-run", stories, "./infra/years", "-args", "-years.seed", strconv.Itoa(seed))
	story.Dir = root
	out, err := story.CombinedOutput()
	text := string(out)
	switch {
	case err == nil:
		return "", nil
	case strings.Contains(text, "[build failed]") || !strings.Contains(text, "--- FAIL: "):
		return "", fmt.Errorf("the story did not run: %s", text)
	}
	return complaint(text), nil
}

// complaint is the first line that a failed test said.
func complaint(out string) string {
	for line := range strings.Lines(out) {
		if _, said, ok := strings.Cut(line, "_test.go:"); ok {
			_, said, _ = strings.Cut(strings.TrimSpace(said), " ")
			return said[:min(len(said), 110)]
		}
	}
	return "it failed"
}
