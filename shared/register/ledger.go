package register

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"perennial/shared/billing"
	"perennial/shared/calendar"
	"perennial/shared/ids"
	"perennial/shared/merchant"
	"perennial/shared/money"
	"perennial/shared/record"
)

// MaxLedger is how many journal entries a ledger adds up. In a longer one the
// balances of the page are not told.
const MaxLedger = 4000

// LedgerType is what a movement of the balance is, in wire names.
type LedgerType string

// The movements.
const (
	LedgerPayment         LedgerType = "payment"
	LedgerRefund          LedgerType = "refund"
	LedgerDispute         LedgerType = "dispute"
	LedgerDisputeReversal LedgerType = "dispute_reversal"
)

// LedgerLine is one movement of what the gateway holds for the merchant.
type LedgerLine struct {
	ID     string
	Type   LedgerType
	Amount money.Amount // negative when it is taken away
	Object string       // the payment, refund or dispute
	At     calendar.Instant
	Before int64
	After  int64
	Summed bool // Before and After are known
}

// LedgerFilter selects lines; zero fields select all.
type LedgerFilter struct {
	Currency money.Currency
	Type     LedgerType
	Object   string
	From, To time.Time
	Offset   int
	Limit    int
}

// Ledger reads a page of the balance's movements, newest first. The balances
// are computed from all entries before, by currency.
func (s *Service) Ledger(ctx context.Context, scope merchant.Scope, f LedgerFilter) ([]LedgerLine, error) {
	entries, whole, err := s.entries(ctx, scope, f.To)
	if err != nil {
		return nil, err
	}
	sums := map[money.Currency]int64{}
	var lines []LedgerLine
	for _, entry := range slices.Backward(entries) {
		for _, line := range linesOf(entry) {
			line.Before = sums[line.Amount.Currency]
			line.After = line.Before + line.Amount.Minor
			line.Summed = whole
			sums[line.Amount.Currency] = line.After
			if f.selects(line) {
				lines = append(lines, line)
			}
		}
	}
	slices.Reverse(lines)
	from := min(f.Offset, len(lines))
	return lines[from:min(from+f.Limit, len(lines))], nil
}

func (f LedgerFilter) selects(l LedgerLine) bool {
	return (f.Currency == "" || f.Currency == l.Amount.Currency) && (f.Type == "" || f.Type == l.Type) &&
		(f.Object == "" || f.Object == l.Object) && !l.At.Time().Before(f.From)
}

// entries reads the journal up to a time, newest first; whole is false when
// there was more than MaxLedger. It walks by time, so that arrivals meanwhile
// push nothing out of the walk.
func (s *Service) entries(ctx context.Context, scope merchant.Scope, to time.Time) (all []billing.Entry, whole bool, err error) {
	q := record.Query{Kind: record.KindEntry, To: to, Limit: record.MaxLimit}
	seen := map[string]bool{}
	for len(all) < MaxLedger {
		page, err := read[billing.Entry](ctx, s.Store, scope, q)
		if err != nil {
			return nil, false, err
		}
		fresh := 0
		for _, entry := range page {
			q.To = entry.At.Time()
			if !seen[entry.ID] {
				seen[entry.ID], fresh = true, fresh+1
				all = append(all, entry)
			}
		}
		switch {
		case fresh > 0:
			q.Offset = 0
		case len(page) < q.Limit:
			sortEntries(all)
			return all, true, nil
		default: // a page of one instant, seen already
			q.Offset += len(page)
		}
	}
	sortEntries(all)
	return all, false, nil
}

func sortEntries(all []billing.Entry) {
	slices.SortFunc(all, func(a, b billing.Entry) int {
		return cmp.Or(cmp.Compare(b.At, a.At), strings.Compare(b.ID, a.ID))
	})
}

// linesOf are the movements of one journal entry.
func linesOf(e billing.Entry) []LedgerLine {
	var lines []LedgerLine
	for _, p := range e.Postings {
		if p.Account != billing.AccountGateway || p.Amount.Nothing() {
			continue
		}
		line := LedgerLine{ID: e.ID, Type: typeOf(e.ID, p.Amount), Amount: p.Amount, Object: cmp.Or(e.Object, e.ID), At: e.At}
		if len(lines) > 0 {
			line.ID = fmt.Sprintf("%s-%d", e.ID, len(lines)+1)
		}
		lines = append(lines, line)
	}
	return lines
}

func typeOf(id string, a money.Amount) LedgerType {
	disputed := strings.HasPrefix(id, ids.Dispute)
	switch {
	case disputed && a.Minor < 0:
		return LedgerDispute
	case disputed:
		return LedgerDisputeReversal
	case a.Minor < 0:
		return LedgerRefund
	}
	return LedgerPayment
}
