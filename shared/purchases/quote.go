package purchases

import (
	"context"
	"errors"
	"time"

	"perennial/shared/billing"
	"perennial/shared/calendar"
	"perennial/shared/merchant"
	"perennial/shared/record"
	"perennial/shared/taxid"
)

// Quote is what a cart costs, reckoned as placing it does.
type Quote struct {
	Invoice  billing.Invoice // what is charged now
	Products []billing.Product
	Cart     billing.Cart
	Plan     billing.Subscription // zero without a subscription
	Renewal  billing.Invoice      // what each period costs then
	Next     calendar.Instant     // when the subscription is charged next
	Customer billing.Customer     // when the cart names one
	TaxID    taxid.Proof          // what is known of the cart's
}

// Subscribes reports whether the cart begins a subscription.
func (q Quote) Subscribes() bool { return q.Plan.ID != "" }

// NeedsMethod reports whether the cart is paid with a payment method.
func (q Quote) NeedsMethod() bool {
	if !q.Subscribes() {
		return !q.Invoice.Due().Nothing()
	}
	return q.Plan.NeedsMethod(q.Invoice.Due())
}

// Quote prices a cart and writes nothing. Before the buyer's country is known
// it is priced for the seller's. What no gateway is meant for is a
// wallet.ErrNotMeant.
func (s *Service) Quote(ctx context.Context, scope merchant.Scope, cart billing.Cart) (Quote, error) {
	sale, err := s.gather(ctx, scope, billing.Sale{Cart: cart})
	if err != nil {
		return Quote{}, err
	}
	placed, err := s.compose(sale.anywhere())
	if err == nil {
		err = sale.payable(placed, billing.Method{})
	}
	if err != nil {
		return Quote{}, err
	}
	q := Quote{Invoice: placed.Invoice, Products: sale.Products, Cart: cart, Plan: placed.Subscription, Customer: sale.Customer, TaxID: sale.taxID}
	if !q.Subscribes() {
		return q, nil
	}
	zone, err := time.LoadLocation(q.Plan.Zone)
	if err != nil {
		return Quote{}, err
	}
	q.Plan = q.Plan.Started(sale.At, zone)
	q.Next = q.Plan.Period.End
	terms := billing.Terms{Customer: sale.Customer, Seller: sale.Seller, At: q.Next}
	q.Renewal, err = q.Plan.Draft(terms, billing.CauseRenewal, calendar.Period{Start: q.Next, End: q.Next}).Invoice()
	return q, err
}

// Report is where a checkout session stands.
type Report struct {
	Checkout record.Checkout
	Customer billing.Customer // zero while it is not known
	Payment  billing.Payment  // the payment that counts; zero before one is made
}

// Report tells where a session stands: the payment that paid it, else the one
// that is being made, else the last one that failed.
func (s *Service) Report(ctx context.Context, scope merchant.Scope, session string) (Report, error) {
	page, err := record.Get[record.Checkout](ctx, s.Store, scope, session)
	r := Report{Checkout: page}
	if err != nil {
		return r, err
	}
	if page.Customer != "" {
		if r.Customer, err = s.known(ctx, scope, page.Customer); err != nil {
			return r, err
		}
	}
	if !page.Placed() {
		return r, nil
	}
	id, err := s.counts(ctx, scope, page)
	if err != nil {
		return r, err
	}
	r.Payment, err = record.Get[billing.Payment](ctx, s.Store, scope, id)
	if errors.Is(err, record.ErrNotFound) { // a new attempt is known when its outcome is
		r.Payment, err = record.Get[billing.Payment](ctx, s.Store, scope, page.Payment)
	}
	return r, err
}

// counts is the id of the payment that counts for a placed session.
func (s *Service) counts(ctx context.Context, scope merchant.Scope, page record.Checkout) (string, error) {
	lock, failure, paid := billing.Lock{}, billing.Failure{}, ""
	if page.Purchase != "" {
		p, err := record.Get[billing.Purchase](ctx, s.Store, scope, page.Purchase)
		if err != nil {
			return "", err
		}
		lock, failure, paid = p.Lock, p.Failure, p.Payment
	} else {
		sub, err := record.Get[billing.Subscription](ctx, s.Store, scope, page.Subscription)
		if err != nil {
			return "", err
		}
		if page.Invoice != "" {
			first, err := record.Get[billing.Invoice](ctx, s.Store, scope, page.Invoice)
			if err != nil {
				return "", err
			}
			paid = first.Payment
		}
		if paid == "" && sub.Status == billing.StatusPending {
			lock, failure = sub.Lock, sub.Failure
		}
	}
	for _, id := range []string{paid, lock.Payment, failure.Payment} {
		if id != "" {
			return id, nil
		}
	}
	return page.Payment, nil
}
