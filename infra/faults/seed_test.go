package faults

import (
	"time"

	"perennial/shared/bank"
	"perennial/shared/billing"
	"perennial/shared/calendar"
	"perennial/shared/charging"
	"perennial/shared/dunning"
	"perennial/shared/gateway/sandbox"
	"perennial/shared/ids"
	"perennial/shared/lifecycle/lifecycletest"
	"perennial/shared/merchant"
	"perennial/shared/money"
	"perennial/shared/record"
)

const zone = "Europe/Berlin"

// found writes the business, its product and its customer, with the test clock
// at an instant, and whatever else there is already.
func (tr *trial) found(clock calendar.Instant, events []billing.Event, more ...any) {
	tr.t.Helper()
	wall := time.Now().UTC()
	business := merchant.Business{
		ID: tr.scope.Business, Name: "Northwind", Email: "owner@northwind.example", Country: "US", Zone: zone, CreatedAt: wall,
	}
	state := merchant.State{
		Scope: tr.scope, Business: business, Recovery: merchant.DefaultRecovery(),
		Clock: merchant.Clock{Offset: clock.Time().Sub(wall)},
	}
	endpoint := merchant.Endpoint{ID: ids.New("whk_", wall), URL: "https://northwind.example/hook", CreatedAt: wall}
	tr.check(tr.store.Commit(tr.ctx(), record.Commit{
		Scope: tr.scope, Actor: record.System, Cause: "founded", At: clock, Events: events,
		Put: append([]any{business, state, endpoint, tr.product, tr.customer}, more...),
	}))
}

// people makes the product and the customer, whom the gateway knows.
func (tr *trial) people() {
	tr.t.Helper()
	wall := time.Now().UTC()
	tr.product = billing.Product{
		ID: ids.New("pdt_", wall), Name: "Atlas Pro", TaxCategory: "saas", CreatedAt: calendar.At(wall),
		Price: billing.Price{
			Amount: money.Of(2000, "USD"), Every: calendar.Interval{Count: 1, Unit: calendar.Month},
			Term: calendar.Interval{Count: 10, Unit: calendar.Year},
		},
	}
	tr.customer = billing.Customer{
		ID: ids.New("cus_", wall), Email: "ada@example.com", Name: "Ada", InvoicePrefix: "ADA", CreatedAt: calendar.At(wall),
	}
	payer, err := bank.NewCustomer(tr.scope.String(), tr.customer.ID)
	tr.check(err)
	tr.check(tr.bank.Enrol(tr.ctx(), payer))
	tr.customer.Gateways = map[string]string{sandbox.Name: payer.ID}
}

// pending makes a subscription that waits for its first payment.
func (tr *trial) pending() {
	tr.t.Helper()
	tr.people()
	tr.found(calendar.At(time.Now()), nil)
	made, err := tr.till.Sales.Order(tr.ctx(), lifecycletest.One(tr.scope, tr.product.ID, tr.customer.ID, "DE"))
	tr.check(err)
	tr.sub = made.Subscription
}

// due makes an active subscription, as an import would, whose renewal is due
// now and will meet a card.
func (tr *trial) due(card string) {
	tr.t.Helper()
	tr.prepareDue(card)
	tr.found(tr.missed, nil, tr.sub, tr.sub.Method)
}

func (tr *trial) prepareDue(card string) {
	tr.t.Helper()
	tr.people()
	wall := time.Now().UTC()
	begun := calendar.At(wall)
	sub, _, err := billing.Subscribe(billing.Order{
		ID: ids.New("sub_", wall), InvoiceID: ids.New("inv_", wall), Product: tr.product, Customer: tr.customer,
		Quantity: 1, Zone: zone, Billing: billing.Address{Country: "DE"}, At: begun,
	})
	tr.check(err)
	tr.missed, _ = calendar.Next(begun, tr.product.Price.Every, begun, tr.location())
	sub.Status, sub.Open, sub.Anchor = billing.StatusActive, nil, begun
	sub.Period = calendar.Period{Start: begun, End: tr.missed}
	sub.EndsAt = calendar.Boundary(begun, tr.product.Price.Term, 1, tr.location())
	sub.Method = tr.saved(card)
	tr.sub = sub
}

func (tr *trial) location() *time.Location {
	tr.t.Helper()
	l, err := time.LoadLocation(zone)
	tr.check(err)
	return l
}

// saved is a card that the customer gave earlier.
func (tr *trial) saved(card string) billing.Method {
	tr.t.Helper()
	wall := time.Now().UTC()
	holder := tr.customer.Gateways[sandbox.Name]
	kept := bank.Method{ID: ids.New("pm_", wall), Account: tr.scope.String(), Customer: holder, Card: card, ExpMonth: 12, ExpYear: wall.Year() + 3}
	tr.check(tr.bank.Commit(tr.ctx(), bank.Commit{Account: kept.Account, Method: &kept}))
	return billing.Method{
		ID: ids.New("pm_", wall), Customer: tr.customer.ID, Gateway: sandbox.Name, Account: kept.Account,
		Reference: kept.ID, Holder: holder, Brand: "visa", Last4: "4242", ExpMonth: 12, ExpYear: wall.Year() + 3,
		CreatedAt: calendar.At(wall),
	}
}

// declined makes a subscription whose renewal was declined, as the rules of
// billing write it; the world has not been told.
func (tr *trial) declined() {
	tr.t.Helper()
	tr.prepareDue("decline_on_charge")
	wall := time.Now().UTC()
	due, invoice, err := tr.sub.Renewal(billing.Terms{Invoice: ids.New("inv_", wall), Customer: tr.customer}, tr.missed, tr.location())
	tr.check(err)
	locked, invoices, err := due.Begin(
		billing.Attempt{Payment: ids.New("pay_", wall), Method: tr.sub.Method, By: billing.BySystem, At: tr.missed, Wall: wall},
		billing.Dues{Invoices: []billing.Invoice{invoice}, Total: invoice.Due()},
	)
	tr.check(err)
	locked = locked.Prepared(tr.refused(locked.Lock))
	decline := dunning.Classify("generic_decline", "")
	change, err := billing.Case{
		Subscription: locked, Customer: tr.customer, Invoices: invoices, At: tr.missed, Zone: tr.location(),
	}.Declined(decline, dunning.Decide(merchant.DefaultRecovery(), locked, dunning.Failed{Decline: decline, At: tr.missed}))
	tr.check(err)
	tr.found(tr.missed, change.Events, append(charging.Objects(change), tr.sub.Method, invoices[0])...)
	tr.sub = record.Next(change.Subscription)
}

// refused is the intent of a lock as the bank keeps it after a decline.
func (tr *trial) refused(l billing.Lock) string {
	tr.t.Helper()
	intent := bank.Intent{
		ID: ids.New("int_", l.TakenAt), Account: tr.scope.String(), State: bank.Declined, Decline: "generic_decline", Created: l.TakenAt,
		Order: bank.Order{
			Amount: l.Amount, Customer: l.Method.Holder, Method: l.Method.Reference,
			Payment: charging.Tag(tr.scope, tr.sub.ID, l.Payment),
		},
	}
	tr.check(tr.bank.Commit(tr.ctx(), bank.Commit{Account: intent.Account, Intent: &intent}))
	return intent.ID
}

// onHold makes a subscription whose hold's flow waits for its customer.
func (tr *trial) onHold() {
	tr.t.Helper()
	tr.declined()
	tr.announce()
}
