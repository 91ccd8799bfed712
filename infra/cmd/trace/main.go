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
	var missing []string
	for _, r := range requirements {
		fmt.Fprintf(out, "%s %s\n", r.number, r.sentence)
		for _, test := range shown[r.number] {
			fmt.Fprintf(out, "     %s\n", test)
		}
		if len(shown[r.number]) == 0 {
			fmt.Fprintln(out, "     NO TEST")
			missing = append(missing, r.number)
		}
	}
	if len(missing) > 0 {
		return fmt.Errorf("no test shows %s", strings.Join(missing, ", "))
	}
	fmt.Fprintf(out, "\n%d requirements, each shown by a test.\n", len(requirements))
	return nil
}
