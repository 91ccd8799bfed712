package wait_test

import (
	"testing"

	"perennial/infra/local/wait"
)

func TestUntilLooksAgainAndNoMoreOnceItIsSo(t *testing.T) {
	t.Parallel()
	looks := 0
	wait.Until(t, "the third look", func() bool { looks++; return looks == 3 })
	if looks != 3 {
		t.Errorf("looked %d times", looks)
	}
}
