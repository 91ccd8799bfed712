package operations_test

import (
	"fmt"
	"testing"

	"perennial/shared/billing"
	"perennial/shared/calendar"
	"perennial/shared/lifecycle/lifecycletest"
)

// R145: customers from before the unified portal are found once they were
// reindexed, however many there are.
func TestCustomersOfBeforeAreFoundOnceReindexed(t *testing.T) {
	t.Parallel()
	w := lifecycletest.New(t)
	for i := range 230 {
		at := calendar.At(lifecycletest.Start)
		if i > 150 { // a crowd of one instant, and some of their own
			at += calendar.Instant(i) * 1e6
		}
		w.Put(billing.Customer{ID: fmt.Sprintf("cus_n%03d", i), Email: fmt.Sprintf("Old%03d@example.com", i), Name: "Old", CreatedAt: at})
	}
	find := func(email string) int {
		owners, err := w.Store.Everywhere(t.Context(), w.Scope.Mode, email)
		if err != nil {
			t.Fatal(err)
		}
		return len(owners)
	}
	if find("old000@example.com") != 0 {
		t.Fatal("they are found without")
	}
	for range 2 {
		if n, err := service(w).Reindex(t.Context(), w.Scope); err != nil || n != 231 {
			t.Fatalf("%d written, %v", n, err)
		}
	}
	for i := range 230 {
		if email := fmt.Sprintf("old%03d@example.com", i); find(email) != 1 {
			t.Errorf("%s is found %d times", email, find(email))
		}
	}
}
