package wire_test

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"perennial/infra/local/wire"
)

func TestBatches(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		seed := rapid.Uint64().Draw(t, "seed")
		batch := make([]int, rapid.IntRange(0, 40).Draw(t, "size"))
		for i := range batch {
			batch[i] = i
		}
		within := func(n int) int { return n % 5 }
		shuffled := wire.Shuffle(seed, batch)
		kept := wire.ShuffleWithin(seed, batch, within)
		repeated := wire.Repeat(seed, batch, 0.5)
		if !slices.Equal(slices.Sorted(slices.Values(shuffled)), batch) || !slices.Equal(slices.Sorted(slices.Values(kept)), batch) {
			t.Fatalf("a shuffle lost or made records: %v, %v", shuffled, kept)
		}
		last := map[int]int{}
		for _, n := range kept {
			if before, ok := last[within(n)]; ok && before > n {
				t.Fatalf("%d after %d in %v", n, before, kept)
			}
			last[within(n)] = n
		}
		first := slices.Compact(slices.DeleteFunc(slices.Clone(repeated), alreadySeen()))
		if !slices.Equal(first, batch) {
			t.Fatalf("first deliveries out of order in %v", repeated)
		}
		if !slices.Equal(shuffled, wire.Shuffle(seed, batch)) || !slices.Equal(repeated, wire.Repeat(seed, batch, 0.5)) {
			t.Fatal("the same seed gives another batch")
		}
	})
}

// alreadySeen drops the second delivery of a number.
func alreadySeen() func(int) bool {
	seen := map[int]bool{}
	return func(n int) bool {
		before := seen[n]
		seen[n] = true
		return before
	}
}

func TestBatchesReallyChange(t *testing.T) {
	t.Parallel()
	var batch []int
	for i := range 20 {
		batch = append(batch, i)
	}
	changed := wire.Shuffle(1, batch)
	if slices.Equal(changed, batch) || slices.Equal(changed, wire.Shuffle(2, batch)) {
		t.Error("a shuffle of 20 changes nothing")
	}
	if kept := wire.ShuffleWithin(1, batch, func(n int) int { return n % 5 }); slices.Equal(kept, batch) {
		t.Error("a shuffle within keys changes nothing")
	}
	if n := len(wire.Repeat(1, batch, 0.5)); n < 24 || n > 36 {
		t.Errorf("%d records after repeating half of 20", n)
	}
	if n := len(wire.Repeat(1, batch, 1)); n != 40 {
		t.Errorf("%d records after repeating all of 20", n)
	}
}
