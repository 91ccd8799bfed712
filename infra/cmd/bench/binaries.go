package main

import (
	"archive/zip"
	"compress/flate"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"perennial/infra/topology"
)

// binary is one bootstrap.
type binary struct{ name, path string }

// The two yardsticks, built with the flags of the functions.
const (
	probeEmpty   = "empty handler"
	probeClients = "three AWS clients"
)

// functionBinaries lists the bootstraps of the topology.
func functionBinaries(root string) []binary {
	var all []binary
	for _, f := range topology.Functions {
		all = append(all, binary{f.Name, filepath.Join(root, "build", f.Name, "bootstrap")})
	}
	return all
}

// buildProbes builds the yardsticks into a folder.
func buildProbes(ctx context.Context, root, dir string) ([]binary, error) {
	probes := []binary{{probeEmpty, filepath.Join(dir, "empty")}, {probeClients, filepath.Join(dir, "clients")}}
	for _, p := range probes {
		err := goBuild(ctx, root, p.path, "./infra/cmd/bench/"+filepath.Base(p.path))
		if err != nil {
			return nil, fmt.Errorf("build %s: %w", p.name, err)
		}
	}
	return probes, nil
}

// goBuild builds as the Makefile builds a bootstrap.
func goBuild(ctx context.Context, root, out, pkg string) error {
	cmd := exec.CommandContext(ctx, "go", "build", "-tags", "lambda.norpc", "-trimpath", "-buildvcs=false",
		"-ldflags", "-s -w -buildid=", "-o", out, pkg)
	cmd.Dir, cmd.Stderr = root, os.Stderr
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	return cmd.Run()
}

// binariesTable tells size and start of every binary.
func binariesTable(ctx context.Context, probes, functions []binary, env []string) (*table, error) {
	binaries := append(probes, functions...)
	all, err := coldStarts(ctx, binaries, env)
	if err != nil {
		return nil, err
	}
	times := map[string]time.Duration{}
	for name, sample := range all {
		times[name] = quantile(durations(sample), 0.5)
	}
	t := newTable("Binaries: size and cold start",
		"binary", "raw MB", "zip -9 MB", "start p50 ms", "start p90 ms", "x empty", "x clients", "memory MB")
	for _, b := range binaries {
		raw, zipped, err := sizes(b.path)
		if err != nil {
			return nil, err
		}
		sample := all[b.name]
		t.row(b.name, megabytes(raw), megabytes(zipped), ms(times[b.name]), ms(quantile(durations(sample), 0.9)),
			ratio(times[b.name], times[probeEmpty]), ratio(times[b.name], times[probeClients]), megabytes(sample[0].memory))
	}
	t.note("Start: from exec until the first request for an event, %d starts of each binary in turns; memory: resident at that moment. "+
		"Process times, not Lambda cold starts: no virtual machine, no download.", starts)
	return t, nil
}

func durations(sample []started) []time.Duration {
	all := make([]time.Duration, len(sample))
	for i, s := range sample {
		all[i] = s.took
	}
	return all
}

// sizes measures a file as it is and as the deployment package that holds it.
func sizes(path string) (raw, zipped int64, err error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return 0, 0, err
	}
	var count counter
	z := zip.NewWriter(&count)
	z.RegisterCompressor(zip.Deflate, func(w io.Writer) (io.WriteCloser, error) {
		return flate.NewWriter(w, flate.BestCompression)
	})
	file, err := z.Create("bootstrap")
	if err != nil {
		return 0, 0, err
	}
	_, err = file.Write(data)
	err = errors.Join(err, z.Close())
	return int64(len(data)), int64(count), err
}

// counter counts what is written to it.
type counter int64

func (c *counter) Write(p []byte) (int, error) {
	*c += counter(len(p))
	return len(p), nil
}
