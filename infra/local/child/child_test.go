package child_test

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"perennial/infra/local/child"
	"perennial/infra/local/wait"
)

// TestMain lets this binary play a parent that starts a sleeper and waits to
// be killed.
func TestMain(m *testing.M) {
	if os.Getenv("CHILD_TEST_PARENT") == "" {
		os.Exit(m.Run())
	}
	if _, err := child.Start(".", os.Stdout, "sh", "-c", "echo $$; exec sleep 600"); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	select {}
}

func TestChildEndsWhenItsParentIsKilled(t *testing.T) {
	t.Parallel()
	parent := exec.Command(os.Args[0])
	parent.Env = append(os.Environ(), "CHILD_TEST_PARENT=1")
	out, err := parent.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := parent.Start(); err != nil {
		t.Fatal(err)
	}
	pid := readPID(t, out)
	if err := parent.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	waitGone(t, pid)
	_ = parent.Wait() // it was killed, which is its error
}

func TestStopEndsTheChild(t *testing.T) {
	t.Parallel()
	r, w := io.Pipe()
	p, err := child.Start(".", w, "sh", "-c", "echo $$; exec sleep 600")
	if err != nil {
		t.Fatal(err)
	}
	pid := readPID(t, r)
	if err := p.Stop(); err != nil {
		t.Fatal(err)
	}
	waitGone(t, pid)
}

func readPID(t *testing.T, r io.Reader) int {
	t.Helper()
	line, err := bufio.NewReader(r).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	pid, err := strconv.Atoi(strings.TrimSpace(line))
	if err != nil {
		t.Fatal(err)
	}
	return pid
}

func waitGone(t *testing.T, pid int) {
	t.Helper()
	wait.Until(t, "the process has ended", func() bool { return syscall.Kill(pid, 0) != nil || zombie(pid) })
}

// zombie tells a process that ended but was not yet collected by init.
func zombie(pid int) bool {
	out, err := exec.Command("ps", "-o", "stat=", "-p", strconv.Itoa(pid)).Output()
	return err == nil && strings.HasPrefix(strings.TrimSpace(string(out)), "Z")
}
