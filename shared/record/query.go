package record

import (
	"fmt"

	"perennial/shared/billing"
	"perennial/shared/fault"
	"perennial/shared/merchant"
)

// Limits of lists.
const (
	MaxOffset = 4000
	MaxLimit  = 100
)

// ErrQuery refuses a page that lies too deep or a limit out of range.
var ErrQuery = fault.New(fault.Invalid, "INVALID_QUERY_PARAMS", "The list parameters are not valid. Narrow a deep list with created_at_lte.")

// listed gives one object of each listed kind, so that its filters are known.
var listed = map[Kind]any{
	KindCustomer: billing.Customer{}, KindProduct: billing.Product{}, KindSubscription: billing.Subscription{},
	KindPayment: billing.Payment{}, KindEndpoint: merchant.Endpoint{}, KindAddon: billing.Addon{},
	KindCollection: billing.Collection{}, KindBrand: merchant.Brand{}, KindShortLink: billing.ShortLink{},
	KindDiscount: billing.Discount{}, KindDelivery: Delivery{}, KindKey: merchant.APIKey{},
	KindTicket: billing.Ticket{}, KindCancelReason: billing.CancelReason{},
	KindRefund: billing.Refund{}, KindDispute: billing.Dispute{}, KindEntry: billing.Entry{},
}

// Check refuses a query that no store answers, and fills in the limit. A kind
// or filter that is not listed is a programming error, not a fault.
func (q Query) Check() (Query, error) {
	sample, ok := listed[q.Kind]
	if !ok {
		return q, fmt.Errorf("record: %s is not a listed kind", q.Kind)
	}
	entry, err := Describe(sample)
	if err != nil {
		return q, err
	}
	for name := range q.Filters {
		if _, ok := entry.Filters[name]; !ok {
			return q, fmt.Errorf("record: %s is not filtered by %q", q.Kind, name)
		}
	}
	if q.Limit == 0 {
		q.Limit = MaxLimit
	}
	if q.Offset < 0 || q.Offset > MaxOffset || q.Limit < 0 || q.Limit > MaxLimit {
		return q, ErrQuery
	}
	return q, nil
}

// Matches reports whether an object's entry is selected.
func (q Query) Matches(e Entry) bool {
	if e.Kind != q.Kind || !e.Listed || e.Created.Before(q.From) || !q.To.IsZero() && e.Created.After(q.To) {
		return false
	}
	for name, value := range q.Filters {
		if e.Filters[name] != value {
			return false
		}
	}
	return true
}
