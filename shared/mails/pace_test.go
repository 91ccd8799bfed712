package mails_test

import (
	"testing"
	"time"

	"perennial/shared/billing"
	"perennial/shared/calendar"
	"perennial/shared/mails"
	"perennial/shared/merchant"
	"perennial/shared/money"
	"perennial/shared/record"
)

// heldToo puts another subscription of the same customer on hold.
func (b *bench) heldToo() record.DueItem {
	b.t.Helper()
	s := subscription(billing.StatusOnHold)
	s.ID, s.HoldEpoch = "sub_2", 1
	b.commit(record.Commit{Put: []any{s}})
	b.commit(record.Commit{
		Put:    []any{billing.Hold{Subscription: "sub_2", Epoch: 1, Customer: "cus_1"}},
		Attach: []any{billing.Invoice{ID: "inv_2", Subscription: "sub_2", Status: billing.InvoiceOpen, Total: money.Of(3800, "USD")}},
		Events: []billing.Event{{Type: billing.EventNotice, Object: "sub_2:1", Reason: "on_hold"}},
	})
	return b.mail()
}

// Rules 21: at most one a day over all subscriptions, and none is lost.
func TestTwoFailuresOfACustomerAreADayApart(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	first, second := b.held(), b.heldToo()
	b.send(first)
	b.clock.Advance(time.Hour)
	b.send(second)
	if len(b.office.sent) != 1 {
		t.Fatalf("within the hour: %v", b.subjects())
	}
	m, err := record.Get[record.Mail](t.Context(), b.store, scope, second.Ref.ID)
	if err != nil || !m.Next.Equal(noon.Add(24*time.Hour)) || m.Tries != 0 {
		t.Fatalf("the second waits as %+v, %v", m, err)
	}
	b.clock.Set(m.Next)
	b.send(second)
	if len(b.office.sent) != 2 {
		t.Errorf("a day later: %v", b.subjects())
	}
}

func TestAFailureIsToldByDay(t *testing.T) {
	t.Parallel()
	live := merchant.Scope{Business: "bus_1", Mode: merchant.Live}
	for clock, opens := range map[string]string{
		"2026-03-01T03:30:00Z": "2026-03-01T07:00:00Z", // Berlin is an hour ahead
		"2026-03-01T19:30:00Z": "2026-03-02T07:00:00Z",
		"2026-03-01T12:00:00Z": "",
	} {
		b := newBench(t)
		wall, err := time.Parse(time.RFC3339, clock)
		if err != nil {
			t.Fatal(err)
		}
		b.clock.Set(wall)
		s := subscription(billing.StatusOnHold)
		s.HoldEpoch = 1
		commit := record.Commit{
			Scope: live, Actor: record.System, Cause: "test", At: calendar.At(wall),
			Put: []any{
				merchant.State{Scope: live, Business: merchant.Business{ID: "bus_1", Name: "Acme"}},
				billing.Customer{ID: "cus_1", Email: "ada@example.com"}, s, billing.Hold{Subscription: "sub_1", Epoch: 1, Customer: "cus_1"},
			},
			Attach: []any{billing.Invoice{ID: "inv_1", Subscription: "sub_1", Status: billing.InvoiceOpen, Total: money.Of(3800, "USD")}},
			Events: []billing.Event{{Type: billing.EventNotice, Object: "sub_1:1", Reason: "on_hold"}},
		}
		if err := b.store.Commit(t.Context(), commit); err != nil {
			t.Fatal(err)
		}
		all := b.store.Outboxes()
		item := record.DueItem{Scope: live, Ref: record.RefOf[record.Mail](mails.ID(all[len(all)-1].Key, mails.OnHold))}
		b.send(item)
		if opens == "" {
			if len(b.office.sent) != 1 {
				t.Errorf("%s: not sent by day", clock)
			}
			continue
		}
		m, err := record.Get[record.Mail](t.Context(), b.store, live, item.Ref.ID)
		if err != nil || len(b.office.sent) != 0 || m.Next.UTC().Format(time.RFC3339) != opens {
			t.Errorf("%s: sent %v, waits until %s, %v", clock, b.subjects(), m.Next, err)
		}
	}
}
