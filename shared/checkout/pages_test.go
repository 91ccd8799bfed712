package checkout_test

import (
	"testing"

	"perennial/shared/checkout"
)

func TestEveryPageParses(t *testing.T) {
	t.Parallel()
	if err := checkout.CheckPages(); err != nil {
		t.Error(err)
	}
}
