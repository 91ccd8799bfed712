package dynamo_test

import (
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"perennial/infra/local/dynamotest"
	"perennial/shared/clock/clocktest"
	"perennial/shared/dynamo"
	"perennial/shared/merchant"
)

func TestTheBrakesBudgetIsSharedAndFillsEachMinute(t *testing.T) {
	t.Parallel()
	clock := clocktest.At(time.Date(2027, 1, 1, 0, 0, 10, 0, time.UTC))
	scope := merchant.Scope{Business: "bus_1", Mode: merchant.Live}
	table := dynamotest.Table(t)
	for range 2 {
		var allowed atomic.Int64
		var group sync.WaitGroup
		for range 12 {
			group.Go(func() {
				store := dynamo.New(dynamotest.Client(t), table)
				store.Wall = clock.Now
				ok, err := store.Allow(t.Context(), scope, 5)
				if err != nil {
					t.Error(err)
				}
				if ok {
					allowed.Add(1)
				}
			})
		}
		group.Wait()
		if allowed.Load() != 5 {
			t.Errorf("%d charges in a minute of 5", allowed.Load())
		}
		clock.Advance(time.Minute)
	}
}
