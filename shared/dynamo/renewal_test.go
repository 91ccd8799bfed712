package dynamo_test

import (
	"testing"
	"time"

	"perennial/shared/billing"
	"perennial/shared/calendar"
	"perennial/shared/ids"
	"perennial/shared/merchant"
	"perennial/shared/money"
	"perennial/shared/record"
)

// renewal is one renewal of a subscription, as its three commits. The objects
// are as full as those of a real merchant.
type renewal struct {
	scope merchant.Scope
	now   time.Time
	state billing.Subscription
	buyer billing.Customer
}

var berlin = mustZone("Europe/Berlin")

func mustZone(name string) *time.Location {
	zone, err := time.LoadLocation(name)
	if err != nil {
		panic(err)
	}
	return zone
}

// newRenewal commits an active subscription, paid for a month that is over.
func newRenewal(t *testing.T, store record.Committer) *renewal {
	t.Helper()
	start := time.Date(2046, 1, 15, 9, 30, 0, 0, time.UTC)
	scope := merchant.Scope{Business: ids.New(ids.Business, start), Mode: merchant.Live}
	method := billing.Method{
		ID: ids.New(ids.PaymentMethod, start), Gateway: "stripe", Account: "acct_1OqK2cLkdIwHu7ix",
		Reference: "pm_1OqK5dLkdIwHu7ixYvQ3s6Ta", Holder: "cus_PfXa8mJ0sVt3Ux", Brand: "visa", Last4: "4242", ExpMonth: 11,
		ExpYear: 2029, Country: "DE", Fingerprint: "Xt5EWLLDS7FJjR1c",
	}
	customer := billing.Customer{
		ID: ids.New(ids.Customer, start), Email: "katharina.musterfrau@example.com", Name: "Katharina Musterfrau",
		Phone: "+49 30 1234567", Metadata: map[string]any{"crm_id": "0015g00000Xabc"}, InvoicePrefix: "ACM7Q2", InvoiceSeq: 6,
		Gateways: map[string]string{"stripe": "cus_PfXa8mJ0sVt3Ux"}, CreatedAt: calendar.At(start),
	}
	method.Customer = customer.ID
	product := billing.Product{
		ID: ids.New(ids.Product, start), Name: "Pro plan, monthly", TaxCategory: "saas",
		Price: billing.Price{
			Amount: money.Of(2900, "EUR"), Every: calendar.Interval{Count: 1, Unit: calendar.Month},
			Term: calendar.Interval{Count: 5, Unit: calendar.Year},
		},
	}
	sub, invoice, err := billing.Subscribe(billing.Order{
		ID: ids.New(ids.Subscription, start), InvoiceID: ids.New(ids.Invoice, start), Product: product, Customer: customer,
		Quantity: 1, TrialDays: -1, Zone: "Europe/Berlin", At: calendar.At(start), TaxID: "DE123456789",
		Billing:  billing.Address{Country: "DE", City: "Berlin", State: "Berlin", Street: "Torstraße 1", Zip: "10119"},
		Metadata: map[string]any{"workspace": "acme-berlin"},
	})
	if err != nil {
		t.Fatal(err)
	}
	r := &renewal{scope: scope, now: start, state: sub, buyer: customer}
	r.commit(t, store, "setup", []any{sub, customer, invoice}, nil)
	r.state, r.buyer = record.Next(sub), record.Next(customer)
	r.pay(t, store, record.Next(invoice), method, billing.ByCustomer)
	r.now = r.state.Period.End.Time().Add(20 * time.Second)
	return r
}

func (r *renewal) at() calendar.Instant { return calendar.At(r.now) }

func (r *renewal) commit(t *testing.T, store record.Committer, cause string, put []any, events []billing.Event) {
	t.Helper()
	err := store.Commit(t.Context(), record.Commit{
		Scope: r.scope, Actor: record.System, Cause: cause, At: r.at(), Put: put, Attach: []any{r.buyer}, Events: events,
	})
	if err != nil {
		t.Fatal(err)
	}
}

// run renews once: lock, intent, settlement.
func (r *renewal) run(t *testing.T, store record.Committer) {
	t.Helper()
	sub, invoice, err := r.state.Renewal(billing.Terms{Invoice: ids.New(ids.Invoice, r.now), Customer: r.buyer}, r.at(), berlin)
	if err != nil {
		t.Fatal(err)
	}
	r.state = sub
	r.pay(t, store, invoice, sub.Method, billing.BySystem)
}

// pay collects an invoice in three commits.
func (r *renewal) pay(t *testing.T, store record.Committer, invoice billing.Invoice, m billing.Method, by billing.Initiator) {
	t.Helper()
	dues, err := r.state.DuesAt([]billing.Invoice{invoice}, r.at(), 0, berlin)
	if err != nil {
		t.Fatal(err)
	}
	locked, invoices, err := r.state.Begin(billing.Attempt{
		Payment: ids.New(ids.Payment, r.now), Method: m, By: by, Keep: by == billing.ByCustomer, At: r.at(), Wall: r.now,
	}, dues)
	if err != nil {
		t.Fatal(err)
	}
	r.commit(t, store, "lock", []any{locked, invoices[0]}, nil)
	prepared := record.Next(locked).Prepared("pi_3OqK7gLkdIwHu7ix0TqYw2Zr")
	r.commit(t, store, "intent", []any{prepared}, nil)
	change, err := billing.Case{
		Subscription: record.Next(prepared), Customer: r.buyer, Invoices: []billing.Invoice{record.Next(invoices[0])},
		At: r.at() + 1_234_567, Zone: berlin,
	}.Paid("ch_3OqK7gLkdIwHu7ix0aBcD9Ef")
	if err != nil {
		t.Fatal(err)
	}
	r.commit(t, store, "settle", []any{change.Subscription, *change.Customer, change.Invoices[0], *change.Payment, *change.Entry}, change.Events)
	r.state, r.buyer = record.Next(change.Subscription), record.Next(*change.Customer)
}
