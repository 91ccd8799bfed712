package billing

import (
	"perennial/shared/calendar"
	"perennial/shared/money"
	"perennial/shared/tax"
	"perennial/shared/taxid"
)

// Terms are what composing a subscription's invoice takes from outside it.
type Terms struct {
	Invoice  string // id of the new invoice
	Customer Customer
	Seller   tax.Seller   // the merchant's tax settings; the zero value collects none
	Credit   money.Amount // what may be used of the customer's credit, after tax
	Gateway  string       // where a customer whose method is not stored would pay
	At       calendar.Instant
}

// Recurring are the lines of one period of the subscription.
func (s Subscription) Recurring() []Line {
	return s.Plan().Lines()
}

// LiveDiscounts are the discounts that reduce the next period, in order.
func (s Subscription) LiveDiscounts() []Discount {
	var live []Discount
	for _, a := range s.Discounts {
		if a.Live() {
			live = append(live, a.Discount)
		}
	}
	return live
}

// draft bills one period of the subscription at its own price, a trial at the
// trial's.
func (s Subscription) draft(t Terms, cause Cause, period calendar.Period) Draft {
	d := s.Draft(t, cause, period)
	if cause == CauseFirst && s.TrialDays > 0 {
		return s.tried(d)
	}
	return d
}

// Draft is an invoice of the subscription with the lines and discounts of one
// period, which the caller may replace.
func (s Subscription) Draft(t Terms, cause Cause, period calendar.Period) Draft {
	return Draft{
		ID: t.Invoice, Customer: s.Customer, Subscription: s.ID, Cause: cause, Currency: s.Price.Amount.Currency,
		Lines: s.Recurring(), Discounts: s.LiveDiscounts(), Credit: t.Credit,
		Seller: t.Seller, Taxed: s.taxedAs(t.Customer), At: t.At,
		Period: period, DueAt: period.Start, Buyer: s.buyer(t.Customer),
	}
}

// buyer is the customer as invoices of the subscription name them.
func (s Subscription) buyer(c Customer) Buyer {
	b := Buyer{Name: c.Name, Email: c.Email, Address: s.Billing, TaxID: s.TaxID}
	if s.TaxID != "" {
		b.Business = s.BusinessName
	}
	return b
}

// taxedAs is the customer as tax sees them. Who typed their address has not
// proven to be exempt as they are.
func (s Subscription) taxedAs(c Customer) tax.Buyer {
	c.TaxExempt = c.TaxExempt && !s.Unproven
	return TaxBuyer(s.Billing, s.TaxID, s.TaxIDStatus, c)
}

// TaxBuyer is a buyer as tax sees them.
func TaxBuyer(a Address, id string, status taxid.Status, c Customer) tax.Buyer {
	return tax.Buyer{
		Country: a.Country, Region: a.State, PostalCode: a.Zip, TaxID: id, TaxIDStatus: status, Exempt: c.TaxExempt,
	}
}
