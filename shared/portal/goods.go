package portal

import (
	"context"
	"fmt"
	"slices"

	"golang.org/x/sync/errgroup"

	"perennial/shared/billing"
	"perennial/shared/record"
)

// goods are what a visitor's customer records own, by kind, newest first.
type goods struct {
	customers []billing.Customer
	subs      []billing.Subscription
	methods   []billing.Method
	payments  []billing.Payment
	refunds   []billing.Refund
	notes     []billing.Invoice            // credit notes whose money did not go back to a payment method
	open      map[string][]billing.Invoice // open invoices by subscription
}

// belongings reads the visitor's customer records and what they own, all at
// once. It may lag behind commits by moments. Who has changed the address
// since the session's link was mailed is left out; with nobody left the error
// is access.ErrSession.
func (s *Server) belongings(ctx context.Context, v visit, kinds ...record.Kind) (goods, error) {
	customers := v.Session.Customers
	refs := make([]record.Ref, len(customers))
	found := make([][]any, len(customers)+1)
	group, ctx := errgroup.WithContext(ctx)
	for i, customer := range customers {
		refs[i] = record.RefOf[billing.Customer](customer)
		group.Go(func() (err error) {
			found[i], err = s.Store.Owned(ctx, v.Scope, customer, kinds...)
			return err
		})
	}
	group.Go(func() (err error) {
		found[len(customers)], err = s.Store.Load(ctx, v.Scope, refs...)
		return err
	})
	if err := group.Wait(); err != nil {
		return goods{}, fmt.Errorf("belongings: %w", err)
	}
	g := goods{open: make(map[string][]billing.Invoice)}
	for _, obj := range found[len(customers)] {
		g.add(obj)
	}
	session, err := v.Session.Narrow(g.customers)
	if err != nil {
		return goods{}, err
	}
	g.customers = slices.DeleteFunc(g.customers, func(c billing.Customer) bool { return !session.May(c.ID) })
	for i, customer := range customers {
		for _, obj := range found[i] {
			if session.May(customer) {
				g.add(obj)
			}
		}
	}
	return g, nil
}

// wallet are the cards that the visitor sees as theirs. One that a guest typed
// is among them as long as it pays for something of theirs.
func (g goods) wallet() []billing.Method {
	var out []billing.Method
	for _, m := range g.methods {
		if !m.Guest || slices.ContainsFunc(running(g), func(s billing.Subscription) bool { return m.Same(s.Method) }) {
			out = append(out, m)
		}
	}
	return billing.Distinct(out, func(m billing.Method) bool {
		return slices.ContainsFunc(running(g), func(s billing.Subscription) bool { return m.Same(s.Method) })
	})
}

func (g *goods) add(obj any) {
	switch o := obj.(type) {
	case billing.Customer:
		g.customers = append(g.customers, o)
	case billing.Subscription:
		g.subs = append(g.subs, o)
	case billing.Method:
		g.methods = append(g.methods, o)
	case billing.Payment:
		g.payments = append(g.payments, o)
	case billing.Refund:
		g.refunds = append(g.refunds, o)
	case billing.Invoice:
		if o.To != billing.CreditNothing {
			g.notes = append(g.notes, o)
		}
		if o.Status == billing.InvoiceOpen {
			g.open[o.Subscription] = append(g.open[o.Subscription], o)
		}
	}
}

// bought reports that something was: what somebody only began in a person's
// name is nothing to show them among their sellers.
func (g goods) bought() bool {
	return slices.ContainsFunc(g.subs, func(s billing.Subscription) bool {
		return s.Status != billing.StatusPending && s.Status != billing.StatusFailed
	}) || slices.ContainsFunc(g.payments, func(p billing.Payment) bool { return p.Status == billing.PaymentSucceeded })
}
