package main

import (
	"go/parser"
	"go/token"
	"testing"

	"perennial/infra/local/dynamo"
)

// A mutant whose place has moved would never be tried again.
func TestEveryMutantStillHasItsPlace(t *testing.T) {
	t.Parallel()
	root, err := dynamo.ProjectRoot()
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range mutants {
		patched, err := m.patch(root)
		if err != nil {
			t.Errorf("%s: %v", m.name, err)
			continue
		}
		if _, err := parser.ParseFile(token.NewFileSet(), m.file, patched, 0); err != nil {
			t.Errorf("%s is no Go: %v", m.name, err)
		}
	}
}

func TestAComplaintIsTheFirstThingSaid(t *testing.T) {
	t.Parallel()
	out := "time=x level=INFO\n    story_test.go:21: m1 is active\n      more\n    story_test.go:22: m2\n--- FAIL: TestYears\n"
	if got := complaint(out); got != "m1 is active" {
		t.Errorf("got %q", got)
	}
}
