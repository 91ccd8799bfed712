package main

import (
	"fmt"
	"regexp"
	"strings"
)

// requirement is one line of the list.
type requirement struct{ number, sentence string }

var listed = regexp.MustCompile(`^- (R\d{3}) (\S.*)$`)

// parse reads the lines of a list such as "- R081 A link expires after a day."
func parse(text string) ([]requirement, error) {
	var all []requirement
	seen := map[string]bool{}
	for line := range strings.Lines(text) {
		found := listed.FindStringSubmatch(strings.TrimRight(line, "\n"))
		if found == nil {
			continue
		}
		if seen[found[1]] {
			return nil, fmt.Errorf("%s is listed twice", found[1])
		}
		seen[found[1]] = true
		all = append(all, requirement{found[1], found[2]})
	}
	if len(all) == 0 {
		return nil, fmt.Errorf("the list names no requirement")
	}
	return all, nil
}
