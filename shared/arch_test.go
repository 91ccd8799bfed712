package shared_test

import (
	"errors"
	"go/build"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// law says what the packages of one layer may import.
type law struct {
	layers  []string // layers of ours
	library []string // path prefixes outside the standard library
	not     []string // path prefixes that are forbidden all the same
}

// world is the part of the standard library through which code asks the
// world for something.
var world = []string{
	"context", "crypto/rand", "database", "encoding/json", "encoding/xml", "log",
	"math/rand", "net/http", "os", "os/exec", "plugin", "runtime", "syscall", "testing",
}

var anything = []string{""}

var laws = map[string]law{
	"rules": {
		layers:  []string{"rules"},
		library: []string{"github.com/bojanz/currency"},
		not:     world,
	},
	"ports": {
		layers: []string{"rules"},
		// Records are stored as versioned JSON, so a port may say how.
		library: []string{"github.com/go-json-experiment/json"},
		not:     []string{"net/http", "os", "log", "database"},
	},
	"usecases": {
		layers:  []string{"rules", "ports", "usecases", "support"},
		library: []string{"golang.org/x/sync"},
		not:     []string{"net/http", "os", "database"},
	},
	"adapters": {
		layers:  []string{"rules", "ports", "support"},
		library: anything,
		not:     []string{"github.com/aws/aws-cdk-go", "github.com/aws/aws-lambda-go"},
	},
	"transport": {
		layers:  []string{"rules", "ports", "usecases", "transport", "support"},
		library: anything,
		not:     []string{"github.com/aws/aws-cdk-go", "github.com/aws/aws-sdk-go-v2"},
	},
	"support": {
		layers:  []string{"rules"},
		library: anything,
		not:     []string{"net/http", "github.com/aws/aws-cdk-go", "github.com/aws/aws-lambda-go"},
	},
	"island": {
		layers:  []string{"island", "support", "rules", "transport"},
		library: anything,
		not:     []string{"github.com/aws/aws-cdk-go"},
	},
	"wiring": {
		layers:  []string{"rules", "ports", "usecases", "adapters", "transport", "support", "island", "wiring"},
		library: anything,
	},
}

// cdk are the modules that only package infra imports.
var cdk = []string{"github.com/aws/aws-cdk-go", "github.com/aws/constructs-go", "github.com/aws/jsii-runtime-go", "github.com/cdklabs"}

const root = ".."

func TestEveryPackageHasAPlaceInTheMap(t *testing.T) {
	for _, p := range packages(t) {
		if layerOf(t, p.path) == "" {
			t.Errorf("%s is in no layer: add it to the table in shared/doc.go", p.path)
		}
	}
}

func TestEveryPackageOpensWithAComment(t *testing.T) {
	for _, p := range packages(t) {
		if p.Doc == "" {
			t.Errorf("%s has no package comment: say what it owns and what it does not", p.path)
		}
	}
}

func TestImportsFollowTheMap(t *testing.T) {
	for _, p := range packages(t) {
		if layerOf(t, p.path) == "" {
			continue // the map's own test says so
		}
		for _, path := range p.Imports {
			if why := objection(t, p.path, path); why != "" {
				t.Errorf("%s imports %s: %s", p.path, path, why)
			}
		}
	}
}

func TestTheMapRefuses(t *testing.T) {
	for _, c := range []struct{ from, to string }{
		{"shared/billing", "context"},
		{"shared/billing", "encoding/json"},
		{"shared/billing", "log/slog"},
		{"shared/billing", "perennial/shared/record"},
		{"shared/record", "perennial/shared/lifecycle"},
		{"shared/lifecycle", "net/http"},
		{"shared/lifecycle", "perennial/shared/dynamo"},
		{"shared/lifecycle", "github.com/aws/aws-sdk-go-v2/service/sqs"},
		{"shared/dynamo", "perennial/shared/lifecycle"},
		{"shared/dynamo", "perennial/shared/kms"},
		{"shared/httpapi", "perennial/shared/dynamo"},
		{"shared/bank/ledger", "perennial/shared/dynamo"},
		{"shared/config", "perennial/shared/record"},
		{"functions/api", "github.com/aws/aws-cdk-go/awscdk/v2"},
		{"functions/api", "perennial/shared/lifecycle/lifecycletest"},
		{"infra/topology", "github.com/aws/constructs-go/constructs/v10"},
	} {
		if objection(t, c.from, c.to) == "" {
			t.Errorf("%s may import %s, and should not", c.from, c.to)
		}
	}
}

func TestAnAdapterSpeaksToOneService(t *testing.T) {
	service := regexp.MustCompile(`^github.com/aws/aws-sdk-go-v2/service/([a-z0-9]+)`)
	for _, p := range packages(t) {
		var services []string
		for _, path := range p.Imports {
			if m := service.FindStringSubmatch(path); m != nil && !slices.Contains(services, m[1]) {
				services = append(services, m[1])
			}
		}
		if layerOf(t, p.path) == "adapters" && len(services) > 1 {
			t.Errorf("%s imports the SDKs of %s: one adapter, one service", p.path, strings.Join(services, " and "))
		}
	}
}

// The linter forbids time.Now, os.Getenv and fmt.Print in the layers that may
// not ask the world; it needs their packages by name.
func TestTheLinterKnowsTheMap(t *testing.T) {
	listed := regexp.MustCompile(`path-except: \^shared/\(([^)]*)\)/`).FindStringSubmatch(read(t, filepath.Join(root, ".golangci.yml")))
	if listed == nil {
		t.Fatal(".golangci.yml does not name the layers for forbidigo")
	}
	var want []string
	for name, layer := range placed(t) {
		if slices.Contains([]string{"rules", "ports", "usecases"}, layer) {
			want = append(want, name)
		}
	}
	got := strings.Split(listed[1], "|")
	slices.Sort(want)
	slices.Sort(got)
	if !slices.Equal(want, got) {
		t.Errorf(".golangci.yml checks %v, the map says %v", got, want)
	}
}

func TestEveryFunctionIsWiringWithATest(t *testing.T) {
	for _, p := range packages(t) {
		if !strings.HasPrefix(p.path, "functions/") {
			continue
		}
		if len(p.TestGoFiles)+len(p.XTestGoFiles) == 0 {
			t.Errorf("%s has no test: at least feed it one event", p.path)
		}
		const longest = 60
		main := filepath.Join(p.Dir, "main.go")
		if n := strings.Count(read(t, main), "\n"); n > longest {
			t.Errorf("%s/main.go has %d lines: it only wires, so %d are enough", p.path, n, longest)
		}
	}
}

func TestEverySampleEventIsReadByATest(t *testing.T) {
	var tests strings.Builder
	for _, p := range packages(t) {
		for _, name := range slices.Concat(p.TestGoFiles, p.XTestGoFiles) {
			tests.WriteString(read(t, filepath.Join(p.Dir, name)))
		}
	}
	samples, err := filepath.Glob(filepath.Join(root, "events", "*.json"))
	if err != nil {
		t.Fatal(err)
	}
	for _, sample := range samples {
		if name := filepath.Base(sample); !strings.Contains(tests.String(), name) {
			t.Errorf("no test reads events/%s: a sample that nothing reads soon lies", name)
		}
	}
}

// objection says why a package may not import another, or nothing.
func objection(t *testing.T, from, path string) string {
	t.Helper()
	layer := layerOf(t, from)
	law := laws[layer]
	if from != "infra" && under(path, cdk) {
		return "only package infra imports the CDK"
	}
	if strings.HasSuffix(path, "test") && strings.HasPrefix(path, "perennial/") && !strings.HasSuffix(from, "test") {
		return "fakes are for tests"
	}
	if under(path, law.not) {
		return "not in " + layer
	}
	if ours, ok := strings.CutPrefix(path, "perennial/"); ok {
		if to := layerOf(t, ours); !slices.Contains(law.layers, to) {
			return layer + " may not know " + to
		}
		return ""
	}
	if first, _, _ := strings.Cut(path, "/"); strings.Contains(first, ".") && !under(path, law.library) {
		return layer + " may not use this library"
	}
	return ""
}

// under reports whether the import path is one of the prefixes or below one.
func under(path string, prefixes []string) bool {
	return slices.ContainsFunc(prefixes, func(p string) bool {
		return p == "" || path == p || strings.HasPrefix(path, p+"/")
	})
}

// layerOf finds a package's layer; fakes live in a folder of what they fake
// and follow the laws of wiring.
func layerOf(t *testing.T, path string) string {
	t.Helper()
	name, ours := strings.CutPrefix(path, "shared/")
	switch {
	case path == "shared":
		return "rules"
	case !ours || strings.HasSuffix(name, "test"):
		return "wiring"
	case strings.HasPrefix(name, "bank/"):
		return "island"
	}
	return placed(t)[name]
}

// placed reads the table in doc.go: package name to layer.
func placed(t *testing.T) map[string]string {
	t.Helper()
	layers := map[string]string{}
	for _, row := range regexp.MustCompile(`(?m)^//\t(\w+) +(.+)$`).FindAllStringSubmatch(read(t, "doc.go"), -1) {
		if _, known := laws[row[1]]; !known {
			t.Fatalf("doc.go names the layer %q, which has no law here", row[1])
		}
		for _, name := range strings.Fields(row[2]) {
			layers[name] = row[1]
		}
	}
	return layers
}

// pkg is one package of this module; path is relative to the module.
type pkg struct {
	*build.Package
	path string
}

// packages reads every package of the module. It reads files rather than ask
// the go command, so that the test cache notices what changed.
func packages(t *testing.T) []pkg {
	t.Helper()
	var found []pkg
	err := filepath.WalkDir(root, func(dir string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.IsDir() {
			return err
		}
		if dir != root && skipped(entry.Name()) {
			return filepath.SkipDir
		}
		p, err := build.ImportDir(dir, 0)
		var none *build.NoGoError
		if errors.As(err, &none) {
			return nil
		}
		path, _ := filepath.Rel(root, dir)
		found = append(found, pkg{p, filepath.ToSlash(path)})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// skipped are the folders that hold no package of ours.
func skipped(name string) bool {
	return strings.HasPrefix(name, ".") || slices.Contains([]string{"build", "cdk.out", "node_modules", "testdata"}, name)
}

func read(t *testing.T, path string) string {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}
