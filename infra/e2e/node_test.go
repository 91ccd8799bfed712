package e2e

import (
	"os"
	"os/exec"
	"strings"
	"testing"
)

// The official Node SDK shows R141 and R305 from the other language.
func TestTheNodeSDKWorksUnmodified(t *testing.T) {
	s, _, _, _ := stage(t)
	node := exec.CommandContext(t.Context(), "node", "sdk.mjs")
	node.Env = append(os.Environ(), "API="+s.API, "KEY="+s.Key)
	out, err := node.CombinedOutput()
	if err != nil || !strings.Contains(string(out), "content") {
		t.Errorf("%v\n%s", err, out)
	}
}
