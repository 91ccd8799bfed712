package billing

import (
	"slices"

	"perennial/shared/calendar"
	"perennial/shared/fault"
	"perennial/shared/money"
)

// CreditTo is where the money of a credit note goes.
type CreditTo string

// Where it goes. Notes of withdrawn and reissued invoices give no money.
const (
	CreditNothing CreditTo = ""
	CreditRefund  CreditTo = "refund"      // back to the payment method
	CreditBalance CreditTo = "credit"      // pays the subscription's next invoices
	CreditOutside CreditTo = "out_of_band" // the merchant settles it elsewhere
)

// ErrNoBalance refuses credit where no invoice will come that could use it.
var ErrNoBalance = fault.New(fault.Conflict, "SUBSCRIPTION_INACTIVE", "Credit needs a subscription that goes on and has billing dates.")

// CreditWish asks for a credit note that moves no money at the gateway.
type CreditWish struct {
	ID      string // of the note
	Invoice string // that is credited
	Items   []RefundItem
	Gross   int64 // minor units with tax, over the lines in proportion; zero and no items: all that is left
	To      CreditTo
	Reason  string
	At      calendar.Instant
}

// Crediting is what a credit note of the merchant wants written, together.
type Crediting struct {
	Note         Invoice
	Invoice      Invoice // the one that is credited
	Payment      Payment // that knows that less of it is left
	Subscription *Subscription
	Customer     Customer
	Entry        Entry
	Ticket       *Ticket
}

// Given is what was given back of the payment: refunded, or by credit notes
// otherwise.
func (p Payment) Given() int64 { return p.Refunded.Minor + p.Noted.Minor }

// GivenBack is what of the payment its payer has back at present, given or
// withheld by a dispute.
func (p Payment) GivenBack() int64 { return min(p.Given()+p.Withheld.Minor, p.Amount.Minor) }

// GiveCredit makes a credit note over a part of what the payment paid, which
// becomes credit of its subscription or is settled elsewhere. More than is
// left after refunds, disputes, other notes and the credits of plan changes is
// never given. The tax goes back at the rate at which it was charged.
func (p Payment) GiveCredit(w CreditWish, invoices []Invoice, s *Subscription, i Issuer, c Customer) (Crediting, error) {
	if err := p.creditable(w, s); err != nil {
		return Crediting{}, err
	}
	all, err := p.shares(invoices)
	if err != nil {
		return Crediting{}, err
	}
	backs, err := all.of(w.Invoice).some(w.Items, w.Gross)
	if err != nil {
		return Crediting{}, err
	}
	at := slices.IndexFunc(invoices, func(v Invoice) bool { return v.ID == w.Invoice })
	if at < 0 {
		return Crediting{}, ErrNothingLeft
	}
	n := Note{ID: w.ID, To: w.To, Reason: w.Reason, At: w.At}
	for _, b := range backs {
		n.Parts = append(n.Parts, NotePart{Line: b.Line, Gross: b.Amount})
	}
	made, err := invoices[at].CreditNote(n, i, c)
	if err != nil {
		return Crediting{}, err
	}
	for k := range backs { // the note decides the tax
		backs[k].Tax = money.Of(-made.Note.Lines[k].Tax.Minor, p.Amount.Currency)
	}
	return p.gave(w, made, backs, s)
}

// creditable refuses what may not be credited now.
func (p Payment) creditable(w CreditWish, s *Subscription) error {
	if err := p.refundable(RefundWish{At: w.At}); err != nil {
		return err
	}
	switch {
	case s != nil && s.counts(p.ID):
		return ErrChangePending
	case w.To != CreditBalance:
		return nil
	case s == nil || s.Status.Ended() || s.OnDemand || s.Price.Amount.Currency != p.Amount.Currency:
		return ErrNoBalance
	}
	return nil
}

// gave writes down what a note gives.
func (p Payment) gave(w CreditWish, made NoteMade, backs []Back, s *Subscription) (Crediting, error) {
	cur := p.Amount.Currency
	gross, tax := money.Of(-made.Note.Total.Minor, cur), money.Of(-made.Note.Tax.Minor, cur)
	var promised int64
	if s != nil {
		promised = s.prorated(p.ID)
	}
	if p.Given()+gross.Minor+min(promised, p.Amount.Minor) > p.Amount.Minor {
		return Crediting{}, ErrCreditTooMuch
	}
	out := Crediting{Note: made.Note, Invoice: made.Invoice, Customer: made.Customer, Ticket: made.Ticket}
	p.Noted = money.Of(p.Noted.Minor+gross.Minor, cur)
	p.NotedTax = money.Of(p.NotedTax.Minor+tax.Minor, cur)
	p.Backs, p.UpdatedAt = append(slices.Clone(p.Backs), backs...), w.At
	out.Payment = p
	account := AccountOutside
	if w.To == CreditBalance {
		account = AccountCredit
	}
	out.Entry = Entry{ID: w.ID, Object: p.ID, Customer: p.Customer, At: w.At, Postings: []Posting{
		{AccountRevenue, money.Of(gross.Minor-tax.Minor, cur)}, {AccountTax, tax}, {account, money.Of(-gross.Minor, cur)},
	}}
	if s != nil && (w.To == CreditBalance || s.concerns(p.ID)) { // a plan change that is being decided must know
		after := *s
		if w.To == CreditBalance {
			fresh := Credit{ID: w.ID, Gross: gross, Tax: tax, Left: gross, Payments: []string{p.ID}, Note: true, At: w.At}
			after.Credits = append(slices.Clone(s.Credits), fresh)
		}
		out.Subscription = &after
	}
	return out, nil
}

// prorated is what is left, unused or promised to an open invoice, of the
// credits that plan changes made of a payment. What is promised to what is
// carried is used.
func (s Subscription) prorated(payment string) (minor int64) {
	for _, c := range slices.Concat(s.spend(s.Carried.Credit).Credits, s.Spent) {
		if !c.Note && slices.Contains(c.Payments, payment) {
			minor += c.Left.Minor
		}
	}
	return minor
}

// Events tells of the credit note.
func (c Crediting) Events() []Event { return c.Note.Created() }

// Created tells of a credit note once it has its number: where a series of the
// business gives it later, that commit tells.
func (v Invoice) Created() []Event {
	if v.Kind != KindCreditNote || v.Number == "" {
		return nil
	}
	return []Event{{Type: EventCreditNote, Object: v.ID, Reason: string(v.Gives())}}
}

// Gives is where the money of a credit note goes.
func (v Invoice) Gives() CreditTo {
	if v.Refund != "" {
		return CreditRefund
	}
	return v.To
}
