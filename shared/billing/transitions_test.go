package billing_test

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"perennial/shared/billing"
)

var update = flag.Bool("update", false, "rewrite golden files")

// table prints the transition table as Markdown.
func table() string {
	var b strings.Builder
	b.WriteString("| from |")
	for _, m := range billing.Moves {
		fmt.Fprintf(&b, " %s |", m)
	}
	b.WriteString("\n| --- |" + strings.Repeat(" --- |", len(billing.Moves)) + "\n")
	for _, s := range billing.Statuses {
		fmt.Fprintf(&b, "| `%s` |", s)
		for _, m := range billing.Moves {
			to := " "
			if next, ok := billing.Transitions[s][m]; ok {
				to = " " + string(next) + " "
			}
			b.WriteString(to + "|")
		}
		b.WriteString("\n")
	}
	return b.String()
}

func TestTheTransitionTableIsAsReviewed(t *testing.T) {
	t.Parallel()
	const golden = "testdata/transitions.md"
	if *update {
		if err := os.WriteFile(golden, []byte(table()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), table()); diff != "" {
		t.Errorf("policy changed (-update accepts it):\n%s", diff)
	}
}

func TestTheReadmeShowsTheTransitionTable(t *testing.T) {
	t.Parallel()
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(readme), table()) {
		t.Error("README.md shows another transition table than testdata/transitions.md")
	}
}

func TestEndedStatesHaveNoWayOut(t *testing.T) {
	t.Parallel()
	for _, s := range billing.Statuses {
		ended := s == billing.StatusCancelled || s == billing.StatusFailed || s == billing.StatusExpired
		if s.Ended() != ended {
			t.Errorf("%s: ended is %v", s, s.Ended())
		}
	}
	if _, renews := billing.Transitions[billing.StatusOnHold][billing.MoveRenew]; renews {
		t.Error("R135: an on-hold subscription renews")
	}
}
