package main

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// samOptions are the documented options of the SAM commands that
// samconfig.toml configures, with underscores for dashes.
var samOptions = map[string][]string{
	"global":             {"stack_name", "region", "profile"},
	"local_invoke":       {"template_file", "env_vars", "event"},
	"local_start_lambda": {"template_file", "env_vars", "warm_containers", "port"},
	"remote_invoke":      {"stack_name", "event_file"},
	"logs":               {"stack_name", "tail", "filter"},
}

func TestSAMConfigNamesDocumentedOptionsAndOurStacks(t *testing.T) {
	content, err := os.ReadFile("../samconfig.toml")
	if err != nil {
		t.Fatal(err)
	}
	tables := parseTOML(t, string(content))
	if got := tables[""]["version"]; got != "0.1" {
		t.Errorf("version %s, want 0.1", got)
	}
	delete(tables, "")
	for name, table := range tables {
		command := strings.TrimSuffix(strings.TrimPrefix(name, "default."), ".parameters")
		if "default."+command+".parameters" != name {
			t.Errorf("[%s] is not [default.<command>.parameters]", name)
		}
		for key, value := range table {
			if !slices.Contains(samOptions[command], key) {
				t.Errorf("[%s] %s is no option that we know", name, key)
			}
			if key == "template_file" && value != `"cdk.out/PerennialApp.template.json"` {
				t.Errorf("[%s] reads %s, which cdk synth does not write", name, value)
			}
			if key == "stack_name" && value != `"PerennialApp"` {
				t.Errorf("[%s] asks for the stack %s, which is not ours", name, value)
			}
		}
	}
	for command := range samOptions {
		if tables["default."+command+".parameters"] == nil {
			t.Errorf("no section for %s", command)
		}
	}
}

// parseTOML reads the subset that samconfig.toml uses: tables of one-line
// strings, numbers and booleans.
func parseTOML(t *testing.T, content string) map[string]map[string]string {
	t.Helper()
	header := regexp.MustCompile(`^\[([a-z_.]+)\]$`)
	pair := regexp.MustCompile(`^([a-z_]+) = ("[^"]*"|true|false|[0-9.]+)$`)
	tables, current := map[string]map[string]string{"": {}}, ""
	for i, line := range strings.Split(content, "\n") {
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		if m := header.FindStringSubmatch(line); m != nil {
			current = m[1]
			tables[current] = map[string]string{}
		} else if m := pair.FindStringSubmatch(line); m != nil {
			tables[current][m[1]] = m[2]
		} else {
			t.Fatalf("line %d is not TOML that we write: %s", i+1, line)
		}
	}
	return tables
}
