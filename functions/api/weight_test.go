package main

import (
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// A template engine calls methods by name, so the linker would keep every
// method of every SDK: 6 MB more to load at a cold start. The tag is the
// Makefile's; without it the Lambda library brings an engine of its own.
func TestNoTemplateEngineInTheBinary(t *testing.T) {
	t.Parallel()
	out, err := exec.CommandContext(t.Context(), "go", "list", "-deps", "-tags", "lambda.norpc", ".").Output()
	must(t, err)
	linked := strings.Fields(string(out))
	if !slices.Contains(linked, "perennial/shared/httpapi") {
		t.Fatalf("go list knows %d packages, and not ours", len(linked))
	}
	if slices.Contains(linked, "text/template") {
		t.Error("text/template is linked; `go list -deps -json` says by whom")
	}
}
