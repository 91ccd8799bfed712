package mails

import (
	"context"
	"fmt"

	"perennial/shared/billing"
	"perennial/shared/record"
)

// isAsking reports a mail that asks its reader to pay one invoice.
func isAsking(t Template) bool { return t == InvoiceIssued || t == InvoiceOverdue || t == PlanPayment }

// asked writes the mail that asks for the payment of a manual renewal or of a
// change of plan (R240), with a link that pays this invoice and nothing else.
// It is not wanted once the invoice is paid or given up, and waits while a
// payment is under way: one that comes to nothing leaves it to be asked for.
func (s *Service) asked(ctx context.Context, d dossier, t Template, portal string) (Letter, bool, error) {
	l, err := d.letter(portal)
	if err != nil {
		return l, false, err
	}
	l.Template, l.NextBill, l.WindowEnd = t, d.sub.Period.End, d.sub.Manual.Ends
	id := ""
	if c := d.sub.Change; t == PlanPayment && c != nil && c.Former == nil {
		id, l.Product, l.WindowEnd = c.Invoice, c.Plan.ProductName, c.Expires
	}
	if t != PlanPayment && d.sub.Manual.On && d.sub.Status.Access() && len(d.sub.Open) == 1 {
		id = d.sub.Open[0]
	}
	if id == "" {
		return l, false, nil
	}
	if d.sub.Lock.Set() { // whether it is paid is decided soon
		return l, false, later(billing.LeaseChallenge)
	}
	v, err := record.Get[billing.Invoice](ctx, s.Store, d.outbox.Scope, id)
	if err != nil {
		return l, false, fmt.Errorf("invoice %s: %w", id, err)
	}
	then, told := record.Find(d.outbox, func(v billing.Invoice) bool { return v.Subscription == d.sub.ID })
	if v.Status != billing.InvoiceOpen || told && then.ID != v.ID {
		return l, false, nil
	}
	l.Amount, l.Invoice = v.Due(), v.Number
	if t != PlanPayment {
		l.NextBill = v.DueAt
	}
	l.URL, err = s.payLink(ctx, d, l.URL, v.ID)
	return l, err == nil, err
}
