package invoices

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"perennial/shared/billing"
	"perennial/shared/fault"
	"perennial/shared/ids"
	"perennial/shared/merchant"
	"perennial/shared/record"
	"perennial/shared/taxid"
)

// Checker finds out what is known of a tax id.
type Checker interface {
	Check(ctx context.Context, scope merchant.Scope, raw, country string) (taxid.Proof, error)
}

// Corrector corrects invoices.
type Corrector struct {
	Service
	TaxIDs Checker
}

// Correction asks for other particulars of the buyer.
type Correction struct {
	Scope   merchant.Scope
	Actor   record.Actor
	Payment string
	Buyer   billing.Buyer // its e-mail stays that of the invoice
}

// Correct gives the invoices of a payment their one linked correction, all or
// none. What would change the tax is refused (rules 18).
func (s *Corrector) Correct(ctx context.Context, in Correction) ([]billing.Invoice, error) {
	if err := check(in.Buyer); err != nil {
		return nil, err
	}
	p, err := record.Get[billing.Payment](ctx, s.Store, in.Scope, in.Payment)
	if err != nil {
		return nil, fmt.Errorf("payment %s: %w", in.Payment, err)
	}
	paid, err := s.load(ctx, in.Scope, p.Invoices)
	if err != nil {
		return nil, err
	}
	made, put, state, err := s.corrections(ctx, in, paid)
	if err != nil {
		return nil, err
	}
	err = s.Store.Commit(ctx, record.Commit{
		Scope: in.Scope, Actor: in.Actor, Cause: "correct invoice", At: state.Clock.Now(s.Wall()), Put: put,
	})
	if err != nil {
		return nil, fmt.Errorf("correct invoices of %s: %w", in.Payment, err)
	}
	return made, nil
}

// corrections are the corrected invoices, and all that is to be written.
func (s *Corrector) corrections(ctx context.Context, in Correction, paid []billing.Invoice) (made []billing.Invoice, put []any, state merchant.State, err error) {
	if len(paid) == 0 {
		return nil, nil, state, ErrNone
	}
	state, err = record.Get[merchant.State](ctx, s.Store, in.Scope, in.Scope.String())
	if err != nil && !errors.Is(err, record.ErrNotFound) {
		return nil, nil, state, fmt.Errorf("seller: %w", err)
	}
	proof, err := s.TaxIDs.Check(ctx, in.Scope, in.Buyer.TaxID, in.Buyer.Address.Country)
	if err != nil {
		return nil, nil, state, err
	}
	if proof.Status == taxid.Invalid {
		return nil, nil, state, errTaxID
	}
	if in.Buyer.TaxID != "" {
		in.Buyer.TaxID = proof.ID
	}
	for _, v := range paid {
		in.Buyer.Email = v.Buyer.Email
		as := billing.TaxBuyer(in.Buyer.Address, in.Buyer.TaxID, proof.Status, billing.Customer{TaxExempt: v.Exempt()})
		correction, old, err := v.Correct(ids.New(ids.Invoice, s.Wall()), in.Buyer, state.Seller.Tax, as, state.Clock.Now(s.Wall()))
		if err != nil {
			return nil, nil, state, err
		}
		made, put = append(made, correction), append(put, correction, old)
	}
	return made, put, state, nil
}

var errTaxID = fault.New(fault.Invalid, "INVALID_TAX_ID", "This tax id is not valid.")

// check names everything that a full address lacks.
func check(b billing.Buyer) error {
	var check fault.Check
	for _, part := range []struct {
		name, text string
		needed     bool
	}{
		{"name", b.Name, true}, {"business_name", b.Business, false}, {"street", b.Address.Street, true}, {"city", b.Address.City, true},
		{"zipcode", b.Address.Zip, false}, {"state", b.Address.State, false}, {"tax_id", b.TaxID, false},
	} {
		check.That(!part.needed || strings.TrimSpace(part.text) != "", part.name, "must not be empty")
		check.That(utf8.RuneCountInString(part.text) <= 200, part.name, "must be at most 200 characters")
	}
	check.That(len(b.Address.Country) == 2, "country", "must be an ISO 3166-1 country")
	check.That(b.Business == "" || b.TaxID != "", "business_name", "is shown only beside a tax id")
	return check.Fault("INVALID_REQUEST_PARAMETERS", "The buyer's details are not valid.")
}
