// Package numbering gives final documents of a business's common series their
// legal numbers. A payment only leaves a ticket, so that payments never meet
// at one counter; the finaliser serves the tickets of a series in the order
// in which their documents became final, many in one commit, and only it
// moves the counter: no gap, and no number twice (rules 17).
package numbering

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"slices"
	"time"

	"perennial/shared/billing"
	"perennial/shared/calendar"
	"perennial/shared/merchant"
	"perennial/shared/record"
)

// batch is how many tickets one commit serves: of each it writes document and
// payment and removes the ticket, and one counter, within 100 items.
const batch = 32

// rivals is how often the finaliser decides anew because somebody else moved
// the counter or a payment meanwhile. Giving up loses nothing: the ticket
// stays due.
const rivals = 12

// Store is what numbering needs of storage.
type Store interface {
	record.Loader
	record.Committer
	record.Lister
}

// Service numbers documents.
type Service struct {
	Store Store
}

// Serve numbers the document of a ticket, and with it all that wait in the
// same series. It is safe to call at any time and any number of times.
func (s *Service) Serve(ctx context.Context, scope merchant.Scope, ticket string, at calendar.Instant) error {
	for lost := 0; lost < rivals; {
		t, err := record.Get[billing.Ticket](ctx, s.Store, scope, ticket)
		if errors.Is(err, record.ErrNotFound) {
			return nil // it was served
		}
		if err != nil {
			return fmt.Errorf("ticket %s: %w", ticket, err)
		}
		err = s.all(ctx, scope, t, at)
		if errors.Is(err, record.ErrStale) {
			lost++
			err = s.giveWay(ctx, lost)
		}
		if err != nil {
			return fmt.Errorf("series %s: %w", t.Series, err)
		}
	}
	return fmt.Errorf("ticket %s: %w", ticket, record.ErrStale)
}

// giveWay lets a rival, who serves the same tickets, get on.
func (s *Service) giveWay(ctx context.Context, lost int) error {
	timer := time.NewTimer(min(20*time.Millisecond<<lost, time.Second) + rand.N(20*time.Millisecond))
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}

// all serves the tickets that wait in a series, many in each commit.
func (s *Service) all(ctx context.Context, scope merchant.Scope, known billing.Ticket, at calendar.Instant) error {
	waiting, err := s.waiting(ctx, scope, known)
	if err != nil {
		return err
	}
	served := 0
	for listed := range slices.Chunk(waiting, batch) {
		n, err := s.serve(ctx, scope, listed, at)
		if err != nil {
			return err
		}
		served += n
	}
	slog.InfoContext(ctx, "numbered documents", "scope", scope.String(), "series", known.Series, "count", served)
	return nil
}

// waiting are the tickets of a series, in order. The list may lag, so
// the one that is known is among them whatever it says.
func (s *Service) waiting(ctx context.Context, scope merchant.Scope, known billing.Ticket) ([]billing.Ticket, error) {
	tickets := []billing.Ticket{known}
	q := record.Query{Kind: record.KindTicket, Filters: map[string]string{"series": known.Series}}
	for {
		found, err := s.Store.List(ctx, scope, q)
		if err != nil {
			return nil, fmt.Errorf("tickets of %s: %w", known.Series, err)
		}
		for _, obj := range found {
			if t := obj.(billing.Ticket); t.Invoice != known.Invoice {
				tickets = append(tickets, t)
			}
		}
		if len(found) < 100 || q.Offset+len(found) > record.MaxOffset {
			break
		}
		q.Offset += len(found)
	}
	slices.SortFunc(tickets, func(a, b billing.Ticket) int {
		return cmp.Or(cmp.Compare(a.At, b.At), cmp.Compare(a.Invoice, b.Invoice))
	})
	return tickets, nil
}

// serve numbers documents in one commit. Tickets that the list still shows
// although they were served are left out.
func (s *Service) serve(ctx context.Context, scope merchant.Scope, listed []billing.Ticket, at calendar.Instant) (int, error) {
	w, err := s.load(ctx, scope, listed)
	if err != nil {
		return 0, err
	}
	if len(w.tickets) == 0 {
		return 0, nil
	}
	c := record.Commit{Scope: scope, Actor: record.System, Cause: "number documents", At: at}
	for _, t := range w.tickets {
		v, ok := w.documents[t.Invoice]
		if !ok { // it takes no number, and the others do not wait for it
			slog.ErrorContext(ctx, "a document that was to be numbered is missing", "scope", scope.String(), "document", t.Invoice)
			c.Delete = append(c.Delete, t)
			continue
		}
		if v.Number == "" {
			if w.series, v, err = w.series.Take(v, t); err != nil {
				return 0, err
			}
			c.Put = append(c.Put, v)
			w.paid(v)
		}
		c.Delete = append(c.Delete, t)
	}
	for _, p := range w.payments {
		c.Put = append(c.Put, p)
	}
	c.Put = append(c.Put, w.series)
	if err := s.tell(ctx, &c); err != nil {
		return 0, err
	}
	return len(w.tickets), s.Store.Commit(ctx, c)
}

// tell adds the events of credit notes that have their numbers now, with the
// invoices and customers that they are about.
func (s *Service) tell(ctx context.Context, c *record.Commit) error {
	var refs []record.Ref
	for _, obj := range c.Put {
		v, ok := obj.(billing.Invoice)
		if !ok || len(v.Created()) == 0 {
			continue
		}
		c.Events = append(c.Events, v.Created()...)
		for _, ref := range []record.Ref{record.RefOf[billing.Invoice](v.Corrects), record.RefOf[billing.Customer](v.Customer)} {
			here := slices.ContainsFunc(c.Put, func(o any) bool { d, ok := o.(billing.Invoice); return ok && d.ID == ref.ID })
			if ref.ID != "" && !here && !slices.Contains(refs, ref) {
				refs = append(refs, ref)
			}
		}
	}
	if len(refs) == 0 {
		return nil
	}
	found, err := s.Store.Load(ctx, c.Scope, refs...)
	if err != nil {
		return fmt.Errorf("what credit notes are about: %w", err)
	}
	for _, obj := range found {
		if obj != nil {
			c.Attach = append(c.Attach, obj)
		}
	}
	return nil
}

// work is what one commit is about.
type work struct {
	series    billing.Series
	tickets   []billing.Ticket // those that are still to be served, in order
	documents map[string]billing.Invoice
	payments  map[string]billing.Payment
}

// paid tells the payment of an invoice the number.
func (w *work) paid(v billing.Invoice) {
	if p, ok := w.payments[v.Payment]; ok && v.Kind == billing.KindInvoice {
		p.InvoiceNumber = v.Number
		w.payments[v.Payment] = p
	}
}

func (s *Service) load(ctx context.Context, scope merchant.Scope, listed []billing.Ticket) (work, error) {
	w := work{
		series:    billing.Series{ID: listed[0].Series},
		documents: map[string]billing.Invoice{}, payments: map[string]billing.Payment{},
	}
	refs := []record.Ref{record.RefOf[billing.Series](w.series.ID)}
	for _, t := range listed {
		refs = append(refs, record.RefOf[billing.Ticket](t.Invoice), record.RefOf[billing.Invoice](t.Invoice))
	}
	found, err := s.Store.Load(ctx, scope, refs...)
	if err != nil {
		return w, err
	}
	var payments []record.Ref
	for _, obj := range found {
		switch o := obj.(type) {
		case billing.Series:
			w.series = o
		case billing.Ticket:
			w.tickets = append(w.tickets, o)
		case billing.Invoice:
			w.documents[o.ID] = o
			if o.Payment != "" && o.Kind == billing.KindInvoice && !slices.Contains(payments, record.RefOf[billing.Payment](o.Payment)) {
				payments = append(payments, record.RefOf[billing.Payment](o.Payment))
			}
		}
	}
	if len(payments) == 0 {
		return w, nil
	}
	if found, err = s.Store.Load(ctx, scope, payments...); err != nil {
		return w, err
	}
	for _, obj := range found {
		if p, ok := obj.(billing.Payment); ok {
			w.payments[p.ID] = p
		}
	}
	return w, nil
}
