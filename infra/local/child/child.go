// Package child runs helper processes that must never outlive their parent,
// even when the parent is killed.
//
// Each process is watched by a small shell that holds the read end of a pipe.
// The parent holds the write end; when the parent goes, for whatever reason,
// the kernel closes it, and the shell ends the process. This works alike on
// Linux and macOS and needs no signal handler.
package child

import (
	"errors"
	"io"
	"os"
	"os/exec"
	"syscall"
	"time"
)

// watch runs "$@" and kills it as soon as its own standard input closes.
const watch = `exec 3<&0
"$@" </dev/null 3<&- &
child=$!
{ cat <&3; kill -9 $child; } >/dev/null 2>&1 &
exec 3<&-
wait $child`

// stopGrace is how long Stop waits for a polite end before it kills.
const stopGrace = 3 * time.Second

// Process is one running helper process.
type Process struct {
	cmd    *exec.Cmd
	stdin  io.Closer
	exited chan struct{}
	err    error
}

// Start runs name with args in folder dir; both output streams go to log.
func Start(dir string, log io.Writer, name string, args ...string) (*Process, error) {
	path, err := exec.LookPath(name)
	if err != nil {
		return nil, err
	}
	cmd := exec.Command("/bin/sh", append([]string{"-c", watch, "sh", path}, args...)...)
	cmd.Dir = dir
	cmd.Stdout, cmd.Stderr = log, log
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	stdin, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	p := &Process{cmd: cmd, stdin: stdin, exited: make(chan struct{})}
	go func() {
		p.err = cmd.Wait()
		close(p.exited)
	}()
	return p, nil
}

// Exited is closed when the process has ended.
func (p *Process) Exited() <-chan struct{} { return p.exited }

// Err is the way the process ended; it is valid once Exited is closed.
func (p *Process) Err() error { return p.err }

// Stop asks the process to end, kills it after three seconds, and returns
// when it is gone.
func (p *Process) Stop() error {
	group := -p.cmd.Process.Pid
	if err := syscall.Kill(group, syscall.SIGTERM); err != nil && !errors.Is(err, syscall.ESRCH) {
		return err
	}
	select {
	case <-p.exited:
	case <-time.After(stopGrace):
		_ = p.stdin.Close() // the watching shell kills the process
		_ = syscall.Kill(group, syscall.SIGKILL)
		<-p.exited
	}
	if err := p.stdin.Close(); err != nil && !errors.Is(err, os.ErrClosed) {
		return err
	}
	return nil
}
