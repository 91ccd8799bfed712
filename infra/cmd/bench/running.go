package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"perennial/infra/local"
)

// runSection starts what `make run` starts, waits until it is ready, and
// looks at the memory of its processes.
func runSection(ctx context.Context, p place) (_ *table, err error) {
	t := newTable("make run", "what", "value")
	program := filepath.Join(p.dir, "perennial")
	for _, step := range []struct {
		name    string
		command []string
	}{
		{"make build, nothing changed", []string{"make", "-s", "build"}},
		{"the command's own build, nothing changed", []string{"go", "build", "-o", program, "./infra/cmd/perennial"}},
	} {
		if err := timed(ctx, p.root, step.command); err != nil { // the first time may have something to do
			return nil, err
		}
		began := time.Now()
		if err := timed(ctx, p.root, step.command); err != nil {
			return nil, err
		}
		t.row(step.name, seconds(time.Since(began)))
	}
	return t, p.runs(ctx, t, program)
}

func timed(ctx context.Context, dir string, command []string) error {
	cmd := exec.CommandContext(ctx, command[0], command[1:]...)
	cmd.Dir, cmd.Stderr = dir, os.Stderr
	return cmd.Run()
}

func seconds(d time.Duration) string { return fmt.Sprintf("%.1f s", d.Seconds()) }

// runs starts the stack twice in a folder of its own below the project: with
// nothing kept, and on what the first start kept.
func (p place) runs(ctx context.Context, t *table, program string) (err error) {
	dir, err := os.MkdirTemp(filepath.Join(p.root, "build"), "bench-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	for _, start := range []string{"start to ready, first time", "start to ready, data kept"} {
		began := time.Now()
		cmd, err := running(ctx, program, dir)
		if err != nil {
			return err
		}
		t.row(start, seconds(time.Since(began)))
		if start == "start to ready, data kept" {
			err = idle(t, cmd.Process.Pid, dir)
		}
		err = errors.Join(err, cmd.Process.Signal(syscall.SIGINT), cmd.Wait())
		if err != nil {
			return err
		}
	}
	return nil
}

// running starts the command and returns when it says that it is ready.
func running(ctx context.Context, program, dir string) (*exec.Cmd, error) {
	cmd := exec.CommandContext(ctx, program, "local", "--port", "0", "--tick", "1h")
	cmd.Dir, cmd.Stderr = dir, os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	for lines := bufio.NewScanner(out); lines.Scan(); {
		if strings.Contains(lines.Text(), "Ctrl-C") {
			return cmd, nil
		}
	}
	return nil, errors.Join(errors.New("make run never became ready"), cmd.Wait())
}

// idle wakes the functions that serve pages and adds up what every process
// but DynamoDB holds, shared pages once.
func idle(t *table, pid int, dir string) error {
	vars, err := local.Kept(filepath.Join(dir, ".local"))
	if err != nil {
		return err
	}
	for _, name := range []string{"PERENNIAL_URL_API", "PERENNIAL_URL_PORTAL", "PERENNIAL_URL_CHECKOUT", "PERENNIAL_URL_SANDBOX"} {
		answer, err := local.Client().Get(vars[name] + "/")
		if err != nil {
			return err
		}
		_ = answer.Body.Close() // only its function was wanted
	}
	var functions, memory int64
	own, err := statusBytes(pid, "smaps_rollup", "Pss:")
	if err != nil {
		return err
	}
	for _, child := range children(pid) {
		if strings.HasSuffix(child.path, "/bootstrap") {
			bytes, err := statusBytes(child.pid, "smaps_rollup", "Pss:")
			if err != nil {
				return err
			}
			functions, memory = functions+1, memory+bytes
		}
	}
	t.row("idle memory without DynamoDB", fmt.Sprintf("%s MB: the command %s MB, %d warm functions %s MB",
		megabytes(own+memory), megabytes(own), functions, megabytes(memory)))
	return nil
}

// process is a child of a process and the file that it runs.
type process struct {
	pid  int
	path string
}

// children lists the processes that a process has started.
func children(parent int) []process {
	var all []process
	stats, _ := filepath.Glob("/proc/[0-9]*/stat") // the pattern is right
	for _, stat := range stats {
		data, err := os.ReadFile(stat)
		if err != nil {
			continue // it has ended
		}
		pid, _ := strconv.Atoi(filepath.Base(filepath.Dir(stat)))
		_, rest, _ := strings.Cut(string(data), ") ")
		fields := strings.Fields(rest) // state, parent, ...
		path, err := os.Readlink(filepath.Join(filepath.Dir(stat), "exe"))
		if err == nil && len(fields) > 1 && fields[1] == strconv.Itoa(parent) {
			all = append(all, process{pid, path})
		}
	}
	return all
}
