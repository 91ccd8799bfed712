// Package dynamo runs Amazon's own DynamoDB Local and makes the tables that
// the topology describes.
//
// The engine listens on the loopback port it is given, keeps its data in one
// folder or in memory, sends no telemetry, and never outlives this process.
package dynamo

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"perennial/infra/local/child"
)

// startLimit is how long the engine may take until it answers, on a machine
// that is busy with other things.
const startLimit = time.Minute

// errSlow says that the engine runs and does not answer.
var errSlow = fmt.Errorf("no answer within %s", startLimit)

// Options say where an engine listens and keeps its data.
type Options struct {
	Dir  string    // folder of the data, must exist; empty keeps everything in memory
	Port int       // 0 picks a free one
	Log  io.Writer // the engine's own output; nil drops it
}

// Engine is one running DynamoDB Local.
type Engine struct {
	url     string
	process *child.Process
	port    claim
}

// Start runs an engine and returns when it answers. The error wraps
// ErrNotInstalled when Java or the engine is missing, and names the port when
// somebody else listens there.
func Start(ctx context.Context, o Options) (*Engine, error) {
	java, err := javaPath()
	if err != nil {
		return nil, err
	}
	folder, err := jarFolder()
	if err != nil {
		return nil, err
	}
	var e *Engine
	for range 3 { // a free port may be somebody's until the engine listens
		if e, err = launch(ctx, o, java, folder); err == nil || o.Port != 0 || errors.Is(err, errSlow) {
			break
		}
	}
	return e, err
}

// launch runs an engine once.
func launch(ctx context.Context, o Options, java, folder string) (*Engine, error) {
	claimed, err := claimPort(o.Port)
	if err != nil {
		return nil, err
	}
	output := &tail{next: o.Log}
	process, err := child.Start(folder, output, java, arguments(o.Dir, claimed.port)...)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("start DynamoDB Local: %w", err), claimed.release())
	}
	e := &Engine{url: fmt.Sprintf("http://127.0.0.1:%d", claimed.port), process: process, port: claimed}
	if err := e.ready(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("start DynamoDB Local: %w: %s", err, output), e.Stop())
	}
	return e, nil
}

// URL is the engine's endpoint.
func (e *Engine) URL() string { return e.url }

// Exited is closed when the engine has ended, asked or not.
func (e *Engine) Exited() <-chan struct{} { return e.process.Exited() }

// Stop ends the engine; data in a folder stays.
func (e *Engine) Stop() error { return errors.Join(e.process.Stop(), e.port.release()) }

// arguments favour a quick start and a small heap: the engine holds a
// laptop's data, not a service's.
func arguments(dir string, port int) []string {
	args := []string{
		"-Xms32m", "-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xshare:auto",
		"-Djava.library.path=./DynamoDBLocal_lib", "-jar", "DynamoDBLocal.jar",
		"-sharedDb", "-disableTelemetry", "-port", strconv.Itoa(port),
	}
	if dir == "" {
		return append(args, "-inMemory")
	}
	return append(args, "-dbPath", dir)
}

// ready asks until the engine answers.
func (e *Engine) ready(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, startLimit)
	defer cancel()
	client := Client(e.url)
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for {
		if conn, err := net.Dial("tcp", e.url[len("http://"):]); err == nil {
			_ = conn.Close() // only asked whether somebody listens
			_, err := client.ListTables(ctx, &dynamodb.ListTablesInput{})
			return err
		}
		select {
		case <-e.process.Exited():
			return fmt.Errorf("it ended at once: %w", e.process.Err())
		case <-ctx.Done():
			return errSlow
		case <-tick.C:
		}
	}
}

// tail keeps the first output of the engine for an error message and passes
// everything on.
type tail struct {
	next  io.Writer
	first bytes.Buffer
}

func (t *tail) Write(p []byte) (int, error) {
	if t.first.Len() < 4096 {
		t.first.Write(p)
	}
	if t.next == nil {
		return len(p), nil
	}
	return t.next.Write(p)
}

func (t *tail) String() string { return t.first.String() }
