package years

import (
	"context"
	"strconv"
	"strings"
	"sync"
	"testing"

	"perennial/shared/billing"
	"perennial/shared/merchant"
	"perennial/shared/record"
)

// vault is the store that the story is told to.
type vault interface {
	record.Loader
	record.Committer
	record.Owned
	record.Lister
	Customers(ctx context.Context, scope merchant.Scope, email string) ([]string, error)
	State(ctx context.Context, scope merchant.Scope) (merchant.State, error)
}

// witness sees every commit that happened and checks what must hold in each.
type witness struct {
	vault
	t testing.TB

	mu       sync.Mutex
	statuses map[string]billing.Status
	payments map[string]billing.Payment
	invoices map[string]billing.Invoice
	refunds  map[string]billing.Refund
	subs     map[string]billing.Subscription
	numbers  map[string]int // last number of each series
	taken    map[string]string
	fresh    map[string][]string // ids of invoices that were paid since they were last looked at, by subscription
	commits  int
}

func newWitness(t testing.TB, store vault) *witness {
	return &witness{
		vault: store, t: t, statuses: map[string]billing.Status{}, payments: map[string]billing.Payment{},
		invoices: map[string]billing.Invoice{}, refunds: map[string]billing.Refund{}, numbers: map[string]int{},
		taken: map[string]string{}, fresh: map[string][]string{}, subs: map[string]billing.Subscription{},
	}
}

// Commit implements record.Committer.
func (w *witness) Commit(ctx context.Context, c record.Commit) error {
	err := w.vault.Commit(ctx, c)
	if err != nil {
		return err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.commits++
	for _, obj := range c.Put {
		switch o := obj.(type) {
		case billing.Subscription:
			w.subscription(o)
		case billing.Invoice:
			w.invoice(o)
		case billing.Payment:
			w.payments[o.ID] = o
		case billing.Refund:
			w.refunds[o.ID] = o
		case billing.Entry:
			if err := o.Balanced(); err != nil || len(o.Postings) < 2 {
				w.t.Errorf("entry %s: %+v, %v", o.ID, o, err)
			}
		}
	}
	for _, obj := range c.Put {
		if p, ok := obj.(billing.Payment); ok {
			w.payment(p)
		}
	}
	return nil
}

// subscription refuses a step that the transition table does not have.
func (w *witness) subscription(s billing.Subscription) {
	before, known := w.statuses[s.ID]
	legal := known && before == s.Status || !known && s.Status == billing.StatusPending
	for _, to := range billing.Transitions[before] {
		legal = legal || to == s.Status
	}
	if !legal {
		w.t.Errorf("%s went from %q to %s", s.ID, before, s.Status)
	}
	if s.Balance().Minor < 0 {
		w.t.Errorf("%s has a credit of %v", s.ID, s.Balance())
	}
	w.statuses[s.ID], w.subs[s.ID] = s.Status, s
}

// invoice checks sums and numbers: the lines are the total, a number comes
// once and without a gap, a paid invoice never changes its amounts.
func (w *witness) invoice(v billing.Invoice) {
	var gross, tax, discount int64
	for _, l := range v.Lines {
		gross, tax, discount = gross+l.Gross().Minor, tax+l.Tax.Minor, discount+l.Discount.Minor
	}
	if gross != v.Total.Minor || tax != v.Tax.Minor || discount != v.Discount.Minor {
		w.t.Errorf("invoice %s over %v with tax %v, its lines %d with %d", v.ID, v.Total, v.Tax, gross, tax)
	}
	before, known := w.invoices[v.ID]
	if known && before.Status == billing.InvoicePaid && (before.Total != v.Total || before.Number != v.Number || v.Status != billing.InvoicePaid) {
		w.t.Errorf("paid invoice %s changed from %v %s to %v %s", v.ID, before.Total, before.Number, v.Total, v.Number)
	}
	if v.Status == billing.InvoicePaid && before.Status != billing.InvoicePaid && v.Kind == billing.KindInvoice {
		w.fresh[v.Subscription] = append(w.fresh[v.Subscription], v.ID)
	}
	if v.Number != "" && before.Number == "" {
		w.number(v)
	}
	w.invoices[v.ID] = v
}

// carried counts the notices that were too small, and the paid invoices that
// billed them.
func (w *witness) carried() (void, billed int) {
	for _, v := range w.invoices {
		if v.Status == billing.InvoiceVoid && v.Reason == billing.ReasonCarried {
			void++
		}
		if v.Status == billing.InvoicePaid && v.Own() != v.Total {
			billed++
		}
	}
	return void, billed
}

// number checks that the series of the invoice goes on by one.
func (w *witness) number(v billing.Invoice) {
	if other := w.taken[v.Number]; other != "" {
		w.t.Errorf("number %s belongs to %s and %s", v.Number, other, v.ID)
	}
	w.taken[v.Number] = v.ID
	series := strings.TrimRight(v.Number, "0123456789")
	n, err := strconv.Atoi(v.Number[len(series):])
	if err != nil || n != w.numbers[series]+1 {
		w.t.Errorf("number %s follows %d", v.Number, w.numbers[series])
	}
	w.numbers[series] = n
}

// payment checks that a payment is what its invoices ask for and gives back
// at most what it took.
func (w *witness) payment(p billing.Payment) {
	if p.Refunded.Minor > p.Amount.Minor || p.Refunded.Minor < 0 {
		w.t.Errorf("payment %s of %v gave back %v", p.ID, p.Amount, p.Refunded)
	}
	if p.Status != billing.PaymentSucceeded {
		return
	}
	var due int64
	for _, id := range p.Invoices {
		due += w.invoices[id].Due().Minor
	}
	if due != p.Amount.Minor {
		w.t.Errorf("payment %s of %v pays invoices over %d", p.ID, p.Amount, due)
	}
}

// news are the invoices of a subscription that were paid since the last call.
func (w *witness) news(subscription string) []billing.Invoice {
	w.mu.Lock()
	defer w.mu.Unlock()
	out := w.paid(subscription)
	delete(w.fresh, subscription)
	return out
}

// peek is news that stays news.
func (w *witness) peek(subscription string) []billing.Invoice {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.paid(subscription)
}

func (w *witness) paid(subscription string) []billing.Invoice {
	var out []billing.Invoice
	for _, id := range w.fresh[subscription] {
		out = append(out, w.invoices[id])
	}
	return out
}
