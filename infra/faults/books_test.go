package faults

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"perennial/infra/local/asl"
	"perennial/shared/billing"
	"perennial/shared/calendar"
	"perennial/shared/charging"
	"perennial/shared/hooks"
	"perennial/shared/merchant"
	"perennial/shared/operations"
	"perennial/shared/record"
)

// books is everything that was written down about one business.
type books struct {
	*trial
	ledger   map[string]int64 // what the gateway kept, by payment
	payments []billing.Payment
	invoices []billing.Invoice
	sub      billing.Subscription
	customer billing.Customer
	entries  map[string]billing.Entry
	outbox   []record.Outbox
	problems []string
}

func (b *books) problem(format string, args ...any) {
	b.problems = append(b.problems, fmt.Sprintf(format, args...))
}

// audit compares all books of the trial and lists what does not agree.
func (tr *trial) audit() []string {
	tr.t.Helper()
	b := &books{trial: tr, ledger: map[string]int64{}, entries: map[string]billing.Entry{}}
	b.open()
	ledger := maps.Clone(b.ledger)
	b.money()
	b.periods()
	b.lock()
	b.holds()
	b.deliveries()
	b.doctor(ledger)
	b.ending()
	return b.problems
}

// open reads everything.
func (b *books) open() {
	lines, err := b.bank.Ledger(b.ctx(), b.scope.String())
	b.check(err)
	for _, line := range lines {
		_, _, payment, ok := charging.ParseTag(line.Payment)
		if !ok {
			b.problem("ledger line without our payment: %+v", line)
		}
		if line.Kind == "refund" {
			line.Amount.Minor = -line.Amount.Minor
		}
		b.ledger[payment] += line.Amount.Minor
	}
	found, err := b.store.Owned(b.ctx(), b.scope, b.trial.customer.ID,
		record.KindPayment, record.KindInvoice, record.KindSubscription, record.KindCustomer)
	b.check(err)
	for _, obj := range found {
		switch o := obj.(type) {
		case billing.Payment:
			b.payments = append(b.payments, o)
		case billing.Invoice:
			b.invoices = append(b.invoices, o)
		case billing.Subscription:
			b.sub = o
		case billing.Customer:
			b.customer = o
		}
	}
	b.readJournal()
	b.check(b.store.ReplayOutbox(b.ctx(), b.scope, time.Time{}, func(o record.Outbox) error {
		b.outbox = append(b.outbox, o)
		return nil
	}))
}

// readJournal reads the entry of every payment, whatever became of it.
func (b *books) readJournal() {
	if len(b.payments) == 0 {
		return
	}
	var refs []record.Ref
	for _, p := range b.payments {
		refs = append(refs, record.RefOf[billing.Entry](p.ID))
	}
	found, err := b.store.Load(b.ctx(), b.scope, refs...)
	b.check(err)
	for _, obj := range found {
		if entry, ok := obj.(billing.Entry); ok {
			b.entries[entry.ID] = entry
		}
	}
}

// money compares ledger, payments, journal and events, to the cent.
func (b *books) money() {
	told := b.told()
	for _, p := range b.payments {
		var kept int64
		if p.Status == billing.PaymentSucceeded {
			kept = p.Amount.Minor - p.Refunded.Minor
		}
		if b.ledger[p.ID] != kept {
			b.problem("payment %s is %s over %d, refunded %d; the gateway kept %d", p.ID, p.Status, p.Amount.Minor, p.Refunded.Minor, b.ledger[p.ID])
		}
		if diff := b.journal(p); diff != "" {
			b.problem("journal of payment %s, which is %s: %s", p.ID, p.Status, diff)
		}
		if want := map[bool]int{true: 1}[p.Status == billing.PaymentSucceeded]; len(told[p.ID]) != want {
			b.problem("payment %s is %s, %d events say that it succeeded", p.ID, p.Status, len(told[p.ID]))
		}
		for _, amount := range told[p.ID] {
			if amount != p.Amount.Minor {
				b.problem("an event tells %d of payment %s over %d", amount, p.ID, p.Amount.Minor)
			}
		}
		delete(b.ledger, p.ID)
		delete(told, p.ID)
	}
	for payment, kept := range b.ledger {
		if kept != 0 {
			b.problem("the gateway kept %d for %s, which nobody knows", kept, payment)
		}
	}
	for payment := range told {
		b.problem("an event tells of payment %s, which nobody knows", payment)
	}
}

// told lists the amounts of all payment.succeeded events, by payment.
func (b *books) told() map[string][]int64 {
	told := map[string][]int64{}
	for _, o := range b.outbox {
		for _, e := range o.Events {
			if e.Type != billing.EventPaymentSucceeded {
				continue
			}
			p, ok := record.Find(o, func(p billing.Payment) bool { return p.ID == e.Object })
			if !ok {
				b.problem("event of %s without its payment", e.Object)
			}
			told[e.Object] = append(told[e.Object], p.Amount.Minor)
		}
	}
	return told
}

// journal says what is wrong with a payment's entry.
func (b *books) journal(p billing.Payment) string {
	entry, written := b.entries[p.ID]
	switch {
	case written != (p.Status == billing.PaymentSucceeded):
		return fmt.Sprintf("written %v", written)
	case !written:
		return ""
	case entry.Balanced() != nil:
		return entry.Balanced().Error()
	case entry.Postings[0].Amount != p.Amount:
		return fmt.Sprintf("%v instead of %v", entry.Postings[0].Amount, p.Amount)
	}
	return ""
}

// periods checks that each invoice was paid once, by a payment that
// succeeded, that no time was paid for twice, and the numbers.
func (b *books) periods() {
	var numbers, notes []string
	var paid []calendar.Period
	for _, v := range b.invoices {
		switch {
		case v.Kind == billing.KindCreditNote:
			notes = append(notes, v.Number)
			continue
		case v.Status != billing.InvoicePaid:
			if v.Number != "" {
				b.problem("invoice %s is %s and has number %s", v.ID, v.Status, v.Number)
			}
			continue
		}
		i := slices.IndexFunc(b.payments, func(p billing.Payment) bool { return p.ID == v.Payment })
		if i < 0 || b.payments[i].Status != billing.PaymentSucceeded {
			b.problem("invoice %s is paid by %s, which did not succeed", v.ID, v.Payment)
		}
		numbers = append(numbers, v.Number)
		for _, other := range paid {
			if other.Start < v.Period.End && v.Period.Start < other.End {
				b.problem("%v and %v were both paid", other, v.Period)
			}
		}
		paid = append(paid, v.Period)
	}
	b.gapless("ADA-%04d", numbers, b.customer.InvoiceSeq)
	b.gapless("ADA-CN%04d", notes, b.customer.CreditSeq)
}

// gapless checks a series of numbers and its counter.
func (b *books) gapless(pattern string, numbers []string, counter int64) {
	slices.Sort(numbers)
	for i, number := range numbers {
		if want := fmt.Sprintf(pattern, i+1); number != want {
			b.problem("invoice number %s where %s is next", number, want)
		}
	}
	if int(counter) != len(numbers) {
		b.problem("%d numbers taken, %d invoices numbered", counter, len(numbers))
	}
}

func (b *books) lock() {
	if b.sub.Lock.Set() {
		b.problem("the payment lock is left: %+v", b.sub.Lock)
	}
}

// holds checks that each hold fits its subscription, and that exactly one
// execution of its flow began and stands where it should.
func (b *books) holds() {
	for epoch := 1; epoch <= b.sub.HoldEpoch; epoch++ {
		h, err := record.Get[billing.Hold](b.ctx(), b.store, b.scope, billing.HoldID(b.sub.ID, epoch))
		b.check(err)
		held := epoch == b.sub.HoldEpoch && b.sub.Status == billing.StatusOnHold
		if h.Open() && !held || h.Verdict == billing.VerdictPaid && held {
			b.problem("hold %d has verdict %q, the subscription is %s", epoch, h.Verdict, b.sub.Status)
		}
		begun, status, at := b.flows.state(h.Execution())
		want := asl.StatusSucceeded
		if h.Open() {
			want = asl.StatusRunning
		}
		if begun != 1 || status != want || (h.Flow == billing.FlowDone) != !h.Open() {
			b.problem("hold %d is %q with flow %s: its execution began %d times and is %s at %s", epoch, h.Verdict, h.Flow, begun, status, at)
		}
	}
}

// deliveries checks that every commit was queued for the endpoint, and every
// mail that one asks for.
func (b *books) deliveries() {
	deliveries, mail := b.queues.all("deliveries"), b.queues.all("mail")
	for _, o := range b.outbox {
		if len(o.Events) == 0 || !hooks.WantsAny(merchant.Endpoint{}, o.Events) {
			continue
		}
		key := o.Key + "@whk_"
		if !slices.ContainsFunc(deliveries, func(body string) bool { return strings.Contains(body, key) }) {
			b.problem("commit %s never reached the endpoint", o.Key)
		}
		succeeded := slices.ContainsFunc(o.Events, func(e billing.Event) bool { return e.Type == billing.EventPaymentSucceeded })
		if succeeded && !slices.ContainsFunc(mail, func(body string) bool { return strings.Contains(body, o.Key+"@receipt") }) {
			b.problem("commit %s has no receipt", o.Key)
		}
	}
}

// doctor asks the operator's own examination.
func (b *books) doctor(ledger map[string]int64) {
	s := &operations.Service{Store: b.store, Wall: func() time.Time { return time.Now().UTC() }}
	findings, err := s.Examine(b.ctx(), b.scope, func(context.Context, merchant.Scope) (map[string]int64, error) {
		return ledger, nil
	})
	b.check(err)
	for _, f := range findings {
		b.problem("the doctor found: %s: %s (%s)", f.Object, f.Rule, f.Detail)
	}
}

// ending checks the scenario's own expectation.
func (b *books) ending() {
	if b.sub.Status != b.scenario.ends {
		b.problem("the subscription ends %s, not %s", b.sub.Status, b.scenario.ends)
	}
	renewals := 0
	for _, v := range b.invoices {
		if v.Cause == billing.CauseRenewal && v.Status == billing.InvoicePaid {
			renewals++
		}
	}
	if b.scenario.renewals >= 0 && renewals != b.scenario.renewals {
		b.problem("%d renewals are paid, not %d", renewals, b.scenario.renewals)
	}
	if b.scenario.expect != nil {
		b.scenario.expect(b)
	}
	if b.scenario.renewals == 1 && b.sub.Period.Start < b.missed {
		b.problem("the period did not move: %v", b.sub.Period)
	}
}
