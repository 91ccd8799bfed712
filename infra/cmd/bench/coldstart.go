package main

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"time"

	"perennial/infra/local/identity"
)

// starts is how often each binary is started.
const starts = 30

// startLimit is how long a binary may take until it asks for work.
const startLimit = 10 * time.Second

// started is one start of a bootstrap: how long it took from exec until it
// asked for its first event, and what it then held in memory.
type started struct {
	took   time.Duration
	memory int64 // resident bytes
}

// coldStarts starts every binary again and again, in turns, so that a busy
// moment of the machine falls on all of them.
func coldStarts(ctx context.Context, binaries []binary, env []string) (map[string][]started, error) {
	all := map[string][]started{}
	for range starts {
		for _, b := range binaries {
			s, err := coldStart(ctx, b.path, env)
			if err != nil {
				return nil, fmt.Errorf("start %s: %w", b.name, err)
			}
			all[b.name] = append(all[b.name], s)
		}
	}
	return all, nil
}

// coldStart runs a bootstrap under a Runtime API that has no event for it, and
// ends it once it asks.
func coldStart(ctx context.Context, path string, env []string) (started, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return started{}, err
	}
	asked := make(chan time.Time, 1)
	ctx, cancel := context.WithTimeout(ctx, startLimit)
	defer cancel()
	api := &http.Server{ReadHeaderTimeout: startLimit, Handler: http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/invocation/next") {
			asked <- time.Now()
		}
		<-ctx.Done()
	})}
	go func() { _ = api.Serve(l) }() // ends with Close
	defer api.Close()                //nolint:errcheck // nothing is under way but the question without an answer
	cmd := exec.CommandContext(ctx, path)
	cmd.Env = append(lambdaVariables(l.Addr().String()), env...)
	var said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &said, &said
	began := time.Now()
	if err := cmd.Start(); err != nil {
		return started{}, err
	}
	s, err := watch(ctx, cmd.Process.Pid, began, asked)
	cancel()
	_ = cmd.Wait() // it was killed
	if err != nil {
		return s, fmt.Errorf("%w: %s", err, &said)
	}
	return s, nil
}

func watch(ctx context.Context, pid int, began time.Time, asked <-chan time.Time) (started, error) {
	select {
	case at := <-asked:
		memory, err := resident(pid)
		return started{at.Sub(began), memory}, err
	case <-ctx.Done():
		return started{}, fmt.Errorf("it asked for no event within %s", startLimit)
	}
}

// lambdaVariables is what the Lambda service itself would set.
func lambdaVariables(api string) []string {
	return []string{
		"AWS_LAMBDA_RUNTIME_API=" + api, "AWS_LAMBDA_FUNCTION_NAME=bench", "AWS_LAMBDA_FUNCTION_VERSION=$LATEST",
		"AWS_LAMBDA_FUNCTION_MEMORY_SIZE=256", "AWS_REGION=" + identity.Region,
		"AWS_ACCESS_KEY_ID=" + identity.KeyID, "AWS_SECRET_ACCESS_KEY=" + identity.SecretKey,
		"AWS_EC2_METADATA_DISABLED=true", "AWS_CONFIG_FILE=/dev/null", "AWS_SHARED_CREDENTIALS_FILE=/dev/null",
	}
}

// resident is the memory that a process holds, by the kernel's books.
func resident(pid int) (int64, error) { return statusBytes(pid, "status", "VmRSS:") }

// statusBytes reads one line in kB of a file below /proc.
func statusBytes(pid int, file, label string) (int64, error) {
	data, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/" + file)
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(string(data)) {
		if rest, ok := strings.CutPrefix(line, label); ok {
			kb, err := strconv.ParseInt(strings.Fields(rest)[0], 10, 64)
			return kb << 10, err
		}
	}
	return 0, fmt.Errorf("/proc/%d/%s has no %s", pid, file, label)
}
