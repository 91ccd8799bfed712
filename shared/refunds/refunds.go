// Package refunds gives money back and follows every refund to its end. A
// refund is decided and its payment reserved in a first commit, then asked for
// at the gateway under the refund's id, then settled in a second commit.
//
// An outcome that is not known keeps the reservation: the due index brings the
// refund back, the gateway is asked what it knows, and a refund is made again
// only under a key that the gateway still remembers.
//
// It also makes the credit notes that merchants ask for, whose money becomes
// credit or is settled elsewhere.
package refunds

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"perennial/shared/billing"
	"perennial/shared/calendar"
	"perennial/shared/clock"
	"perennial/shared/gateway"
	"perennial/shared/ids"
	"perennial/shared/merchant"
	"perennial/shared/record"
	"perennial/shared/register"
)

// Store is what refunds need of storage.
type Store interface {
	record.Loader
	record.Committer
	State(ctx context.Context, scope merchant.Scope) (merchant.State, error)
}

// Service refunds.
type Service struct {
	Store   Store
	Gateway gateway.Refunder
	Wall    clock.Wall
}

// Window is how long after a payment it can be refunded.
const Window = 30 * 24 * time.Hour

// tries is how often a decision is made anew when somebody was faster.
const tries = 8

// Wish is a merchant's wish for a refund.
type Wish struct {
	Scope    merchant.Scope
	Actor    record.Actor
	Payment  string
	Items    []billing.RefundItem // none: all that is left
	Gross    int64                // instead: minor units with tax
	Invoice  string               // of this invoice alone
	Reason   string
	Metadata map[string]any
	Taxes    []billing.Back // instead of items: tax alone, however old the payment is (rules 16)
	Key      string         // taken with the refund, so that the same wish is carried out once
}

// Row is a refund with its customer.
type Row = register.Row[billing.Refund]

// Refund gives money back. The result may still be pending.
func (s *Service) Refund(ctx context.Context, w Wish) (Row, error) {
	state, err := s.Store.State(ctx, w.Scope)
	if err != nil {
		return Row{}, fmt.Errorf("state of %s: %w", w.Scope, err)
	}
	wall := s.Wall()
	wish := billing.RefundWish{
		ID: ids.New(ids.Refund, wall), Items: w.Items, Gross: w.Gross, Invoice: w.Invoice, Reason: w.Reason, Metadata: w.Metadata,
		Taxes: w.Taxes, Window: Window, At: state.Clock.Now(wall), Wall: wall,
	}
	if len(w.Taxes) > 0 {
		wish.Window = 0
	}
	var f file
	for range tries {
		if f, err = s.reserve(ctx, w, wish); !errors.Is(err, record.ErrStale) {
			break
		}
	}
	if err != nil {
		return Row{}, fmt.Errorf("refund of %s: %w", w.Payment, err)
	}
	f.state = state
	refund, err := s.make(ctx, f)
	return Row{Object: refund, Customer: f.customer}, err
}

// file is a refund with what settling it needs.
type file struct {
	scope    merchant.Scope
	actor    record.Actor
	cause    string
	state    merchant.State
	refund   billing.Refund
	payment  billing.Payment
	customer billing.Customer
}

func (f file) now(wall time.Time) calendar.Instant { return f.state.Clock.Now(wall) }

// reserve decides the refund and commits it with its payment.
func (s *Service) reserve(ctx context.Context, w Wish, wish billing.RefundWish) (file, error) {
	f := file{scope: w.Scope, actor: w.Actor, cause: "POST /refunds"}
	if len(w.Taxes) > 0 {
		f.cause = billing.ReasonTaxCorrection
	}
	payment, err := record.Get[billing.Payment](ctx, s.Store, w.Scope, w.Payment)
	if err != nil {
		return f, err
	}
	invoices, customer, err := s.particulars(ctx, w.Scope, payment)
	if err != nil {
		return f, err
	}
	payment, refund, err := payment.Refund(wish, invoices)
	if err != nil {
		return f, err
	}
	refund, put, err := s.reclaim(ctx, w.Scope, refund, payment)
	if err != nil {
		return f, err
	}
	commit := record.Commit{
		Scope: w.Scope, Actor: w.Actor, Cause: f.cause, At: wish.At, Put: append([]any{payment, refund}, put...),
	}
	if w.Key != "" {
		commit.Claims = []record.Claim{{Key: w.Key}}
	}
	err = s.Store.Commit(ctx, commit)
	f.payment, f.refund, f.customer = record.Next(payment), record.Next(refund), customer
	return f, err
}

// particulars loads what a payment paid for, and its customer.
func (s *Service) particulars(ctx context.Context, scope merchant.Scope, p billing.Payment) ([]billing.Invoice, billing.Customer, error) {
	refs := []record.Ref{record.RefOf[billing.Customer](p.Customer)}
	for _, id := range p.Invoices {
		refs = append(refs, record.RefOf[billing.Invoice](id))
	}
	found, err := s.Store.Load(ctx, scope, refs...)
	if err != nil {
		return nil, billing.Customer{}, err
	}
	var customer billing.Customer
	var invoices []billing.Invoice
	for _, obj := range found {
		switch o := obj.(type) {
		case billing.Customer:
			customer = o
		case billing.Invoice:
			invoices = append(invoices, o)
		}
	}
	return invoices, customer, nil
}

// make asks the gateway for the refund. Only its refusal is certain; any other
// trouble leaves the refund as it is, to be looked at again.
func (s *Service) make(ctx context.Context, f file) (billing.Refund, error) {
	r := f.refund
	account := gateway.Account{Gateway: r.Gateway, ID: r.Account}
	out, err := s.Gateway.Refund(ctx, account, gateway.Intent(r.Intent), r.ID, r.Amount)
	if errors.Is(err, gateway.ErrRejected) {
		out, err = gateway.Refund{State: gateway.RefundFailed, Problem: "rejected"}, nil
	}
	if err == nil && out.State == gateway.RefundFailed && s.insists(r) {
		err = errors.New("refused for now: " + out.Problem)
	}
	if err != nil {
		slog.WarnContext(ctx, "refund outcome unknown", "scope", f.scope.String(), "refund", r.ID, "error", err)
		return r, nil
	}
	return s.settle(ctx, f, out)
}
