// Package wait lets tests wait for what happens in the background. It looks
// often and gives up late: a busy machine is slow, and not wrong. Only tests
// import it.
package wait

import (
	"testing"
	"time"
)

// Patience is how long something that happens in the background may take on a
// busy machine.
const Patience = 60 * time.Second

// between is the time between two looks.
const between = 10 * time.Millisecond

// Until waits until something is so, and ends the test that never sees it.
// Call it on the test's own goroutine.
func Until(t testing.TB, what string, is func() bool) {
	t.Helper()
	for deadline := time.Now().Add(Patience); !is(); time.Sleep(between) {
		if time.Now().After(deadline) {
			t.Fatalf("never: %s", what)
		}
	}
}
