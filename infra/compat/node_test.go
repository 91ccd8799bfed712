package compat

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"testing"
)

// TestTheNodeSDKWorksUnmodified repeats part of the list, more than a third of
// it, with the official Node SDK.
func TestTheNodeSDKWorksUnmodified(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	node := exec.CommandContext(t.Context(), "node", "checks.mjs")
	node.Env = append(os.Environ(), "API="+s.stack.URL("api"), "KEY="+s.key, "BUSINESS="+s.scope.Business)
	var trouble bytes.Buffer
	node.Stderr = &trouble
	out, err := node.Output()
	if err != nil {
		t.Fatalf("%v\n%s", err, &trouble)
	}
	ran := map[string]bool{}
	for line := range bytes.Lines(out) {
		var got struct{ Name, Error string }
		if err := json.Unmarshal(line, &got); err != nil {
			t.Fatalf("%v: %s", err, line)
		}
		t.Run(got.Name, func(t *testing.T) {
			if got.Error != "" {
				t.Error(got.Error)
			}
		})
		ran[got.Name[:2]] = true
	}
	if len(ran) < 14 {
		t.Errorf("%d of the 40 lines were repeated, want a third", len(ran))
	}
}
