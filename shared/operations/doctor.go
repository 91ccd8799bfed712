package operations

import (
	"context"
	"fmt"
	"time"

	"perennial/shared/billing"
	"perennial/shared/merchant"
	"perennial/shared/record"
)

// Finding is one thing that is not as it must be.
type Finding struct {
	Scope  merchant.Scope
	Object string
	Rule   string // the invariant, in words
	Detail string
}

// Ledger is the gateway's own account of what it took, per payment id,
// refunds subtracted. A gateway that cannot be listed gives nil.
type Ledger func(ctx context.Context, scope merchant.Scope) (map[string]int64, error)

// Examine checks the invariants of one scope: no lock older than its lease,
// gateway ledger = payments = invoices = journal, every on_hold has a hold.
// What changes while it looks may show as a finding; look twice.
func (s *Service) Examine(ctx context.Context, scope merchant.Scope, ledger Ledger) ([]Finding, error) {
	e := examination{scope: scope, wall: s.Wall(), store: s.Store}
	if ledger != nil {
		var err error
		if e.ledger, err = ledger(ctx, scope); err != nil {
			return nil, fmt.Errorf("ledger of %s: %w", scope, err)
		}
	}
	if err := each(ctx, s.Store, scope, record.KindSubscription, e.subscription); err != nil {
		return nil, err
	}
	if err := each(ctx, s.Store, scope, record.KindPayment, e.payment); err != nil {
		return nil, err
	}
	if err := e.silence(ctx); err != nil {
		return nil, err
	}
	if err := e.unread(ctx); err != nil {
		return nil, err
	}
	for payment, kept := range e.ledger {
		if kept != 0 {
			e.report(payment, "every capture belongs to a payment", fmt.Sprintf("the gateway kept %d", kept))
		}
	}
	return e.findings, nil
}

// longestDebit is how long a bank debit may stay in processing.
const longestDebit = 14 * 24 * time.Hour

type examination struct {
	scope    merchant.Scope
	wall     time.Time
	store    Store
	ledger   map[string]int64
	findings []Finding
	newest   map[string]time.Time // creation of the latest settled payment, by gateway account
}

func (e *examination) report(object, rule, detail string) {
	e.findings = append(e.findings, Finding{e.scope, object, rule, detail})
}

func (e *examination) subscription(ctx context.Context, sub billing.Subscription) error {
	patience := 5 * time.Minute
	if sub.Lock.State == billing.LockProcessing {
		patience = longestDebit
	}
	if sub.Lock.Set() && e.wall.After(sub.Lock.Lease.Add(patience)) {
		e.report(sub.ID, "no payment lock is older than its lease", "taken "+sub.Lock.TakenAt.Format(time.RFC3339))
	}
	if !sub.Blocked.Since.IsZero() && !sub.Status.Ended() {
		e.report(sub.ID, "every renewal can be billed", fmt.Sprintf("since %s, %d tries: %s", sub.Blocked.Since, sub.Blocked.Tries, sub.Blocked.Reason))
	}
	if sub.Status != billing.StatusOnHold {
		return nil
	}
	found, err := e.store.Load(ctx, e.scope, record.RefOf[billing.Hold](billing.HoldID(sub.ID, sub.HoldEpoch)))
	if err != nil {
		return err
	}
	hold, ok := found[0].(billing.Hold)
	switch {
	case !ok:
		e.report(sub.ID, "every on_hold has a hold", fmt.Sprintf("hold %d is missing", sub.HoldEpoch))
	case hold.Verdict == billing.VerdictPaid:
		e.report(sub.ID, "a paid hold leads to active", hold.ID())
	}
	return nil
}

func (e *examination) payment(ctx context.Context, p billing.Payment) error {
	e.settledAt(p)
	var kept int64
	if p.Status == billing.PaymentSucceeded {
		kept = p.Amount.Minor - p.Refunded.Minor - p.Withheld.Minor
		if err := e.books(ctx, p); err != nil {
			return err
		}
	}
	under, err := e.backs(ctx, p)
	if err != nil {
		return err
	}
	if e.ledger != nil && e.ledger[p.ID] != kept && e.ledger[p.ID] != kept-under {
		e.report(p.ID, "the gateway's ledger equals the payments", fmt.Sprintf("ours %d, the gateway's %d", kept, e.ledger[p.ID]))
	}
	delete(e.ledger, p.ID)
	return nil
}

// books compares a succeeded payment with its invoices and journal entry.
func (e *examination) books(ctx context.Context, p billing.Payment) error {
	refs := []record.Ref{record.RefOf[billing.Entry](p.ID)}
	for _, id := range p.Invoices {
		refs = append(refs, record.RefOf[billing.Invoice](id))
	}
	found, err := e.store.Load(ctx, e.scope, refs...)
	if err != nil {
		return err
	}
	var invoiced int64
	for _, obj := range found[1:] {
		v, ok := obj.(billing.Invoice)
		if !ok || v.Status != billing.InvoicePaid || v.Payment != p.ID || v.Number == "" {
			e.report(p.ID, "a succeeded payment has paid, numbered invoices", v.ID)
		}
		invoiced += v.Due().Minor
	}
	if invoiced != p.Amount.Minor {
		e.report(p.ID, "payments equal their invoices", fmt.Sprintf("payment %d, invoices %d", p.Amount.Minor, invoiced))
	}
	entry, ok := found[0].(billing.Entry)
	if p.Amount.Nothing() {
		return nil
	}
	if !ok || entry.Balanced() != nil || entry.Postings[0].Amount != p.Amount {
		e.report(p.ID, "the journal holds every payment, balanced", fmt.Sprint(entry.Postings))
	}
	return nil
}

// each walks all objects of a kind by creation time, so that neither depth
// nor writers in between make it skip one.
func each[T any](ctx context.Context, l record.Lister, scope merchant.Scope, kind record.Kind, visit func(context.Context, T) error) error {
	seen := make(map[string]bool)
	q := record.Query{Kind: kind, Limit: record.MaxLimit}
	for {
		page, err := l.List(ctx, scope, q)
		if err != nil {
			return fmt.Errorf("list %s of %s: %w", kind, scope, err)
		}
		fresh := 0
		for _, obj := range page {
			entry, err := record.Describe(obj)
			if err != nil {
				return err
			}
			q.To = entry.Created
			if seen[entry.ID] {
				continue
			}
			seen[entry.ID] = true
			fresh++
			if err := visit(ctx, obj.(T)); err != nil {
				return fmt.Errorf("%s %s: %w", kind, entry.ID, err)
			}
		}
		switch {
		case fresh > 0:
			q.Offset = 0
		case len(page) < q.Limit:
			return nil
		default: // a page of one instant, seen already: look past it
			q.Offset += len(page)
		}
	}
}
