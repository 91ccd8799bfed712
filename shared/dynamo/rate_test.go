package dynamo_test

import (
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"perennial/infra/local/dynamotest"
	"perennial/shared/clock/clocktest"
	"perennial/shared/dynamo"
	"perennial/shared/merchant"
)

func TestTheCountOfAnEndpointIsSharedAndStartsAnewEachSecond(t *testing.T) {
	t.Parallel()
	clock := clocktest.At(time.Date(2035, 1, 1, 0, 0, 0, 300, time.UTC))
	scope := merchant.Scope{Business: "bus_1", Mode: merchant.Live}
	table := dynamotest.Table(t)
	for range 2 {
		var mu sync.Mutex
		var places []int
		var group sync.WaitGroup
		for range 5 {
			group.Go(func() {
				store := dynamo.New(dynamotest.Client(t), table)
				store.Wall = clock.Now
				n, err := store.Count(t.Context(), scope, "whk_1", 2)
				if err != nil {
					t.Error(err)
				}
				mu.Lock()
				defer mu.Unlock()
				places = append(places, n)
			})
		}
		group.Wait()
		slices.Sort(places)
		if diff := cmp.Diff([]int{2, 4, 6, 8, 10}, places); diff != "" {
			t.Error(diff)
		}
		clock.Advance(time.Second)
	}
}

func TestATallyIsSharedWithinItsWindow(t *testing.T) {
	t.Parallel()
	clock := clocktest.At(time.Date(2035, 1, 1, 0, 10, 0, 0, time.UTC))
	scope, other := merchant.Scope{Business: "bus_1", Mode: merchant.Live}, merchant.Scope{Business: "bus_1", Mode: merchant.Test}
	table := dynamotest.Table(t)
	var got []int
	tally := func(scope merchant.Scope, name string) {
		store := dynamo.New(dynamotest.Client(t), table)
		store.Wall = clock.Now
		n, err := store.Tally(t.Context(), scope, name, 15*time.Minute)
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, n)
	}
	tally(scope, "a")
	tally(scope, "a")
	tally(scope, "b")
	tally(other, "a")
	clock.Advance(4 * time.Minute)
	tally(scope, "a")
	clock.Advance(time.Minute) // the next quarter of an hour
	tally(scope, "a")
	if diff := cmp.Diff([]int{1, 2, 1, 1, 3, 1}, got); diff != "" {
		t.Error(diff)
	}
}
