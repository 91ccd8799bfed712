package numbering_test

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"perennial/infra/local/dynamotest"
	"perennial/shared/billing"
	"perennial/shared/calendar"
	"perennial/shared/dynamo"
	"perennial/shared/ids"
	"perennial/shared/merchant"
	"perennial/shared/numbering"
	"perennial/shared/record"
	"perennial/shared/record/recordtest"
)

// monday lies ahead: the engine deletes what has expired.
var monday = time.Date(2046, 3, 5, 8, 0, 0, 0, time.UTC)

var look = merchant.Template{Prefix: "R-", Year: true}

// finalised stores paid documents of one series that wait for their numbers,
// and gives their ids in order.
func finalised(t *testing.T, store numbering.Store, scope merchant.Scope, count int) []string {
	t.Helper()
	var order []string
	c := record.Commit{Scope: scope, Actor: record.System, Cause: "test"}
	for i := range count {
		at := monday.Add(time.Duration(i) * time.Millisecond)
		v := billing.Invoice{
			ID: ids.New(ids.Invoice, at), Customer: "cus_1", Status: billing.InvoicePaid, Payment: ids.New(ids.Payment, at),
			Series: "invoice:R-:2046", DueAt: calendar.At(at),
		}
		ticket := billing.Ticket{Invoice: v.ID, Series: v.Series, Year: 2046, Look: look, At: calendar.At(at)}
		payment := billing.Payment{ID: v.Payment, Customer: "cus_1", CreatedAt: calendar.At(at)}
		order, c.Put = append(order, v.ID), append(c.Put, v, ticket, payment)
		if len(c.Put) > 90 || i == count-1 {
			if err := store.Commit(t.Context(), c); err != nil {
				t.Fatal(err)
			}
			c.Put = nil
		}
	}
	return order
}

// serve has workers perform every ticket, as a queue delivers them: in no
// order, and many at once.
func serve(t *testing.T, s *numbering.Service, scope merchant.Scope, tickets []string, workers int) {
	t.Helper()
	var wait sync.WaitGroup
	for worker := range workers {
		wait.Go(func() {
			for i := len(tickets) - 1 - worker; i >= 0; i -= workers {
				for try := 0; ; try++ { // the queue tries again
					err := s.Serve(t.Context(), scope, tickets[i], calendar.At(monday))
					if err == nil {
						break
					}
					if try == 5 {
						t.Errorf("%s: %v", tickets[i], err)
						return
					}
				}
			}
		})
	}
	wait.Wait()
}

func TestRule17AThousandFinalisedAtOnceLeaveNoGap(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name           string
		store          func(t *testing.T) numbering.Store
		count, workers int
	}{
		{"fake", func(*testing.T) numbering.Store { return recordtest.New() }, 1000, 4},
		{"engine", func(t *testing.T) numbering.Store {
			return dynamo.New(dynamotest.Client(t), dynamotest.Table(t))
		}, 120, 3},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			scope := merchant.Scope{Business: ids.New(ids.Business, monday), Mode: merchant.Live}
			store := c.store(t)
			order := finalised(t, store, scope, c.count)
			serve(t, &numbering.Service{Store: store}, scope, order, c.workers)
			for i, id := range order {
				v, err := record.Get[billing.Invoice](t.Context(), store, scope, id)
				if err != nil {
					t.Fatal(err)
				}
				if want := fmt.Sprintf("R-2046-%06d", i+1); v.Number != want {
					t.Errorf("document %d is %s, want %s", i, v.Number, want)
				}
				p, err := record.Get[billing.Payment](t.Context(), store, scope, v.Payment)
				if err != nil || p.InvoiceNumber != v.Number {
					t.Errorf("the payment says %q of %s, %v", p.InvoiceNumber, v.Number, err)
				}
				if _, err := record.Get[billing.Ticket](t.Context(), store, scope, id); err == nil {
					t.Errorf("ticket %s is left", id)
				}
			}
		})
	}
}

func TestACrashAfterNumberingRepeatsNothing(t *testing.T) {
	t.Parallel()
	store := recordtest.New()
	scope := merchant.Scope{Business: "bus_1", Mode: merchant.Live}
	order := finalised(t, store, scope, 3)
	lost := false
	store.After = func(record.Commit) error {
		if lost {
			return nil
		}
		lost = true
		return fmt.Errorf("the reply is lost")
	}
	s := &numbering.Service{Store: store}
	if err := s.Serve(t.Context(), scope, order[2], calendar.At(monday)); err == nil {
		t.Fatal("the reply was not lost")
	}
	for _, id := range order {
		if err := s.Serve(t.Context(), scope, id, calendar.At(monday)); err != nil {
			t.Error(err)
		}
	}
	series, err := record.Get[billing.Series](t.Context(), store, scope, "invoice:R-:2046")
	if err != nil || series.Last != 3 {
		t.Errorf("the counter stands at %d, %v", series.Last, err)
	}
}
