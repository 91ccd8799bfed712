package main

import (
	"encoding/json"
	"flag"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/assertions"
	"github.com/aws/jsii-runtime-go"
	"github.com/cdklabs/cdk-nag-go/cdknag/v2"

	"perennial/infra/topology"
)

var update = flag.Bool("update", false, "write golden files")

func TestMain(m *testing.M) {
	flag.Parse()
	must(os.Setenv("JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION", "20"))
	must(os.Setenv("JSII_DEPRECATED", "quiet"))
	code := m.Run()
	jsii.Close() // once: a later test could not start the CDK again
	os.Exit(code)
}

// deployed is what cdk deploy would deploy with cdk.json as it is: the stacks
// and their templates, synthesised once for all tests.
type deployed struct {
	data, edge, app template
	protected       bool // the data stack cannot be deleted
	findings        []finding
}

var deployment = sync.OnceValue(func() deployed { return synthesise(nil) })

// synthesise builds the app with the context of cdk.json, overlaid by extra,
// on empty bootstraps, and lets cdk-nag look at it on the way.
func synthesise(extra map[string]any) deployed {
	temp, err := os.MkdirTemp("", "perennial-infra")
	must(err)
	defer os.RemoveAll(temp) //nolint:errcheck // a leftover temporary folder harms nobody
	for _, f := range topology.Functions {
		folder := filepath.Join(temp, "build", f.Name)
		must(os.MkdirAll(folder, 0o700))
		must(os.WriteFile(filepath.Join(folder, "bootstrap"), []byte(f.Name), 0o600))
	}
	app := awscdk.NewApp(&awscdk.AppProps{
		AnalyticsReporting: jsii.Bool(false),
		Outdir:             jsii.String(filepath.Join(temp, "cdk.out")),
		Context:            cdkContext(extra),
	})
	awscdk.Aspects_Of(app).Add(cdknag.NewAwsSolutionsChecks(&cdknag.NagPackProps{Reports: jsii.Bool(false)}), nil)
	s := newStacks(app, readSettings(app), filepath.Join(temp, "build"))
	d := deployed{
		data: templateOf(s.data.stack), edge: templateOf(s.edge.stack), app: templateOf(s.app.stack),
		protected: *s.data.stack.TerminationProtection(),
	}
	for _, stack := range []awscdk.Stack{s.data.stack, s.edge.stack, s.app.stack} {
		d.findings = append(d.findings, findings(stack)...)
	}
	return d
}

// cdkContext reads the context that the CDK command would pass on.
func cdkContext(extra map[string]any) *map[string]any {
	content, err := os.ReadFile("cdk.json")
	must(err)
	var config struct{ Context map[string]any }
	must(json.Unmarshal(content, &config))
	config.Context["@aws-cdk/core:annotationsInValidationReport"] = false // cdk-nag's findings are for its test alone
	maps.Copy(config.Context, extra)
	return &config.Context
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}

// template is one synthesised stack, by logical id.
type template struct {
	Resources map[string]resource
	Outputs   map[string]any
}

// resource is one resource of a template.
type resource struct {
	Type           string
	Properties     map[string]any
	DeletionPolicy string
}

// templateOf panics on a template that cannot be deployed, such as one with a
// cycle, which cdk synth would let pass.
func templateOf(stack awscdk.Stack) template {
	content, err := json.Marshal(assertions.Template_FromStack(stack, nil).ToJSON())
	must(err)
	var t template
	must(json.Unmarshal(content, &t))
	return t
}

// all gives the resources of a type.
func (t template) all(kind string) map[string]resource {
	found := map[string]resource{}
	for id, r := range t.Resources {
		if r.Type == kind {
			found[id] = r
		}
	}
	return found
}

// one finds the resource of a type whose logical id is the given id and a hash.
func (t template) one(tb testing.TB, kind, id string) resource {
	tb.Helper()
	for logical, r := range t.all(kind) {
		if plain(logical) == id {
			return r
		}
	}
	tb.Fatalf("no %s %s", kind, id)
	return resource{}
}

// plain drops the eight hexadecimal digits that the CDK appends to an id.
func plain(logical string) string {
	cut := len(logical) - 8
	if cut <= 0 || strings.Trim(logical[cut:], "0123456789ABCDEF") != "" {
		return logical
	}
	return logical[:cut]
}

// at walks into nested properties: at(p, "Code", "S3Key").
func at(value any, path ...string) any {
	for _, step := range path {
		m, ok := value.(map[string]any)
		if !ok {
			return nil
		}
		value = m[step]
	}
	return value
}
