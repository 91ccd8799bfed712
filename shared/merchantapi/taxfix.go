package merchantapi

import (
	"context"
	"time"

	"perennial/shared/fault"
	"perennial/shared/httpapi"
	"perennial/shared/taxfix"
)

const aboutTaxCorrections = "Looks at the payments of a span, newest first, and corrects those whose tax was wrong by what is known today: " +
	"too much tax goes back, too little is borne by you in an invoice issued anew, and nobody is charged. " +
	"Disputed and fully refunded payments are skipped; no subscription changes. Without `run` nothing is done. " +
	"One request covers one page: repeat it with `to` set to `next` until that is null. What was corrected is right, " +
	"so that a run may be repeated."

type correctTaxes struct {
	Body struct {
		From httpapi.Time `json:"from"`
		To   httpapi.Time `json:"to"`
		Run  bool         `json:"run,omitempty" doc:"Carry the corrections out."`
	}
}

// TaxCorrection is what one payment needs, or why nothing is done.
type TaxCorrection struct {
	PaymentID string  `json:"payment_id"`
	Currency  string  `json:"currency"`
	Refund    int64   `json:"refund" doc:"Tax that goes back, in minor units."`
	Absorbed  int64   `json:"absorbed" doc:"Tax that you owe more out of the same money; negative when less."`
	Skipped   *string `json:"skipped" enum:"disputed,fully_refunded"`
	Problem   *string `json:"problem" doc:"Why it was not corrected."`
}

// TaxCorrections is one page of a run.
type TaxCorrections struct {
	Items []TaxCorrection `json:"items"`
	Next  *httpapi.Time   `json:"next" doc:"What to send as to for the next page."`
}

func (s *server) correctTaxes(ctx context.Context, c httpapi.Caller, in correctTaxes) (TaxCorrections, error) {
	span := taxfix.Span{From: in.Body.From.Time(), To: in.Body.To.Time()}
	var check fault.Check
	check.That(!in.Body.From.IsZero(), "from", "is missing")
	check.That(!span.To.Before(span.From), "to", "must not be before from")
	if err := invalid(&check); err != nil {
		return TaxCorrections{}, err
	}
	page, err := s.TaxFixes.Run(ctx, scopeOf(c), actorOf(c), span, !in.Body.Run)
	out := TaxCorrections{Items: make([]TaxCorrection, len(page.Fixes)), Next: next(page.Next)}
	for i, f := range page.Fixes {
		out.Items[i] = TaxCorrection{
			PaymentID: f.Payment, Currency: string(f.Refund.Currency), Refund: f.Refund.Minor, Absorbed: f.Absorbed.Minor,
			Skipped: nonEmpty(string(f.Skip)), Problem: nonEmpty(f.Problem),
		}
	}
	return out, err
}

func next(at time.Time) *httpapi.Time {
	if at.IsZero() {
		return nil
	}
	t := httpapi.At(at)
	return &t
}

func nonEmpty(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}
