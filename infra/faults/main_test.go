package faults

import (
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"perennial/infra/local/dynamo"
)

var (
	goal    = flag.Int("faults.count", 0, "injections to reach; 0 does each scenario with each kind of disturbance once")
	seed    = flag.Uint64("faults.seed", 1, "decides the places of disturbances and the order of deliveries")
	only    = flag.String("faults.only", "", "only trials whose name contains this")
	abreast = flag.Int("faults.sites", 6, "sites that run side by side")
)

// binaries is the folder of the functions, built once for all sites.
var binaries string

// functions are the binaries that move money or carry its events.
var functions = []string{"collector", "gatewayevents", "holdflow", "publisher", "sandbox", "sweeper"}

func TestMain(m *testing.M) {
	flag.Parse()
	os.Exit(run(m))
}

func run(m *testing.M) int {
	dir, err := os.MkdirTemp("", "perennial-faults")
	if err == nil {
		defer func() { _ = os.RemoveAll(dir) }() // the system cleans up what is left
		binaries, err = dir, build(dir)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return m.Run()
}

// build makes the functions as the Makefile makes them for deployment.
func build(dir string) error {
	root, err := dynamo.ProjectRoot()
	if err != nil {
		return err
	}
	args := []string{"build", "-tags", "lambda.norpc", "-trimpath", "-buildvcs=false", "-ldflags", "-s -w -buildid=", "-o", dir + "/"}
	for _, f := range functions {
		args = append(args, "./"+filepath.Join("functions", f))
	}
	cmd := exec.Command("go", args...)
	cmd.Dir, cmd.Env = root, append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("build functions: %w\n%s", err, out)
	}
	return nil
}
