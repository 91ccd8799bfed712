package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestNumbersInTextsAndNames(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		text string
		want []string
	}{
		{"TestR924TheCustomerPays", []string{"R924"}},
		{"TestDuesArePaidR931To934", []string{"R931", "R932", "R933", "R934"}},
		{"the dues (R931 to R933, R936)", []string{"R931", "R932", "R933", "R936"}},
		{"R931 to\nR932", []string{"R931", "R932"}},
		{"R916 R917", []string{"R916", "R917"}},
		{"PR924, R9245, VR924 and R12", nil},
		{"no number", nil},
	} {
		if diff := cmp.Diff(c.want, numbers(c.text)); diff != "" {
			t.Errorf("%q: %s", c.text, diff)
		}
	}
}

const list = `# What it does

- R981 A link expires.
- R930 A failed payment holds.
- R931 Dues are charged.
`

const suite = `package p

import "testing"

var loose = "R931 outside of any test"

// R981: also here.
func TestLinks(t *testing.T) { t.Log("R930, in a message") }

func helperR931() {}
`

// project writes a project with one test file.
func project(t *testing.T, list, suite string) string {
	t.Helper()
	root := t.TempDir()
	for path, text := range map[string]string{"docs/requirements.md": list, "shared/p/p_test.go": suite, "functions/x": "", "infra/x": ""} {
		file := filepath.Join(root, path)
		if err := os.MkdirAll(filepath.Dir(file), 0o750); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return root
}

func TestARequirementWithoutATestFails(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	err := run(project(t, list, suite), &out)
	if err == nil || err.Error() != "no test shows R931" {
		t.Errorf("error = %v", err)
	}
	const want = `R981 A link expires.
     shared/p.TestLinks
R930 A failed payment holds.
     shared/p.TestLinks
R931 Dues are charged.
     NO TEST

2 of 3 requirements are shown by a test.
`
	if diff := cmp.Diff(want, out.String()); diff != "" {
		t.Error(diff)
	}
}

func TestEveryRequirementWithATestPasses(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	if err := run(project(t, list, strings.Replace(suite, "R981", "R981, R931", 1)), &out); err != nil {
		t.Errorf("%v\n%s", err, &out)
	}
}

func TestAListThatRepeatsOrNamesNothingIsRefused(t *testing.T) {
	t.Parallel()
	for _, bad := range []string{"# Nothing\n", "- R981 One.\n- R981 Two.\n"} {
		if err := run(project(t, bad, suite), &bytes.Buffer{}); err == nil {
			t.Errorf("accepted %q", bad)
		}
	}
}
