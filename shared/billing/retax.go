package billing

import (
	"slices"
	"time"

	"perennial/shared/calendar"
	"perennial/shared/money"
	"perennial/shared/tax"
	"perennial/shared/taxid"
)

// Retaxed is a due notice with the tax of a payment at an instant: the notice
// says the rate of the day on which it opened, the payment decides (rules
// 16). The end is that of the period it pays for. The buyer is taxed as the
// notice names them; what was issued stays as it is.
func (v Invoice) Retaxed(seller tax.Seller, at, end calendar.Instant) (Invoice, error) {
	if v.Status != InvoiceOpen || v.Final() {
		return v, nil
	}
	billed := v.Period
	v.Period.End = end
	again, err := v.taxed(seller, v.taxedAs(), at)
	if err != nil {
		return v, err
	}
	again.Period = billed
	return again.credited(v.Credit), nil
}

// taxedAs is the buyer as the invoice's tax was decided.
func (v Invoice) taxedAs() tax.Buyer {
	status := taxid.Unknown
	for _, d := range v.Levies {
		switch {
		case d.Treatment == tax.ReverseCharge:
			status = taxid.Valid
		case d.Reason == tax.ReasonPending:
			status = taxid.Pending
		}
	}
	return TaxBuyer(v.Buyer.Address, v.Buyer.TaxID, status, Customer{TaxExempt: v.Exempt()})
}

// Exempt reports an invoice whose buyer was exempt by a certificate.
func (v Invoice) Exempt() bool {
	return slices.ContainsFunc(v.Levies, func(d tax.Decision) bool { return d.Reason == tax.ReasonCustomer })
}

// Owes is what the subscription owes when it is paid at an instant, taxed as
// of then. Credit that a lower tax leaves unused is the subscription's again,
// so the dues are to be begun on the subscription that is returned.
func (s Subscription) Owes(open []Invoice, seller tax.Seller, at calendar.Instant, keep time.Duration, zone *time.Location) (Subscription, Dues, error) {
	d, err := s.DuesAt(open, at, keep, zone)
	if err != nil || s.Lock.Set() { // an attempt in flight has its amounts
		return s, d, err
	}
	again := slices.Clone(open)
	for i, v := range open {
		end := v.Period.End
		if d.Restart && v.Cause == CauseRenewal {
			end = d.Next
		}
		if again[i], err = v.Retaxed(seller, at, end); err != nil {
			return s, d, err
		}
		if s, err = s.retaxed(v, again[i], at); err != nil {
			return s, d, err
		}
	}
	d, err = s.DuesAt(again, at, keep, zone)
	return s, d, err
}

// retaxed keeps what the subscription knows of an invoice in step with its
// tax: the credit that it uses, and what a change of plan is worth.
func (s Subscription) retaxed(was, is Invoice, at calendar.Instant) (Subscription, error) {
	spare := money.Of(was.Credit.Minor-is.Credit.Minor, was.Total.Currency)
	if s.Change == nil || s.Change.Invoice != was.ID {
		return s.refill(was.ID, spare, at), nil
	}
	c := *s.Change
	free := min(c.Used.Minor, spare.Minor)
	if free > 0 {
		s = s.refill(c.ID, money.Of(free, spare.Currency), at)
		c.Used.Minor -= free
		spare.Minor -= free
	}
	c.Credit.Left.Minor += max(0, spare.Minor)
	_, paid, tax, err := is.priced()
	if err == nil && paid.Minor > 0 && is.Tax != was.Tax {
		c.Funded.Tax, err = tax.Times(c.Funded.Paid.Minor, paid.Minor)
	}
	s.Change = &c
	return s, err
}

// Asks is a purchase's invoice as it is taxed when it is paid at an instant.
func (p Purchase) Asks(v Invoice, seller tax.Seller, at calendar.Instant) (Invoice, error) {
	if !p.Open() || p.Lock.Set() {
		return v, nil
	}
	return v.Retaxed(seller, at, v.Period.End)
}
