package mails

import (
	"perennial/shared/billing"
	"perennial/shared/money"
	"perennial/shared/record"
)

// reminder announces a charge with what it will cost by today's prices,
// discounts and taxes (rules 13, R308). It is not wanted once the charge will
// not come, has moved, or the card was replaced.
func (d dossier) reminder(l Letter) (Letter, bool, error) {
	then, ok := record.Find(d.outbox, func(s billing.Subscription) bool { return s.ID == d.sub.ID })
	if !ok || !d.sub.Charges() || d.sub.Period.End != then.Period.End {
		return l, false, nil
	}
	l.Card = d.sub.Method
	if l.Template == CardExpiring {
		return l, d.sub.Method.ID == then.Method.ID, nil
	}
	next, err := d.sub.Upcoming(billing.Terms{Customer: d.customer, Seller: d.state.Seller.Tax}, 1, l.Zone)
	if err != nil || len(next) == 0 {
		return l, false, err
	}
	l.Amount = next[0].Due()
	if paid, ok := record.Find(d.outbox, func(p billing.Payment) bool { return p.Subscription == d.sub.ID }); ok && l.Template == PriceRise {
		l.Before = money.Of(paid.Amount.Minor+paid.Credit.Minor, paid.Amount.Currency)
	}
	return l, !l.Amount.Nothing() && next[0].Reason != billing.ReasonCarried, nil
}

// confirmation tells of something that was done. It is not wanted once it was
// undone.
func (d dossier) confirmation(l Letter) (Letter, bool) {
	then, ok := record.Find(d.outbox, func(s billing.Subscription) bool { return s.ID == d.sub.ID })
	if !ok {
		return l, false
	}
	switch l.Template {
	case CancelScheduled:
		return l, d.sub.Cancel.AtPeriodEnd && !d.sub.Status.Ended()
	case Cancelled:
		l.At = then.Cancel.At
		l.Lapsed = then.Cancel.Reason == billing.CancelledUnpaid || then.Cancel.Reason == billing.ReasonUnpaid
		return l, d.sub.Status == billing.StatusCancelled || d.sub.Status == billing.StatusExpired
	case PlanChanged:
		return l, !d.sub.Status.Ended()
	default:
		l.Card = then.Method
		return l, !then.Method.IsZero() && !d.sub.Status.Ended()
	}
}
