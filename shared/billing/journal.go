package billing

import (
	"fmt"

	"perennial/shared/calendar"
	"perennial/shared/money"
)

// Accounts of the journal. Debits are positive, credits negative.
const (
	AccountGateway = "gateway_receivable" // money a gateway holds for the merchant
	AccountRevenue = "revenue"
	AccountTax     = "tax_payable"
	AccountDispute = "disputes"        // what disputes have taken away
	AccountCredit  = "customer_credit" // what customers have to their credit
	AccountOutside = "settled_outside" // what the merchant gives customers by other means
)

// Posting is one line of a journal entry: a debit when positive.
type Posting struct {
	Account string
	Amount  money.Amount
}

// Entry is one balanced journal entry, written in the transaction of the
// money it records and never changed.
type Entry struct {
	ID       string // the payment's or refund's id, a subscription's for what its end writes off; a dispute's as Dispute.Entries names them
	Object   string // what it is about; empty: ID
	Version  int64
	Customer string
	At       calendar.Instant
	Postings []Posting
}

// Balanced reports an entry whose postings do not add up to zero.
func (e Entry) Balanced() error {
	for i := 1; i < len(e.Postings); i++ {
		if e.Postings[i].Amount.Currency != e.Postings[0].Amount.Currency {
			return fmt.Errorf("journal entry %s: %w", e.ID, money.ErrMix)
		}
	}
	var sum int64
	for _, p := range e.Postings {
		sum += p.Amount.Minor
	}
	if sum != 0 {
		return fmt.Errorf("journal entry %s: off by %d", e.ID, sum)
	}
	return nil
}

// captured records money that a gateway took from a customer, and the credit
// that was used with it.
func captured(p Payment, at calendar.Instant) (Entry, error) {
	net, err := p.Amount.Sub(p.Tax)
	if err != nil {
		return Entry{}, err
	}
	cur := p.Amount.Currency
	net.Minor += p.Credit.Minor
	postings := []Posting{{AccountGateway, p.Amount}, {AccountRevenue, money.Of(-net.Minor, cur)}}
	if !p.Credit.Nothing() {
		postings = append(postings, Posting{AccountCredit, p.Credit})
	}
	if !p.Tax.Nothing() {
		postings = append(postings, Posting{AccountTax, money.Of(-p.Tax.Minor, cur)})
	}
	return Entry{ID: p.ID, Customer: p.Customer, At: at, Postings: postings}, nil
}

// returned records money that went back to a customer.
func returned(r Refund, at calendar.Instant) (Entry, error) {
	net, err := r.Amount.Sub(r.Tax)
	if err != nil {
		return Entry{}, err
	}
	postings := []Posting{{AccountGateway, money.Of(-r.Amount.Minor, r.Amount.Currency)}, {AccountRevenue, net}}
	if !r.Tax.Nothing() {
		postings = append(postings, Posting{AccountTax, r.Tax})
	}
	return Entry{ID: r.ID, Customer: r.Customer, At: at, Postings: postings}.reclaimed(r.Reclaimed)
}

// disputed records that a dispute took its amount away, reinstated that it
// came back.
func disputed(d Dispute, at calendar.Instant) Entry {
	return Entry{ID: d.taking(d.Again), Object: d.ID, Customer: d.Customer, At: at, Postings: []Posting{
		{AccountGateway, money.Of(-d.Amount.Minor, d.Amount.Currency)}, {AccountDispute, d.Amount},
	}}
}

func reinstated(d Dispute, at calendar.Instant) Entry {
	return Entry{ID: d.taking(d.Again) + back, Object: d.ID, Customer: d.Customer, At: at, Postings: []Posting{
		{AccountGateway, d.Amount}, {AccountDispute, money.Of(-d.Amount.Minor, d.Amount.Currency)},
	}}
}

const back = "-back"

// taking names the entry of the n-th time that the money was taken again.
func (d Dispute) taking(n int) string {
	if n == 0 {
		return d.ID
	}
	return fmt.Sprintf("%s-%d", d.ID, n)
}

// Entries names the journal entries of a dispute: each time that its money was
// taken, and each time that it came back.
func (d Dispute) Entries() []string {
	var ids []string
	for n := range d.Again + 1 {
		ids = append(ids, d.taking(n), d.taking(n)+back)
	}
	switch {
	case !d.Taken:
		return nil
	case !d.Returned:
		return ids[:len(ids)-1]
	}
	return ids
}

// GivenBack records money that came although nobody waited for it any more,
// and was returned at once: in and out, never revenue. The id is the refund's.
func GivenBack(id string, p Payment, at calendar.Instant) Entry {
	return Entry{ID: id, Customer: p.Customer, At: at, Postings: []Posting{
		{AccountGateway, p.Refunded},
		{AccountGateway, money.Of(-p.Refunded.Minor, p.Refunded.Currency)},
	}}
}
