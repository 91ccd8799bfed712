// Command bench measures what a person, an operator or a bill would notice,
// and prints it: requests and write units of each operation, size and cold
// start of each function, latency, page weight, memory. It judges nothing;
// machines are noisy. Ratios are taken within one run. Arguments choose
// sections: wire, binaries, latency, pages, run.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime"
	"slices"
	"strings"
	"time"

	"perennial/infra/local/dynamo"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := bench(ctx, os.Environ(), os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// sections in their order, which can be chosen by name.
var sections = []struct {
	name    string
	measure func(context.Context, place) ([]*table, error)
}{{"wire", wireSection}, {"binaries", binarySection}, {"latency", latencySection}, {"pages", pageSection}, {"run", runSection}}

// bench prints section after section, or only those that are named.
func bench(ctx context.Context, environ, only []string, out io.Writer) (err error) {
	root, err := dynamo.ProjectRoot()
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "perennial-bench-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	if _, err := io.WriteString(out, machine()); err != nil {
		return err
	}
	engine, err := dynamo.Start(ctx, dynamo.Options{})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, engine.Stop()) }()
	p := place{root: root, dir: dir, engine: engine.URL(), environ: environ}
	for _, section := range sections {
		if len(only) > 0 && !slices.Contains(only, section.name) {
			continue
		}
		tables, err := section.measure(ctx, p)
		if err != nil {
			return fmt.Errorf("%s: %w", section.name, err)
		}
		for _, t := range tables {
			if _, err := io.WriteString(out, t.String()); err != nil {
				return err
			}
		}
	}
	return nil
}

// place is where the bench works.
type place struct {
	root    string   // of the project
	dir     string   // for what is thrown away
	engine  string   // DynamoDB
	environ []string // of this process before the first stack
}

// machine says what the numbers were measured on.
func machine() string {
	return fmt.Sprintf("Measured on %s: %s/%s, %d cores (%s), %s memory, %s.\n",
		time.Now().UTC().Format(time.DateOnly), runtime.GOOS, runtime.GOARCH, runtime.NumCPU(),
		proc("/proc/cpuinfo", "model name"), proc("/proc/meminfo", "MemTotal"), runtime.Version())
}

// proc is the first value of a name in one of the kernel's tables.
func proc(file, name string) string {
	data, err := os.ReadFile(file)
	if err != nil {
		return "unknown"
	}
	for line := range strings.Lines(string(data)) {
		if label, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(label) == name {
			return strings.TrimSpace(value)
		}
	}
	return "unknown"
}

// binarySection builds the yardsticks and starts everything.
func binarySection(ctx context.Context, p place) ([]*table, error) {
	probes, err := buildProbes(ctx, p.root, p.dir)
	if err != nil {
		return nil, err
	}
	stack, err := p.start(ctx, "cold", nil)
	if err != nil {
		return nil, err
	}
	t, err := binariesTable(ctx, probes, functionBinaries(p.root), stack.env)
	return []*table{t}, errors.Join(err, stack.Stop())
}
