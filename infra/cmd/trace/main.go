// Command trace prints which tests show each requirement of
// docs/requirements.md, and fails when one has none.
//
// A test shows a requirement when its name, its comment or a comment or text
// inside it carries the number: R124 alone, or a range such as R131To134 in a
// name and "R131 to R134" in a text.
package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"perennial/infra/local/dynamo"
)

func main() {
	root, err := dynamo.ProjectRoot()
	if err == nil {
		err = run(root, os.Stdout)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "trace:", err)
		os.Exit(1)
	}
}

// run prints every requirement with its tests.
func run(root string, out io.Writer) error {
	text, err := os.ReadFile(filepath.Join(root, "docs", "requirements.md"))
	if err != nil {
		return err
	}
	requirements, err := parse(string(text))
	if err != nil {
		return err
	}
	shown, err := tests(root)
	if err != nil {
		return err
	}
	report, missing := compare(requirements, shown)
	if _, err := io.WriteString(out, report); err != nil {
		return err
	}
	if len(missing) > 0 {
		return fmt.Errorf("no test shows %s", strings.Join(missing, ", "))
	}
	return nil
}

// compare lists each requirement with its tests, and those that have none.
func compare(requirements []requirement, shown map[string][]string) (report string, missing []string) {
	var b strings.Builder
	for _, r := range requirements {
		fmt.Fprintf(&b, "%s %s\n", r.number, r.sentence)
		for _, test := range shown[r.number] {
			fmt.Fprintf(&b, "     %s\n", test)
		}
		if len(shown[r.number]) == 0 {
			b.WriteString("     NO TEST\n")
			missing = append(missing, r.number)
		}
	}
	fmt.Fprintf(&b, "\n%d of %d requirements are shown by a test.\n", len(requirements)-len(missing), len(requirements))
	return b.String(), missing
}
