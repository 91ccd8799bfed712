// Package taxfix finds the payments that were taken at a wrong rate of tax,
// says what each needs, and corrects them. Rates become known
// late (a relief decided in summer, a VAT number that could not be checked), so
// what was decided at payment is decided again here with what is known now.
package taxfix

import (
	"context"
	"fmt"
	"time"

	"perennial/shared/billing"
	"perennial/shared/merchant"
	"perennial/shared/money"
	"perennial/shared/record"
	"perennial/shared/tax"
	"perennial/shared/taxid"
)

// Store is what a preview reads.
type Store interface {
	record.Loader
	record.Lister
	State(ctx context.Context, scope merchant.Scope) (merchant.State, error)
}

// TaxIDs tells what is known of a tax id of a buyer in a country.
type TaxIDs interface {
	Check(ctx context.Context, scope merchant.Scope, id, country string) (taxid.Proof, error)
}

// Service previews corrections.
type Service struct {
	Store  Store
	TaxIDs TaxIDs // nil leaves pending ids pending
}

// Span selects payments by when they were made, both ends included.
type Span struct{ From, To time.Time }

// Place is where a line of a correction stands.
type Place struct {
	Invoice string
	Line    int // index in Invoice.Lines
}

// Fix is what one payment needs. Places are those of Taken.Lines, which the
// correction's lines count in.
type Fix struct {
	tax.Correction
	Places  []Place
	Problem string // why the right tax is not known; nothing is corrected then
}

// Preview lists the payments that need a correction, and those that are
// skipped although their tax was wrong, newest first.
func (s *Service) Preview(ctx context.Context, scope merchant.Scope, span Span) ([]Fix, error) {
	state, err := s.Store.State(ctx, scope)
	if err != nil {
		return nil, fmt.Errorf("state of %s: %w", scope, err)
	}
	var fixes []Fix
	err = s.each(ctx, scope, span, func(p billing.Payment) error {
		fix, err := s.fix(ctx, scope, state.Seller.Tax, p)
		if err != nil {
			return fmt.Errorf("payment %s: %w", p.ID, err)
		}
		if fix.Needed() || fix.Skip != tax.SkipNothing || fix.Problem != "" {
			fixes = append(fixes, fix)
		}
		return nil
	})
	return fixes, err
}

// each gives every successful payment of the span once, newest first. It
// turns pages by time where a list may not be deeper.
func (s *Service) each(ctx context.Context, scope merchant.Scope, span Span, do func(billing.Payment) error) error {
	q := record.Query{
		Kind: record.KindPayment, Filters: map[string]string{"status": string(billing.PaymentSucceeded)},
		From: span.From, To: span.To, Limit: record.MaxLimit,
	}
	seen := map[string]bool{}
	for {
		page, err := s.Store.List(ctx, scope, q)
		if err != nil {
			return err
		}
		oldest := q.To
		for _, obj := range page {
			p := obj.(billing.Payment)
			oldest = p.CreatedAt.Time()
			if seen[p.ID] {
				continue
			}
			seen[p.ID] = true
			if err := do(p); err != nil {
				return err
			}
		}
		switch {
		case len(page) < q.Limit:
			return nil
		case oldest.Equal(q.To): // more payments of one instant than fit a page
			q.Offset += len(page)
		default:
			q.To, q.Offset = oldest, 0
		}
	}
}

// fix reckons one payment.
func (s *Service) fix(ctx context.Context, scope merchant.Scope, seller tax.Seller, p billing.Payment) (Fix, error) {
	invoices, err := s.invoices(ctx, scope, p)
	if err != nil {
		return Fix{}, err
	}
	fix := Fix{Correction: tax.Correction{Payment: p.ID}}
	taken := tax.Taken{Payment: p.ID, Currency: p.Amount.Currency, Disputed: disputed(p), Corrections: p.TaxFixes}
	for _, v := range invoices {
		status, err := s.status(ctx, scope, v)
		if err != nil {
			return Fix{}, err
		}
		for i, l := range v.Lines {
			line, err := again(seller, v, l, status)
			if err != nil {
				fix.Problem = err.Error()
				return fix, nil
			}
			taken.Lines, fix.Places = append(taken.Lines, line), append(fix.Places, Place{v.ID, i})
		}
	}
	fix.Correction, err = taken.Correct()
	if err == nil && fix.Needed() && p.Refunding != "" {
		fix.Problem = "a refund of this payment is being made"
	}
	if err == nil && fix.Needed() && p.Given() >= p.Amount.Minor {
		fix.Skip = tax.SkipRefunded
	}
	return fix, err
}

// disputed reports a payment whose money is the bank's matter: a dispute is
// open or was lost.
func disputed(p billing.Payment) bool {
	settled := p.DisputeStatus == "" || p.DisputeStatus == billing.DisputeWon || p.DisputeStatus == billing.DisputeCancelled
	return !settled || p.Withheld.Minor > 0
}

// skipped reports a payment that is left alone, whatever its tax was.
func (f Fix) skipped() bool {
	return f.Skip == tax.SkipDisputed || f.Skip == tax.SkipRefunded && len(f.Lines) > 0
}

// invoices are those that the payment paid.
func (s *Service) invoices(ctx context.Context, scope merchant.Scope, p billing.Payment) ([]billing.Invoice, error) {
	refs := make([]record.Ref, len(p.Invoices))
	for i, id := range p.Invoices {
		refs[i] = record.RefOf[billing.Invoice](id)
	}
	if len(refs) == 0 {
		return nil, nil
	}
	found, err := s.Store.Load(ctx, scope, refs...)
	if err != nil {
		return nil, err
	}
	var invoices []billing.Invoice
	for _, obj := range found {
		if v, ok := obj.(billing.Invoice); ok && v.Payment == p.ID {
			invoices = append(invoices, v)
		}
	}
	return invoices, nil
}

// status is what is known now of the buyer's tax id. Reverse charge stays what
// it was: the id was valid on that day, whatever became of it.
func (s *Service) status(ctx context.Context, scope merchant.Scope, v billing.Invoice) (taxid.Status, error) {
	for _, d := range v.Levies {
		switch {
		case d.Treatment == tax.ReverseCharge:
			return taxid.Valid, nil
		case d.Reason == tax.ReasonPending && s.TaxIDs != nil:
			proof, err := s.TaxIDs.Check(ctx, scope, v.Buyer.TaxID, v.Buyer.Address.Country)
			return proof.Status, err
		case d.Reason == tax.ReasonPending:
			return taxid.Pending, nil
		}
	}
	return taxid.Unknown, nil
}

// again decides a line's tax with what is known now, on the same tax date. The
// line stands as credit notes have left it.
func again(seller tax.Seller, v billing.Invoice, l billing.Line, status taxid.Status) (tax.TakenLine, error) {
	var line tax.TakenLine
	if l.Levy > 0 {
		line.Was = v.Levies[l.Levy-1]
	}
	buyer := billing.TaxBuyer(v.Buyer.Address, v.Buyer.TaxID, status, billing.Customer{TaxExempt: line.Was.Reason == tax.ReasonCustomer})
	var err error
	if line.Was.Date != "" {
		line.Right, err = tax.DecideOn(seller, buyer, tax.Category(l.Category), line.Was.Date)
	} else {
		end := l.Period.End
		if end.IsZero() {
			end = v.Period.End
		}
		line.Right, err = tax.Decide(seller, buyer, tax.Category(l.Category), tax.When{Paid: v.PaidAt, PeriodEnd: end})
	}
	if err != nil {
		return line, err
	}
	cur := l.Amount.Currency
	gross, levied := l.Gross().Minor-l.Credited.Minor, l.Tax.Minor-l.CreditedTax.Minor
	line.Refunded = money.Of(0, cur)
	line.Charged = tax.Taxed{Net: money.Of(gross-levied, cur), Tax: money.Of(levied, cur), Gross: money.Of(gross, cur)}
	return line, nil
}
