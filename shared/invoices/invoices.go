// Package invoices finds the documents of a payment, a refund or an invoice,
// has them rendered, and keeps what was rendered first: an issued document is
// the same bytes for ever (rules 18). It signs the addresses at which
// documents are read without a key, and makes the one correction of the
// buyer's particulars that an invoice may have.
//
// It decides no amount and gives no number.
package invoices

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"perennial/shared/billing"
	"perennial/shared/fault"
	"perennial/shared/merchant"
	"perennial/shared/record"
)

// ErrNone refuses what has no document, such as a payment that failed.
var ErrNone = fault.New(fault.NotFound, "NOT_FOUND", "There is no such document.")

// Store is what documents need of storage.
type Store interface {
	record.Loader
	record.Committer
}

// Paper is one document to be rendered.
type Paper struct {
	Invoice  billing.Invoice
	About    billing.Invoice // that a credit note or correction is about
	Payment  billing.Payment // that paid it
	State    merchant.State
	Brand    merchant.Brand // that it was sold under
	Receipt  bool
	Language string
}

// Renderer makes one file of one or more papers, the same papers the same
// file.
type Renderer interface {
	Render(ctx context.Context, papers []Paper) ([]byte, error)
}

// Wish is how a document is wanted.
type Wish struct {
	Language string // empty: that of the buyer's country
	Receipt  bool   // a receipt for the payment instead of the invoice
}

// File is a document as PDF.
type File struct {
	Name string // ASCII, without its ending
	PDF  []byte
}

// Service finds, renders and keeps documents.
type Service struct {
	Store    Store
	Renderer Renderer
	Wall     func() time.Time
}

// largest is how much one record holds beside its keys; a longer document is
// rendered whenever it is asked for, to the same bytes.
const largest = 300 << 10

// OfPayment is what a payment paid: its invoices, in their corrected form
// where they have one.
func (s *Service) OfPayment(ctx context.Context, scope merchant.Scope, id string, w Wish) (File, error) {
	p, err := record.Get[billing.Payment](ctx, s.Store, scope, id)
	if err != nil {
		return File{}, fmt.Errorf("payment %s: %w", id, err)
	}
	if p.Status != billing.PaymentSucceeded {
		return File{}, fmt.Errorf("payment %s is %s: %w", id, p.Status, ErrNone)
	}
	var paid []billing.Invoice
	found, err := s.load(ctx, scope, p.Invoices)
	if err != nil {
		return File{}, err
	}
	for _, v := range found {
		if v.Payment == p.ID {
			paid = append(paid, v)
		}
	}
	return s.file(ctx, scope, paid, w)
}

// OfRefund is the credit notes of a refund.
func (s *Service) OfRefund(ctx context.Context, scope merchant.Scope, id string, w Wish) (File, error) {
	r, err := record.Get[billing.Refund](ctx, s.Store, scope, id)
	if err != nil {
		return File{}, fmt.Errorf("refund %s: %w", id, err)
	}
	notes, err := s.load(ctx, scope, r.Notes)
	if err != nil {
		return File{}, err
	}
	w.Receipt = false
	return s.file(ctx, scope, notes, w)
}

// OfInvoice is one invoice, credit note, correction or payment request as it
// is, without what corrects it.
func (s *Service) OfInvoice(ctx context.Context, scope merchant.Scope, id string, w Wish) (File, error) {
	v, err := record.Get[billing.Invoice](ctx, s.Store, scope, id)
	if err != nil {
		return File{}, fmt.Errorf("invoice %s: %w", id, err)
	}
	v.Corrected = ""
	return s.file(ctx, scope, []billing.Invoice{v}, w)
}

// load reads invoices in their order; missing ones are left out.
func (s *Service) load(ctx context.Context, scope merchant.Scope, ids []string) ([]billing.Invoice, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	refs := make([]record.Ref, len(ids))
	for i, id := range ids {
		refs[i] = record.RefOf[billing.Invoice](id)
	}
	found, err := s.Store.Load(ctx, scope, refs...)
	if err != nil {
		return nil, fmt.Errorf("invoices: %w", err)
	}
	var all []billing.Invoice
	for _, obj := range found {
		if v, ok := obj.(billing.Invoice); ok {
			all = append(all, v)
		}
	}
	return all, nil
}

// file renders documents, or gives what was rendered before.
func (s *Service) file(ctx context.Context, scope merchant.Scope, docs []billing.Invoice, w Wish) (File, error) {
	if len(docs) == 0 {
		return File{}, ErrNone
	}
	papers, err := s.papers(ctx, scope, docs, w)
	if err != nil {
		return File{}, err
	}
	file := File{Name: name(papers[0])}
	if !issued(papers) {
		file.PDF, err = s.Renderer.Render(ctx, papers)
		return file, err
	}
	id := identity(papers)
	kept, err := record.Get[record.Issued](ctx, s.Store, scope, id)
	if errors.Is(err, record.ErrNotFound) {
		kept.PDF, err = s.issue(ctx, scope, id, papers)
	}
	file.PDF = kept.PDF
	return file, err
}

// issue renders documents and keeps them. Who is second gets what the first
// kept.
func (s *Service) issue(ctx context.Context, scope merchant.Scope, id string, papers []Paper) ([]byte, error) {
	pdf, err := s.Renderer.Render(ctx, papers)
	if err != nil || len(pdf) > largest {
		return pdf, err
	}
	sum, now := sha256.Sum256(pdf), s.Wall()
	made := record.Issued{
		ID: id, PDF: pdf, Digest: hex.EncodeToString(sum[:]), MadeAt: now,
		Until: record.Retention(scope.Mode, papers[0].Invoice.FinalAt.Time(), now),
	}
	err = s.Store.Commit(ctx, record.Commit{Scope: scope, Actor: record.System, Cause: "document issued", Put: []any{made}})
	if errors.Is(err, record.ErrStale) {
		first, err := record.Get[record.Issued](ctx, s.Store, scope, id)
		return first.PDF, err
	}
	return pdf, err
}
