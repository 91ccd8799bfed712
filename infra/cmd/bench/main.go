// Command bench measures what a person, an operator or a bill would notice,
// and prints it: requests and write units of each operation, size and cold
// start of each function, latency, page weight, memory. It judges nothing;
// machines are noisy. Ratios are taken within one run. Arguments choose
// sections: rules, wire, binaries, latency, clock, pages, documents, run.
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
	"strconv"
	"strings"
	"time"

	"perennial/infra/local/dynamo"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := bench(ctx, os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// section is a part of the report.
type section struct {
	name    string
	measure func(context.Context, place) (*table, error)
}

var sections = []section{{"rules", ruleSection}, {"wire", wireSection}, {"binaries", binarySection}, {"latency", latencySection}, {"clock", clockSection}, {"pages", pageSection}, {"documents", paperSection}, {"run", runSection}}

// bench prints every section, or only those that are named.
func bench(ctx context.Context, only []string, out io.Writer) (err error) {
	if err := known(only); err != nil {
		return err
	}
	root, err := dynamo.ProjectRoot()
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "perennial-bench-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	engine, err := dynamo.Start(ctx, dynamo.Options{})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, engine.Stop()) }()
	return place{root: root, dir: dir, engine: engine.URL()}.report(ctx, only, out)
}

// report measures section after section.
func (p place) report(ctx context.Context, only []string, out io.Writer) error {
	if _, err := io.WriteString(out, machine()); err != nil {
		return err
	}
	for _, section := range sections {
		if len(only) > 0 && !slices.Contains(only, section.name) {
			continue
		}
		t, err := section.measure(ctx, p)
		if err != nil {
			return fmt.Errorf("%s: %w", section.name, err)
		}
		if _, err := io.WriteString(out, t.String()); err != nil {
			return err
		}
	}
	return nil
}

// known refuses names that are no section's.
func known(names []string) error {
	for _, name := range names {
		if !slices.ContainsFunc(sections, func(s section) bool { return s.name == name }) {
			return fmt.Errorf("there is no section %q", name)
		}
	}
	return nil
}

// place is where the bench works.
type place struct {
	root   string // of the project
	dir    string // for what is thrown away
	engine string // DynamoDB
}

// machine says what the numbers were measured on.
func machine() string {
	return fmt.Sprintf("Measured on %s: %s/%s, %d cores (%s), %s GB of memory, %s.\n",
		time.Now().UTC().Format(time.DateOnly), runtime.GOOS, runtime.GOARCH, runtime.NumCPU(),
		proc("/proc/cpuinfo", "model name"), gigabytes(proc("/proc/meminfo", "MemTotal")), runtime.Version())
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

// gigabytes rounds an amount such as "24682416 kB".
func gigabytes(kilobytes string) string {
	kb, err := strconv.ParseInt(strings.TrimSuffix(kilobytes, " kB"), 10, 64)
	if err != nil {
		return kilobytes
	}
	return strconv.FormatInt((kb+1<<19)>>20, 10)
}

// binarySection builds the yardsticks and starts everything.
func binarySection(ctx context.Context, p place) (*table, error) {
	probes, err := buildProbes(ctx, p.root, p.dir)
	if err != nil {
		return nil, err
	}
	stack, err := p.start(ctx, "cold", nil)
	if err != nil {
		return nil, err
	}
	t, err := binariesTable(ctx, probes, functionBinaries(p.root), stack.env)
	return t, errors.Join(err, stack.Stop())
}
