package operations

import (
	"context"
	"fmt"

	"perennial/shared/billing"
	"perennial/shared/record"
)

// backs compares a payment with its refunds and disputes and their journal
// entries. under is the amount of a refund whose outcome is not known here: the
// gateway may have made it already.
func (e *examination) backs(ctx context.Context, p billing.Payment) (under int64, err error) {
	var refs []record.Ref
	for _, id := range p.Refunds {
		refs = append(refs, record.RefOf[billing.Refund](id), record.RefOf[billing.Entry](id))
	}
	for _, id := range p.Disputes {
		refs = append(refs, record.RefOf[billing.Dispute](id))
	}
	if len(refs) == 0 && p.Refunded.Nothing() {
		return 0, nil
	}
	found, err := e.store.Load(ctx, e.scope, refs...)
	if err != nil {
		return 0, err
	}
	entries := map[string]billing.Entry{}
	for _, obj := range found {
		if entry, ok := obj.(billing.Entry); ok {
			entries[entry.ID] = entry
		}
	}
	var refunded, withheld int64
	for _, obj := range found {
		switch o := obj.(type) {
		case billing.Refund:
			if o.Status.Open() {
				under = o.Amount.Minor
			}
			refunded += e.refund(p, o, entries)
		case billing.Dispute:
			away, err := e.dispute(ctx, o)
			if err != nil {
				return 0, err
			}
			withheld += away
		}
	}
	if refunded != p.Refunded.Minor || withheld != p.Withheld.Minor {
		e.report(p.ID, "a payment knows what its refunds and disputes took",
			fmt.Sprintf("refunds %d of %d, disputes %d of %d", p.Refunded.Minor, refunded, p.Withheld.Minor, withheld))
	}
	if p.Refunded.Minor > p.Amount.Minor {
		e.report(p.ID, "no more is refunded than was captured", fmt.Sprintf("%d of %d", p.Refunded.Minor, p.Amount.Minor))
	}
	return under, nil
}

// refund is what a refund gave back.
func (e *examination) refund(p billing.Payment, r billing.Refund, entries map[string]billing.Entry) int64 {
	if r.Status.Open() && p.Refunding != r.ID {
		e.report(r.ID, "a payment waits for its open refund", p.ID)
	}
	if r.Status != billing.RefundSucceeded {
		return 0
	}
	e.journaled(r.ID, r.Amount.Minor, entries)
	return r.Amount.Minor
}

// dispute is what a dispute keeps from the merchant.
func (e *examination) dispute(ctx context.Context, d billing.Dispute) (int64, error) {
	if !d.Claimed.Nothing() {
		e.report(d.ID, "no dispute is over more than was paid", fmt.Sprintf("the gateway names %d, %d are taken", d.Claimed.Minor, d.Amount.Minor))
	}
	var refs []record.Ref
	for _, id := range d.Entries() {
		refs = append(refs, record.RefOf[billing.Entry](id))
	}
	if len(refs) == 0 {
		return 0, nil
	}
	found, err := e.store.Load(ctx, e.scope, refs...)
	if err != nil {
		return 0, err
	}
	var away, kept int64
	if !d.Returned {
		away = d.Amount.Minor
	}
	for i, obj := range found {
		entry, ok := obj.(billing.Entry)
		if !ok || entry.Balanced() != nil || len(entry.Postings) < 2 {
			e.report(refs[i].ID, soundJournal, fmt.Sprint(entry.Postings))
			continue
		}
		kept -= entry.Postings[0].Amount.Minor
	}
	if kept != away {
		e.report(d.ID, soundJournal, fmt.Sprintf("%d of %d", kept, away))
	}
	return away, nil
}

// soundJournal is what the journal promises.
const soundJournal = "the journal holds every refund and dispute, balanced"

// journaled reports a movement that the journal does not show, balanced.
func (e *examination) journaled(id string, amount int64, entries map[string]billing.Entry) {
	entry, ok := entries[id]
	if ok && entry.Balanced() == nil && len(entry.Postings) > 1 && max(entry.Postings[0].Amount.Minor, -entry.Postings[0].Amount.Minor) == amount {
		return
	}
	e.report(id, soundJournal, fmt.Sprint(entry.Postings))
}
