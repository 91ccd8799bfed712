package taxfix

import (
	"context"
	"errors"
	"fmt"
	"time"

	"perennial/shared/billing"
	"perennial/shared/calendar"
	"perennial/shared/clock"
	"perennial/shared/ids"
	"perennial/shared/merchant"
	"perennial/shared/money"
	"perennial/shared/record"
	"perennial/shared/refunds"
)

// Refunder gives tax back.
type Refunder interface {
	Refund(ctx context.Context, w refunds.Wish) (refunds.Row, error)
}

// Corrector carries corrections out.
type Corrector struct {
	Service
	Commits record.Committer
	Refunds Refunder
	Wall    clock.Wall
}

// Page is one page of a run: what was found, newest first, and where the next
// page begins; zero after the last one.
type Page struct {
	Fixes []Fix
	Next  time.Time
}

// perPage is how many payments one page looks at: as many as fit a request,
// each with at most one refund.
const perPage = 20

// Run corrects one page of payments (R273, rules 16): too much tax goes back,
// too little is borne by the merchant in a new invoice, and nobody is charged.
// What was corrected is right from then on, so that a run may be repeated and
// may die anywhere. With dry set it only tells what it would do.
func (c *Corrector) Run(ctx context.Context, scope merchant.Scope, actor record.Actor, span Span, dry bool) (Page, error) {
	state, err := c.Store.State(ctx, scope)
	if err != nil {
		return Page{}, fmt.Errorf("state of %s: %w", scope, err)
	}
	payments, next, err := c.some(ctx, scope, span)
	if err != nil {
		return Page{}, err
	}
	page := Page{Next: next}
	for _, p := range payments {
		fix, err := c.fix(ctx, scope, state.Seller.Tax, p)
		if err != nil {
			return page, fmt.Errorf("payment %s: %w", p.ID, err)
		}
		if !fix.Needed() && !fix.skipped() && fix.Problem == "" {
			continue
		}
		if !dry && fix.Needed() && fix.Problem == "" {
			if err := c.correct(ctx, state, actor, p, fix); err != nil {
				fix.Problem = err.Error()
			}
		}
		page.Fixes = append(page.Fixes, fix)
	}
	return page, nil
}

// some are the newest successful payments of a span, at most a page and those
// of its last instant.
func (c *Corrector) some(ctx context.Context, scope merchant.Scope, span Span) ([]billing.Payment, time.Time, error) {
	var page []billing.Payment
	var next time.Time
	err := c.each(ctx, scope, span, func(p billing.Payment) error {
		at := p.CreatedAt.Time()
		if len(page) >= perPage && at.Before(page[len(page)-1].CreatedAt.Time()) {
			next = at
			return errEnough
		}
		page = append(page, p)
		return nil
	})
	if errors.Is(err, errEnough) {
		err = nil
	}
	return page, next, err
}

var errEnough = errors.New("enough")

// correct carries one payment's correction out: first what moves no money,
// then the refund of tax, each in a step of its own that is done once.
func (c *Corrector) correct(ctx context.Context, state merchant.State, actor record.Actor, p billing.Payment, fix Fix) error {
	byInvoice := map[string][]billing.Retake{}
	wish := refunds.Wish{
		Scope: state.Scope, Actor: actor, Payment: p.ID, Reason: billing.ReasonTaxCorrection,
	}
	for _, l := range fix.Lines {
		at := fix.Places[l.Line]
		back := l.Before.Gross.Minor - l.After.Gross.Minor
		if back == 0 {
			byInvoice[at.Invoice] = append(byInvoice[at.Invoice], billing.Retake{Line: at.Line, Right: l.Right, After: l.After})
			continue
		}
		amount := money.Of(back, l.Before.Gross.Currency)
		wish.Taxes = append(wish.Taxes, billing.Back{Invoice: at.Invoice, Line: at.Line, Amount: amount, Tax: amount})
	}
	key := fix.Key
	for invoice, lines := range byInvoice {
		fixes, err := c.reissue(ctx, state, actor, p.ID, invoice, lines, key)
		if err != nil {
			return err
		}
		key = fmt.Sprintf("tax_correction/%s/%d", p.ID, fixes+1)
	}
	if len(wish.Taxes) == 0 {
		return nil
	}
	wish.Key = key
	_, err := c.Refunds.Refund(ctx, wish)
	if errors.Is(err, record.ErrClaimed) {
		return nil // another run was faster
	}
	return err
}

// reissue bills lines of an invoice anew, in one commit. It tells how many
// corrections the payment has had.
func (c *Corrector) reissue(ctx context.Context, state merchant.State, actor record.Actor, payment, invoice string, lines []billing.Retake, key string) (int, error) {
	p, err := record.Get[billing.Payment](ctx, c.Store, state.Scope, payment)
	if err != nil {
		return 0, fmt.Errorf("payment %s: %w", payment, err)
	}
	if p.Refunding != "" || p.Withheld.Minor > 0 {
		return 0, billing.ErrRefunding
	}
	v, err := record.Get[billing.Invoice](ctx, c.Store, state.Scope, invoice)
	if err != nil {
		return 0, fmt.Errorf("invoice %s: %w", invoice, err)
	}
	customer, err := record.Get[billing.Customer](ctx, c.Store, state.Scope, p.Customer)
	if err != nil {
		return 0, fmt.Errorf("customer %s: %w", p.Customer, err)
	}
	zone, err := time.LoadLocation(state.Business.Zone)
	if err != nil {
		return 0, err
	}
	wall := c.Wall()
	now := state.Clock.Now(wall)
	made, err := p.Reissue(v, billing.Reissue{
		Note: ids.New(ids.Invoice, wall), Fresh: ids.New(ids.Invoice, wall), Lines: lines, At: now,
	}, billing.IssuerOf(state, zone), customer)
	if err != nil {
		return 0, err
	}
	return made.Payment.TaxFixes, c.write(ctx, state.Scope, actor, made, key, now)
}

func (c *Corrector) write(ctx context.Context, scope merchant.Scope, actor record.Actor, made billing.Reissued, key string, at calendar.Instant) error {
	put := []any{made.Payment, made.Customer, made.Old, made.Note, made.Fresh}
	if !made.Entry.Postings[0].Amount.Nothing() {
		put = append(put, made.Entry)
	}
	for _, t := range made.Tickets {
		put = append(put, t)
	}
	err := c.Commits.Commit(ctx, record.Commit{
		Scope: scope, Actor: actor, Cause: billing.ReasonTaxCorrection, At: at, Put: put, Claims: []record.Claim{{Key: key}}, Events: made.Events(),
	})
	if errors.Is(err, record.ErrClaimed) || errors.Is(err, record.ErrStale) {
		return record.ErrStale // another run was faster, or a refund: the next run looks again
	}
	return err
}
