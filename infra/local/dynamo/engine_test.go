package dynamo_test

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"perennial/infra/local/dynamo"
)

// An engine that cannot listen, because its port was taken before it did, is
// started again on another one.
func TestALostPortIsReplaced(t *testing.T) {
	java, err := exec.LookPath("java")
	if err != nil {
		t.Fatal(err)
	}
	if home := os.Getenv("JAVA_HOME"); home != "" {
		java = filepath.Join(home, "bin", "java")
	}
	home := t.TempDir()
	script := fmt.Sprintf("#!/bin/sh\nif mkdir %q 2>/dev/null; then exit 1; fi\nexec %q \"$@\"\n", filepath.Join(home, "lost"), java)
	if err := errors.Join(os.Mkdir(filepath.Join(home, "bin"), 0o700), os.WriteFile(filepath.Join(home, "bin", "java"), []byte(script), 0o700)); err != nil {
		t.Fatal(err)
	}
	t.Setenv("JAVA_HOME", home)
	engine, err := dynamo.Start(t.Context(), dynamo.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := engine.Stop(); err != nil {
		t.Error(err)
	}
}
