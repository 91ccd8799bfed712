package charging_test

import (
	"errors"
	"sync"
	"testing"
	"time"

	"perennial/infra/local/dynamotest"
	"perennial/shared/billing"
	"perennial/shared/calendar"
	"perennial/shared/charging"
	"perennial/shared/dynamo"
	"perennial/shared/ids"
	"perennial/shared/merchant"
	"perennial/shared/money"
	"perennial/shared/record"
)

// free is a pending subscription that a limited code makes free, so that
// paying for it needs no gateway.
func free(t *testing.T, store record.Committer, scope merchant.Scope, code billing.Discount, at time.Time) charging.Start {
	t.Helper()
	now := calendar.At(at)
	customer := billing.Customer{ID: ids.New(ids.Customer, at), Email: "a@example.com", Name: "Ada", InvoicePrefix: "ADA1", CreatedAt: now}
	sub, invoice, err := billing.Subscribe(billing.Order{
		ID: ids.New(ids.Subscription, at), InvoiceID: ids.New(ids.Invoice, at), Customer: customer, Quantity: 1, At: now,
		Zone: "UTC", Billing: billing.Address{Country: "US"}, Discounts: []billing.Discount{code},
		Product: billing.Product{ID: "pdt_1", Name: "Pro", Price: billing.Price{
			Amount: money.Of(900, "USD"), Every: calendar.Interval{Count: 1, Unit: calendar.Month},
			Term: calendar.Interval{Count: 1, Unit: calendar.Year},
		}},
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := store.Commit(t.Context(), record.Commit{Scope: scope, Actor: record.System, Cause: "test", Put: []any{customer, sub, invoice}}); err != nil {
		t.Fatal(err)
	}
	return charging.Start{
		Scope: scope, Actor: record.System, Cause: "test", State: merchant.State{Scope: scope},
		Subscription: record.Next(sub), Customer: record.Next(customer), By: billing.ByCustomer,
		Dues: billing.Dues{Invoices: []billing.Invoice{record.Next(invoice)}, Total: invoice.Due()},
	}
}

func TestALimitHoldsOnTheEngineWhenEverybodyRedeemsAtOnce(t *testing.T) {
	t.Parallel()
	at := time.Date(2046, 3, 5, 8, 0, 0, 0, time.UTC)
	store := dynamo.New(dynamotest.Client(t), dynamotest.Table(t))
	scope := merchant.Scope{Business: ids.New(ids.Business, at), Mode: merchant.Live}
	code := billing.Discount{
		ID: ids.New("dsc_", at), Code: "FREE", Type: billing.DiscountPercentage, BasisPoints: 10_000, UsageLimit: 4,
	}
	s := &charging.Service{Store: store, Brake: store, Wall: func() time.Time { return at }}
	var starts []charging.Start
	for range 10 {
		starts = append(starts, free(t, store, scope, code, at))
	}
	var wait sync.WaitGroup
	for _, start := range starts {
		wait.Go(func() {
			if _, err := s.Charge(t.Context(), start); err != nil && !errors.Is(err, billing.ErrDiscountUsedUp) {
				t.Errorf("%s: %v", start.Subscription.ID, err)
			}
		})
	}
	wait.Wait()
	paid := 0
	for _, start := range starts {
		sub, err := record.Get[billing.Subscription](t.Context(), store, scope, start.Subscription.ID)
		if err != nil {
			t.Fatal(err)
		}
		if sub.Status == billing.StatusActive {
			paid++
		}
	}
	use, err := record.Get[billing.DiscountUse](t.Context(), store, scope, code.ID)
	if err != nil || paid != 4 || use.Used != 4 {
		t.Errorf("%d redeemed, %d counted, the limit is 4: %v", paid, use.Used, err)
	}
}
