package billing

import (
	"slices"

	"perennial/shared/calendar"
	"perennial/shared/money"
	"perennial/shared/tax"
)

// Correct makes the one linked correction that an invoice may have: other
// particulars of the buyer, the same lines and amounts (rules 18). It has the
// invoice's number with a mark. What would change the tax is refused: that
// needs a credit note and another invoice.
func (v Invoice) Correct(id string, buyer Buyer, seller tax.Seller, as tax.Buyer, at calendar.Instant) (correction, old Invoice, err error) {
	switch {
	case v.Status != InvoicePaid || v.Kind != KindInvoice || v.Number == "":
		return v, v, ErrNotFinal
	case v.Corrected != "":
		return v, v, ErrCorrected
	}
	again, err := v.taxed(seller, as, v.FinalAt)
	if err != nil {
		return v, v, err
	}
	if again.Tax != v.Tax || len(v.Levies) > 0 && !sameTreatments(again.Levies, v.Levies) {
		return v, v, ErrTaxChanges
	}
	correction = v
	correction.ID, correction.Version, correction.Kind, correction.Corrects = id, 0, KindCorrection, v.ID
	correction.Number, correction.Series = v.Number+"-C", ""
	correction.Buyer, correction.FinalAt, correction.DueAt = buyer, at, at
	correction.Notes, correction.Lines = nil, slices.Clone(v.Lines)
	for i := range correction.Lines {
		correction.Lines[i].Credited, correction.Lines[i].CreditedTax = money.Amount{}, money.Amount{}
		correction.Lines[i].CreditedAlone = money.Amount{}
	}
	old = v
	old.Corrected = id
	return correction, old, nil
}

// sameTreatments reports decisions that differ in nothing that an invoice
// says of the tax.
func sameTreatments(a, b []tax.Decision) bool {
	return slices.EqualFunc(a, b, func(x, y tax.Decision) bool {
		return x.Treatment == y.Treatment && x.Rate == y.Rate && x.Jurisdiction == y.Jurisdiction && x.Registration == y.Registration
	})
}
