package register_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"perennial/shared/billing"
	"perennial/shared/merchant"
	"perennial/shared/record"
	"perennial/shared/register"
)

var scope = merchant.Scope{Business: "bus_1", Mode: merchant.Test}

// endless lists as many customers as it is told, and counts its pages. Before
// the page arrived reads what was already there is pushed back by one.
type endless struct {
	size, pages int
	arrived     int
}

func (e *endless) List(_ context.Context, _ merchant.Scope, q record.Query) ([]any, error) {
	e.pages++
	var page []any
	for i := q.Offset; i < min(q.Offset+q.Limit, e.size); i++ {
		n := i
		if e.arrived > 0 && e.pages >= e.arrived {
			n-- // somebody new is first now
		}
		page = append(page, billing.Customer{ID: fmt.Sprintf("cus_%d", n), Name: fmt.Sprint(n % 10)})
	}
	return page, nil
}

func ids(customers []billing.Customer) []string {
	var all []string
	for _, c := range customers {
		all = append(all, c.ID)
	}
	return all
}

func sevens(c billing.Customer) bool { return c.Name == "7" }

func TestASearchPagesThroughWhatItFinds(t *testing.T) {
	t.Parallel()
	l := &endless{size: 250}
	got, err := register.List(t.Context(), l, scope, record.Query{Offset: 11, Limit: 3}, sevens)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"cus_117", "cus_127", "cus_137"}, ids(got)); diff != "" {
		t.Error(diff)
	}
	if l.pages != 2 {
		t.Errorf("it read %d pages", l.pages)
	}
	rest, err := register.List(t.Context(), l, scope, record.Query{Offset: 24, Limit: 10}, sevens)
	if err != nil || len(rest) != 1 {
		t.Errorf("the last page holds %v, %v", ids(rest), err)
	}
}

func TestAnArrivalRepeatsNothingInASearch(t *testing.T) {
	t.Parallel()
	got, err := register.List(t.Context(), &endless{size: 250, arrived: 2}, scope, record.Query{Limit: 100},
		func(c billing.Customer) bool { return c.ID == "cus_99" })
	if err != nil || len(got) != 1 {
		t.Errorf("found %v, %v", ids(got), err)
	}
}

func TestASearchThatNeverEndsIsRefused(t *testing.T) {
	t.Parallel()
	l := &endless{size: 1 << 30}
	_, err := register.List(t.Context(), l, scope, record.Query{Limit: 10}, func(billing.Customer) bool { return false })
	if !errors.Is(err, register.ErrBroad) || l.pages > 41 {
		t.Errorf("after %d pages: %v", l.pages, err)
	}
}
