package local

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"perennial/infra/local/dynamo"
	"perennial/infra/local/sfn"
	"perennial/infra/topology"
)

// The ports that the command uses.
const (
	DefaultPort     = 8700
	DefaultTick     = 5 * time.Second
	functionIdle    = 10 * time.Minute
	functionsAtOnce = 4 // environments of one function
)

// Options configure a stack. The zero value suits a test: free ports, nothing
// kept, no ticks but those asked for.
type Options struct {
	Root  string        // the project's folder; empty finds it upwards from here
	Dir   string        // keeps data, such as ".local"; empty keeps nothing
	Port  int           // of the front; 0 takes free ones
	Tick  time.Duration // between ticks of the schedule; 0 means only Stack.Tick
	Retry time.Duration // before a failed queue message comes back; 0 means one second
	Log   io.Writer     // functions and stand-ins; nil drops
	Cold  bool          // a new process for each invocation

	// Bootstrap says where a function's executable is; nil means
	// build/<function>/bootstrap.
	Bootstrap func(function string) string
	// Env sets values of variables, for the functions that the topology
	// entitles to them; PERENNIAL_LOG_LEVEL and PERENNIAL_URL_STRIPE go to all.
	Env map[string]string
	// Endpoint may put a proxy before an AWS endpoint: it is asked for each
	// function and service (dynamodb, sqs, sfn, sesv2, kms), and as function
	// "stream" for the service dynamodbstreams. nil changes nothing.
	Endpoint func(function, service, url string) string
	// Clock is the time of the flows; nil is real time.
	Clock sfn.Clock
	// DynamoDB is the endpoint of a running engine; empty means the variable
	// PERENNIAL_DYNAMODB_ENDPOINT, or else an engine of the stack's own.
	DynamoDB string
	// Suffix is appended to table names, so that stacks may share an engine.
	Suffix string
}

// complete fills in what was left open and checks what can be checked without
// starting anything.
func (o Options) complete() (Options, error) {
	if o.Root == "" {
		root, err := dynamo.ProjectRoot()
		if err != nil {
			return o, err
		}
		o.Root = root
	}
	if o.Bootstrap == nil {
		o.Bootstrap = func(function string) string { return filepath.Join(o.Root, "build", function, "bootstrap") }
	}
	if o.Endpoint == nil {
		o.Endpoint = func(_, _, url string) string { return url }
	}
	if o.DynamoDB == "" {
		o.DynamoDB = os.Getenv("PERENNIAL_DYNAMODB_ENDPOINT")
	}
	if o.Log == nil {
		o.Log = io.Discard
	}
	if o.Dir != "" {
		dir, err := filepath.Abs(o.Dir)
		if err != nil {
			return o, err
		}
		o.Dir = dir
	}
	return o, o.built()
}

// built names every function whose executable is missing, at once.
func (o Options) built() error {
	var missing []string
	for _, f := range topology.Functions {
		if _, err := os.Stat(o.Bootstrap(f.Name)); err != nil {
			missing = append(missing, f.Name)
		}
	}
	if len(missing) > 0 {
		return fmt.Errorf("not built: %s; run `make build`", strings.Join(missing, ", "))
	}
	return nil
}

// file names a file of kept data, or nothing when nothing is kept.
func (o Options) file(name string) string {
	if o.Dir == "" {
		return ""
	}
	return filepath.Join(o.Dir, name)
}
