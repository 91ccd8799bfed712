package refunds

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"perennial/shared/billing"
	"perennial/shared/fault"
	"perennial/shared/ids"
	"perennial/shared/merchant"
	"perennial/shared/record"
)

// CreditWish is a merchant's wish for a credit note over an invoice.
type CreditWish struct {
	Scope   merchant.Scope
	Actor   record.Actor
	Payment string
	Invoice string // id or number; may be empty where the payment paid one
	Items   []billing.RefundItem
	Gross   int64 // instead of items: minor units with tax; neither: all that is left
	To      billing.CreditTo
	Reason  string
}

// Paper is a credit note with what it is about. Until a refund is settled
// there is no note, only the refund.
type Paper struct {
	Note     billing.Invoice
	About    billing.Invoice
	Refund   billing.Refund
	Customer billing.Customer
}

// Faults of credit notes.
var (
	errWhichInvoice = fault.New(fault.Invalid, "INVALID_REQUEST_PARAMETERS", "The payment paid several invoices: say which one with invoice_id.")
	errNoInvoice    = fault.New(fault.NotFound, "NOT_FOUND", "The payment has paid no such invoice.")
)

// Credit makes a credit note. Money that goes back to the payment method is a
// refund, whose note follows its success; other money moves nowhere, so that
// the note is there at once.
func (s *Service) Credit(ctx context.Context, w CreditWish) (Paper, error) {
	if w.To == billing.CreditRefund {
		return s.refundNoted(ctx, w)
	}
	state, err := s.Store.State(ctx, w.Scope)
	if err != nil {
		return Paper{}, fmt.Errorf("state of %s: %w", w.Scope, err)
	}
	var paper Paper
	for range tries {
		if paper, err = s.credit(ctx, state, w); !errors.Is(err, record.ErrStale) {
			break
		}
	}
	if err != nil {
		return Paper{}, fmt.Errorf("credit note over %s: %w", w.Payment, err)
	}
	return paper, nil
}

// refundNoted refunds a part of one invoice.
func (s *Service) refundNoted(ctx context.Context, w CreditWish) (Paper, error) {
	payment, err := record.Get[billing.Payment](ctx, s.Store, w.Scope, w.Payment)
	if err != nil {
		return Paper{}, fmt.Errorf("credit note over %s: %w", w.Payment, err)
	}
	invoices, _, err := s.particulars(ctx, w.Scope, payment)
	if err != nil {
		return Paper{}, fmt.Errorf("credit note over %s: %w", w.Payment, err)
	}
	about, err := which(invoices, payment, w.Invoice)
	if err != nil {
		return Paper{}, err
	}
	row, err := s.Refund(ctx, Wish{
		Scope: w.Scope, Actor: w.Actor, Payment: w.Payment, Items: w.Items, Gross: w.Gross, Invoice: about.ID, Reason: w.Reason,
	})
	paper := Paper{About: about, Refund: row.Object, Customer: row.Customer}
	if err != nil || len(row.Object.Notes) == 0 {
		return paper, err
	}
	paper.Note, err = record.Get[billing.Invoice](ctx, s.Store, w.Scope, row.Object.Notes[0])
	return paper, err
}

// credit decides a credit note and commits it with everything it touches.
func (s *Service) credit(ctx context.Context, state merchant.State, w CreditWish) (Paper, error) {
	payment, err := record.Get[billing.Payment](ctx, s.Store, w.Scope, w.Payment)
	if err != nil {
		return Paper{}, err
	}
	invoices, customer, err := s.particulars(ctx, w.Scope, payment)
	if err != nil {
		return Paper{}, err
	}
	about, err := which(invoices, payment, w.Invoice)
	if err != nil {
		return Paper{}, err
	}
	sub, err := s.subscription(ctx, w.Scope, payment.Subscription)
	if err != nil {
		return Paper{}, err
	}
	zone, err := time.LoadLocation(state.Business.Zone)
	if err != nil {
		return Paper{}, fmt.Errorf("time zone %q: %w", state.Business.Zone, err)
	}
	wall := s.Wall()
	wish := billing.CreditWish{
		ID: ids.New(ids.Invoice, wall), Invoice: about.ID, Items: w.Items, Gross: w.Gross, To: w.To, Reason: w.Reason, At: state.Clock.Now(wall),
	}
	made, err := payment.GiveCredit(wish, invoices, sub, billing.IssuerOf(state, zone), customer)
	if err != nil {
		return Paper{}, err
	}
	put := []any{made.Payment, made.Invoice, made.Note, made.Customer, made.Entry}
	put = record.With(record.With(put, made.Subscription), made.Ticket)
	err = s.Store.Commit(ctx, record.Commit{
		Scope: w.Scope, Actor: w.Actor, Cause: "credit note", At: wish.At, Put: put, Events: made.Events(),
	})
	return Paper{Note: record.Next(made.Note), About: made.Invoice, Customer: made.Customer}, err
}

// subscription is that of a payment, nil when it has none.
func (s *Service) subscription(ctx context.Context, scope merchant.Scope, id string) (*billing.Subscription, error) {
	if id == "" {
		return nil, nil //nolint:nilnil // a purchase has none
	}
	sub, err := record.Get[billing.Subscription](ctx, s.Store, scope, id)
	if errors.Is(err, record.ErrNotFound) {
		return nil, nil //nolint:nilnil // erased since
	}
	return &sub, err
}

// which is the invoice of a payment that is meant, by its id or number. One
// that another has replaced has nothing left to be credited.
func which(invoices []billing.Invoice, p billing.Payment, name string) (billing.Invoice, error) {
	paid := slices.DeleteFunc(slices.Clone(invoices), func(v billing.Invoice) bool {
		return v.Payment != p.ID || v.Kind != billing.KindInvoice || name == "" && v.ReplacedBy != ""
	})
	at := slices.IndexFunc(paid, func(v billing.Invoice) bool { return name != "" && (v.ID == name || v.Number == name) })
	switch {
	case p.Status != billing.PaymentSucceeded:
		return billing.Invoice{}, billing.ErrNotPaid
	case at >= 0:
		return paid[at], nil
	case name != "" || len(paid) == 0:
		return billing.Invoice{}, errNoInvoice
	case len(paid) > 1:
		return billing.Invoice{}, errWhichInvoice
	}
	return paid[0], nil
}

// CreditNotes are the credit notes over what a payment paid, oldest first.
func (s *Service) CreditNotes(ctx context.Context, scope merchant.Scope, id string) ([]Paper, error) {
	payment, err := record.Get[billing.Payment](ctx, s.Store, scope, id)
	if err != nil {
		return nil, fmt.Errorf("payment %s: %w", id, err)
	}
	invoices, customer, err := s.particulars(ctx, scope, payment)
	if err != nil {
		return nil, fmt.Errorf("credit notes of %s: %w", id, err)
	}
	var papers []Paper
	for _, v := range invoices {
		for _, note := range v.Notes {
			n, err := record.Get[billing.Invoice](ctx, s.Store, scope, note)
			if err != nil {
				return nil, fmt.Errorf("credit note %s: %w", note, err)
			}
			papers = append(papers, Paper{Note: n, About: v, Customer: customer})
		}
	}
	return papers, nil
}

// CreditNote is one credit note.
func (s *Service) CreditNote(ctx context.Context, scope merchant.Scope, id string) (Paper, error) {
	note, err := record.Get[billing.Invoice](ctx, s.Store, scope, id)
	if err == nil && note.Kind != billing.KindCreditNote {
		err = record.ErrNotFound
	}
	if err != nil {
		return Paper{}, fmt.Errorf("credit note %s: %w", id, err)
	}
	found, err := s.Store.Load(ctx, scope, record.RefOf[billing.Invoice](note.Corrects), record.RefOf[billing.Customer](note.Customer))
	if err != nil {
		return Paper{}, fmt.Errorf("credit note %s: %w", id, err)
	}
	p := Paper{Note: note}
	p.About, _ = found[0].(billing.Invoice)
	p.Customer, _ = found[1].(billing.Customer) // erased since
	return p, nil
}
