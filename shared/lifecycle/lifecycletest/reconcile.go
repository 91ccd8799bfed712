package lifecycletest

import (
	"slices"
	"strings"

	"perennial/shared/billing"
	"perennial/shared/calendar"
	"perennial/shared/charging"
)

// Reconcile fails the test unless the gateway's ledger, the payments, the
// invoices and the journal agree to the cent, no period was paid twice, no
// lock is left, and every hold fits its subscription.
func (w *World) Reconcile() {
	w.T.Helper()
	ledger := w.ledger()
	w.payments(ledger)
	w.invoices()
	for _, s := range All[billing.Subscription](w) {
		if s.Lock.Set() {
			w.T.Errorf("subscription %s still has a payment lock: %+v", s.ID, s.Lock)
		}
		if s.Status == billing.StatusOnHold && w.Hold(s).Verdict == billing.VerdictPaid {
			w.T.Errorf("subscription %s is on hold although hold %d is paid", s.ID, s.HoldEpoch)
		}
	}
}

// ledger is what the gateway took per payment, refunds subtracted.
func (w *World) ledger() map[string]int64 {
	net := make(map[string]int64)
	for _, line := range w.Gateway.Ledger() {
		_, _, payment, ok := charging.ParseTag(line.Payment)
		if !ok {
			w.T.Errorf("ledger line without our payment: %+v", line)
		}
		net[payment] += line.Kept()
	}
	return net
}

// payments compares payments and journal entries with the ledger.
func (w *World) payments(ledger map[string]int64) {
	w.T.Helper()
	for _, p := range All[billing.Payment](w) {
		var kept int64
		if p.Status == billing.PaymentSucceeded {
			kept = p.Amount.Minor - p.Refunded.Minor - p.Withheld.Minor
		}
		if ledger[p.ID] != kept {
			w.T.Errorf("payment %s is %s over %d, the gateway kept %d", p.ID, p.Status, p.Amount.Minor, ledger[p.ID])
		}
		if p.Status == billing.PaymentSucceeded && !p.Amount.Nothing() {
			entry := Get[billing.Entry](w, p.ID)
			if err := entry.Balanced(); err != nil || entry.Postings[0].Amount != p.Amount {
				w.T.Errorf("journal of %s: %+v, %v", p.ID, entry, err)
			}
		}
		w.refunds(p)
		delete(ledger, p.ID)
	}
	for payment, kept := range ledger {
		if kept != 0 {
			w.T.Errorf("the gateway kept %d for %s, which we do not know", kept, payment)
		}
	}
}

// refunds compares a payment with its refunds and their journal entries.
func (w *World) refunds(p billing.Payment) {
	w.T.Helper()
	var back, tax int64
	for _, id := range p.Refunds {
		r := Get[billing.Refund](w, id)
		if r.Status.Open() && p.Refunding != id {
			w.T.Errorf("refund %s is %s, and payment %s does not wait for it", id, r.Status, p.ID)
		}
		if r.Bounced > 0 {
			w.bounced(r)
		}
		if r.Status != billing.RefundSucceeded {
			continue
		}
		back, tax = back+r.Amount.Minor, tax+r.Tax.Minor
		entry := Get[billing.Entry](w, id)
		if err := entry.Balanced(); err != nil || max(entry.Postings[0].Amount.Minor, -entry.Postings[0].Amount.Minor) != r.Amount.Minor {
			w.T.Errorf("journal of refund %s: %+v, %v", id, entry, err)
		}
	}
	var noted int64
	for _, v := range All[billing.Invoice](w) {
		if v.Payment == p.ID && v.Kind == billing.KindCreditNote && v.To != billing.CreditNothing && v.Reason != billing.ReasonTaxCorrection {
			noted -= v.Total.Minor
		}
	}
	if noted != p.Noted.Minor || p.Given() > p.Amount.Minor {
		w.T.Errorf("payment %s of %d gave %d by credit notes over %d, and %d in all", p.ID, p.Amount.Minor, p.Noted.Minor, noted, p.Given())
	}
	if back != p.Refunded.Minor || tax != p.RefundedTax.Minor || back > p.Amount.Minor {
		w.T.Errorf("payment %s of %d gave back %d with %d tax, its refunds %d with %d", p.ID, p.Amount.Minor, p.Refunded.Minor, p.RefundedTax.Minor, back, tax)
	}
}

// bounced checks that the journal of a refund whose money came back holds
// nothing of it any more, but what is owed to its customer.
func (w *World) bounced(r billing.Refund) {
	w.T.Helper()
	made, undone := Get[billing.Entry](w, r.ID), Get[billing.Entry](w, r.ID+"-back")
	if err := undone.Balanced(); err != nil || undone.Postings[0].Amount != r.Amount || made.Postings[0].Account != undone.Postings[0].Account {
		w.T.Errorf("journal of refund %s, which came back: %+v, %v", r.ID, undone, err)
	}
}

// note checks that a credit note documents a part of a refund that happened.
func (w *World) note(v billing.Invoice) {
	w.T.Helper()
	if v.Refund == "" && v.Reason == billing.ReasonTaxCorrection {
		return // no money went back: it is billed anew, or became credit
	}
	if v.Refund == "" && v.Reason == billing.ReasonWithdrawn {
		if gone := Get[billing.Invoice](w, v.Corrects); gone.Status != billing.InvoiceUncollectible || v.Total.Minor != -gone.Total.Minor {
			w.T.Errorf("credit note %s over %d withdraws %s, %s over %d", v.ID, v.Total.Minor, gone.ID, gone.Status, gone.Total.Minor)
		}
		return
	}
	if v.To != billing.CreditNothing { // the merchant's own: counted on the payment
		entry := Get[billing.Entry](w, v.ID)
		if err := entry.Balanced(); err != nil || entry.Postings[len(entry.Postings)-1].Amount != v.Total {
			w.T.Errorf("journal of credit note %s over %d: %+v, %v", v.ID, v.Total.Minor, entry, err)
		}
		return
	}
	r := Get[billing.Refund](w, v.Refund)
	if r.Bounced > 0 {
		w.cancelled(v)
		return
	}
	if r.Status != billing.RefundSucceeded || !slices.Contains(r.Notes, v.ID) || v.Number == "" || -v.Total.Minor > r.Amount.Minor || -v.Tax.Minor > r.Tax.Minor {
		w.T.Errorf("credit note %s over %d with %d tax is for refund %+v", v.ID, v.Total.Minor, v.Tax.Minor, r)
	}
}

// cancelled checks that the credit note of a refund that came back has one
// document that cancels it to the cent.
func (w *World) cancelled(note billing.Invoice) {
	w.T.Helper()
	var total, tax int64
	n := 0
	for _, v := range All[billing.Invoice](w) {
		if v.Kind == billing.KindReinstated && v.Corrects == note.ID {
			n, total, tax = n+1, total+v.Total.Minor, tax+v.Tax.Minor
		}
	}
	if n != 1 || total != -note.Total.Minor || tax != -note.Tax.Minor {
		w.T.Errorf("credit note %s over %d, %d tax, is cancelled %d times over %d, %d tax", note.ID, note.Total.Minor, note.Tax.Minor, n, total, tax)
	}
}

// invoices checks that each was paid at most once, by a payment that
// succeeded, with gapless numbers, and that paid periods never overlap.
func (w *World) invoices() {
	w.T.Helper()
	numbers, own := make(map[string]bool), 0
	periods := make(map[string][]calendar.Period)
	for _, v := range All[billing.Invoice](w) {
		if v.Kind == billing.KindCreditNote {
			w.note(v)
			continue
		}
		if v.Kind == billing.KindCorrection {
			continue // it repeats the amounts of the one that it corrects
		}
		if v.Status != billing.InvoicePaid {
			issued := v.Status == billing.InvoiceOpen || v.Status == billing.InvoiceUncollectible && len(v.Notes) == 1
			if v.Number != "" && v.Series == "" && issued && Get[billing.Subscription](w, v.Subscription).Manual.On {
				own++ // numbered when it was issued
			} else if v.Number != "" && !issued {
				w.T.Errorf("invoice %s is %s and has number %s", v.ID, v.Status, v.Number)
			}
			continue
		}
		w.paidBy(v)
		if numbers[v.Number] || v.Series == "" && !strings.HasPrefix(v.Number, w.Customer.InvoicePrefix+"-") {
			w.T.Errorf("invoice number %q is taken twice or out of its series", v.Number)
		}
		numbers[v.Number] = true
		if v.Series == "" {
			own++
		}
		if v.Cause == billing.CausePlanChange || v.ReplacedBy != "" || v.Kind == billing.KindReinstated {
			continue // it shares a period with the plan before, or with the invoice that corrects it
		}
		for _, other := range periods[v.Subscription] {
			if other.Start < v.Period.End && v.Period.Start < other.End {
				w.T.Errorf("subscription %s paid for %v and %v", v.Subscription, other, v.Period)
			}
		}
		periods[v.Subscription] = append(periods[v.Subscription], v.Period)
	}
	if taken := Get[billing.Customer](w, w.Customer.ID).InvoiceSeq; int(taken) != own {
		w.T.Errorf("%d numbers taken, %d invoices numbered", taken, own)
	}
}

// paidBy checks that an invoice was paid by a payment that succeeded, or was
// covered by credit alone.
func (w *World) paidBy(v billing.Invoice) {
	w.T.Helper()
	if v.Payment == "" {
		if !v.Due().Nothing() {
			w.T.Errorf("invoice %s over %v is paid by nothing", v.ID, v.Due())
		}
		return
	}
	if p := Get[billing.Payment](w, v.Payment); p.Status != billing.PaymentSucceeded {
		w.T.Errorf("invoice %s is paid by %s, which is %s", v.ID, p.ID, p.Status)
	}
}
