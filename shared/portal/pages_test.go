package portal_test

import (
	"testing"

	"perennial/shared/portal"
)

func TestEveryPageParses(t *testing.T) {
	t.Parallel()
	if err := portal.CheckPages(); err != nil {
		t.Error(err)
	}
}
