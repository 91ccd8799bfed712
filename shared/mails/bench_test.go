package mails_test

import (
	"context"
	"testing"
	"time"

	"perennial/shared/billing"
	"perennial/shared/calendar"
	"perennial/shared/clock/clocktest"
	"perennial/shared/email"
	"perennial/shared/identity"
	"perennial/shared/mails"
	"perennial/shared/merchant"
	"perennial/shared/money"
	"perennial/shared/record"
	"perennial/shared/record/recordtest"
)

var (
	scope = merchant.Scope{Business: "bus_1", Mode: merchant.Test}
	noon  = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	price = billing.Price{Amount: money.Of(1900, "USD"), Every: calendar.Interval{Count: 1, Unit: calendar.Month}}
	visa  = billing.Method{ID: "pm_1", Brand: "visa", Last4: "4242"}
)

// postOffice writes nothing into a mail but its template and button, and
// keeps what was sent. It may break before or after taking a mail.
type postOffice struct {
	letters []mails.Letter
	sent    []email.Message
	fail    error
}

func (p *postOffice) Write(l mails.Letter) (email.Message, error) {
	p.letters = append(p.letters, l)
	return email.Message{To: l.To, Subject: string(l.Template), Text: l.URL}, nil
}

func (p *postOffice) Send(_ context.Context, m email.Message) error {
	if p.fail == nil {
		p.sent = append(p.sent, m)
	}
	return p.fail
}

type bench struct {
	*mails.Service
	store  *recordtest.Fake
	office *postOffice
	clock  *clocktest.Clock
	t      *testing.T
}

func newBench(t *testing.T) *bench {
	t.Helper()
	b := &bench{store: recordtest.New(), office: &postOffice{}, clock: clocktest.At(noon), t: t}
	portals := map[merchant.Mode]string{merchant.Test: "https://test.portal", merchant.Live: "https://portal"}
	b.store.Wall = b.clock.Now
	b.Service = &mails.Service{
		Store: b.store, Writer: b.office, Sender: b.office, Portals: portals, Wall: b.clock.Now, AnyTestAddress: true,
		Links: &identity.Service{Store: b.store, Mailboxes: b.store, Addresses: b.store, Portals: portals, Wall: b.clock.Now},
	}
	b.commit(record.Commit{Put: []any{
		merchant.State{Scope: scope, Business: merchant.Business{ID: "bus_1", Name: "Acme", SupportEmail: "help@acme.example"}},
		billing.Customer{ID: "cus_1", Email: "Ada@example.com", Name: "Ada"},
		billing.Customer{ID: "cus_2", Email: "ada@example.com", Name: "Ada, at work"},
		billing.Mailbox{Email: "ada@example.com", Customer: "cus_1"},
		billing.Mailbox{Email: "ada@example.com", Customer: "cus_2"},
		billing.Product{ID: "pdt_1", Name: "Pro", Price: price},
		subscription(billing.StatusActive),
	}})
	return b
}

func subscription(s billing.Status) billing.Subscription {
	return billing.Subscription{
		ID: "sub_1", Customer: "cus_1", Product: "pdt_1", ProductName: "Pro", Status: s, Price: price, Quantity: 2,
		Zone: "Europe/Berlin", Method: visa, Period: calendar.Period{Start: calendar.At(noon), End: calendar.At(noon.AddDate(0, 1, 0))},
	}
}

func (b *bench) commit(c record.Commit) {
	b.t.Helper()
	c.Scope, c.Actor, c.Cause, c.At = scope, record.System, "test", calendar.At(noon)
	if err := b.store.Commit(b.t.Context(), c); err != nil {
		b.t.Fatal(err)
	}
}

// change rewrites the stored subscription.
func (b *bench) change(edit func(*billing.Subscription)) billing.Subscription {
	b.t.Helper()
	s, err := record.Get[billing.Subscription](b.t.Context(), b.store, scope, "sub_1")
	if err != nil {
		b.t.Fatal(err)
	}
	edit(&s)
	b.commit(record.Commit{Put: []any{s}})
	return s
}

// items are the mails that a commit asks for.
func (b *bench) items(o record.Outbox) []record.DueItem {
	b.t.Helper()
	items, err := mails.For(o, noon, func() (merchant.State, error) { return b.store.State(b.t.Context(), scope) })
	if err != nil {
		b.t.Fatal(err)
	}
	return items
}

// mail gives the one mail that the last commit with events asks for.
func (b *bench) mail() record.DueItem {
	b.t.Helper()
	all := b.store.Outboxes()
	items := b.items(all[len(all)-1])
	if len(items) != 1 {
		b.t.Fatalf("asks for %v", items)
	}
	return items[0]
}

func (b *bench) paid() record.DueItem {
	b.commit(record.Commit{
		Put: []any{billing.Payment{
			ID: "pay_1", Customer: "cus_1", Subscription: "sub_1", Status: billing.PaymentSucceeded, Amount: money.Of(3800, "USD"),
			Method: visa, InvoiceNumber: "ACME-0007", UpdatedAt: calendar.At(noon),
		}},
		Events: []billing.Event{{Type: billing.EventPaymentSucceeded, Object: "pay_1", Reason: billing.ReasonRenewal}},
	})
	return b.mail()
}

// held puts the subscription on hold and gives the mail of the notice.
func (b *bench) held() record.DueItem {
	b.change(func(s *billing.Subscription) {
		s.Status, s.HoldEpoch = billing.StatusOnHold, 1
		s.Failure = billing.Failure{
			At: calendar.At(noon), Decline: billing.Decline{Code: "expired_card", Class: billing.ClassNeedsCustomer},
			Method: billing.Method{ID: "pm_2", Brand: "mastercard", Last4: "4444"}, WindowEnd: calendar.At(noon.AddDate(0, 0, 30)),
		}
	})
	b.commit(record.Commit{
		Put: []any{billing.Hold{Subscription: "sub_1", Epoch: 1, Customer: "cus_1"}},
		Attach: []any{billing.Invoice{
			ID: "inv_1", Subscription: "sub_1", Status: billing.InvoiceOpen, Total: money.Of(3800, "USD"),
		}},
		Events: []billing.Event{{Type: billing.EventNotice, Object: "sub_1:1", Reason: "on_hold"}},
	})
	return b.mail()
}

func (b *bench) send(item record.DueItem) {
	b.t.Helper()
	if err := b.Event(b.t.Context(), item); err != nil {
		b.t.Fatal(err)
	}
}

func (b *bench) subjects() []string {
	var all []string
	for _, m := range b.office.sent {
		all = append(all, m.Subject+" to "+m.To)
	}
	return all
}
