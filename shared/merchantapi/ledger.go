package merchantapi

import (
	"context"

	"perennial/shared/httpapi"
	"perennial/shared/money"
	"perennial/shared/register"
)

const aboutLedger = "What the gateway holds for the business, movement by movement, newest first: payments, refunds and " +
	"disputes. Fees and payouts are the gateway's own and are not in it. Balances are by currency, and null once " +
	"there are more than 4000 movements. `usd_equivalent_amount` is 0 for other currencies: there are no exchange rates."

type listLedger struct {
	httpapi.Paging
	Created
	Limit    int    `query:"limit" minimum:"0" maximum:"100" doc:"Instead of page_size."`
	Currency string `query:"currency"`
	Type     string `query:"event_type" doc:"payment, refund, dispute or dispute_reversal; others find nothing."`
	Object   string `query:"reference_object_id"`
}

// LedgerEntry is one movement of the balance.
type LedgerEntry struct {
	ID          string  `json:"id"`
	BusinessID  string  `json:"business_id"`
	CreatedAt   string  `json:"created_at"`
	Currency    string  `json:"currency"`
	Amount      int64   `json:"amount" doc:"Minor units, never negative."`
	IsCredit    bool    `json:"is_credit" doc:"Whether the balance grew by it."`
	EventType   string  `json:"event_type"`
	USD         int64   `json:"usd_equivalent_amount"`
	Before      *int64  `json:"before_balance"`
	After       *int64  `json:"after_balance"`
	Description *string `json:"description"`
	Object      *string `json:"reference_object_id"`
	PayoutID    *string `json:"payout_id"`
}

func (s *server) listLedger(ctx context.Context, c httpapi.Caller, in listLedger) (httpapi.Page[LedgerEntry], error) {
	if in.Limit > 0 {
		in.PageSize = in.Limit
	}
	f := register.LedgerFilter{
		Currency: money.Currency(in.Currency), Type: register.LedgerType(in.Type), Object: in.Object,
		Offset: in.Offset(), Limit: in.PageSize,
	}
	if !in.From.IsZero() {
		f.From = in.From.Time()
	}
	if !in.To.IsZero() {
		f.To = in.To.Time()
	}
	found, err := s.Register.Ledger(ctx, scopeOf(c), f)
	return page(found, err, func(l register.LedgerLine) LedgerEntry { return toLedgerEntry(c.BusinessID, l) })
}

func toLedgerEntry(business string, l register.LedgerLine) LedgerEntry {
	out := LedgerEntry{
		ID: l.ID, BusinessID: business, CreatedAt: l.At.String(), Currency: string(l.Amount.Currency),
		Amount: max(l.Amount.Minor, -l.Amount.Minor), IsCredit: l.Amount.Minor > 0, EventType: string(l.Type), Object: &l.Object,
	}
	if out.Currency == "USD" {
		out.USD = out.Amount
	}
	if l.Summed {
		out.Before, out.After = &l.Before, &l.After
	}
	return out
}
