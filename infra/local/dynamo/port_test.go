package dynamo

import "testing"

// The port stays claimed while the engine does not listen yet, and is free
// once it was given back.
func TestAClaimedPortIsNobodyElses(t *testing.T) {
	t.Parallel()
	first, err := claimPort(0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := claimPort(first.port); err == nil {
		t.Error("two engines were given the same port")
	}
	if err := first.release(); err != nil {
		t.Fatal(err)
	}
	again, err := claimPort(first.port)
	if err != nil {
		t.Fatalf("given back: %v", err)
	}
	if err := again.release(); err != nil {
		t.Error(err)
	}
}
