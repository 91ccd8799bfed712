package refunds_test

import (
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"perennial/shared/billing"
	"perennial/shared/lifecycle/lifecycletest"
	"perennial/shared/merchant"
	"perennial/shared/record"
	"perennial/shared/refunds"
)

func note(w *lifecycletest.World, payment string, to billing.CreditTo, gross int64) (refunds.Paper, error) {
	return w.Refunds.Credit(w.T.Context(), refunds.CreditWish{
		Scope: w.Scope, Actor: record.Actor{Kind: record.ByKey, ID: "k"}, Payment: payment, Gross: gross, To: to, Reason: "goodwill",
	})
}

// A merchant's credit note becomes credit that the next invoice uses, with a
// number of its own, and no money moves.
func TestACreditNotePaysTheNextInvoice(t *testing.T) {
	t.Parallel()
	w := lifecycletest.New(t)
	p := paid(w, "visa_ok")
	moved := len(w.Gateway.Ledger())
	made, err := note(w, p.ID, billing.CreditBalance, 500)
	if err != nil || made.Note.Total.Minor != -500 || made.Note.Number != "ADA1-CN0001" || made.About.ID != made.Note.Corrects || made.Note.Reason != "goodwill" {
		t.Fatalf("%+v, %v", made.Note, err)
	}
	s := w.Sub(p.Subscription)
	if s.Balance().Minor != 500 || len(w.Gateway.Ledger()) != moved || count(w, billing.EventCreditNote) != 1 || count(w, billing.EventRefundSucceeded) != 0 {
		t.Errorf("balance %v, %d movements, events %v", s.Balance(), len(w.Gateway.Ledger())-moved, w.Store.Events())
	}
	w.AdvanceTo(s.Period.End)
	if renewal := lifecycletest.All[billing.Payment](w)[0]; renewal.Amount.Minor != 1500 || renewal.Credit.Minor != 500 || w.Sub(s.ID).Balance().Minor != 0 {
		t.Errorf("the renewal took %v and %v of credit", renewal.Amount, renewal.Credit)
	}
	if _, err := note(w, p.ID, billing.CreditOutside, 1501); !errors.Is(err, billing.ErrCreditTooMuch) {
		t.Errorf("more than is left: %v", err)
	}
	rest, err := ask(w, p.ID)
	if err != nil || rest.Amount.Minor != 1500 {
		t.Errorf("the rest is %v, %v", rest.Amount, err)
	}
	w.Reconcile()
}

// Money that is settled elsewhere stays where it is, in the books too.
func TestACreditNoteOutOfBandMovesNothing(t *testing.T) {
	t.Parallel()
	w := lifecycletest.New(t)
	p := paid(w, "visa_ok")
	made, err := note(w, p.ID, billing.CreditOutside, 0)
	if err != nil || made.Note.Total.Minor != -2000 {
		t.Fatalf("%+v, %v", made.Note, err)
	}
	want := []billing.Posting{{Account: billing.AccountRevenue, Amount: p.Amount}, {Account: billing.AccountTax, Amount: p.Tax}, {Account: billing.AccountOutside, Amount: made.Note.Total}}
	if diff := cmp.Diff(want, lifecycletest.Get[billing.Entry](w, made.Note.ID).Postings); diff != "" {
		t.Error(diff)
	}
	if _, err := ask(w, p.ID); !errors.Is(err, billing.ErrRefunded) || back(w) != 0 || w.Sub(p.Subscription).Balance().Minor != 0 {
		t.Errorf("a refund of it: %v; %d went back", err, back(w))
	}
	w.Reconcile()
}

// One that is refunded is a refund of that invoice, whose note follows.
func TestACreditNoteThatIsRefunded(t *testing.T) {
	t.Parallel()
	w := lifecycletest.New(t)
	p := paid(w, "visa_ok")
	made, err := note(w, p.ID, billing.CreditRefund, 700)
	if err != nil || made.Refund.Status != billing.RefundSucceeded || made.Note.Refund != made.Refund.ID || made.Note.Total.Minor != -700 || back(w) != 700 {
		t.Fatalf("%+v of %+v, %v", made.Note, made.Refund, err)
	}
	slow := lifecycletest.New(t)
	q := paid(slow, "refund_pending")
	made, err = note(slow, q.ID, billing.CreditRefund, 700)
	if err != nil || made.Note.ID != "" || made.Refund.Status != billing.RefundPending {
		t.Fatalf("%+v of %+v, %v", made.Note, made.Refund, err)
	}
	if _, err := note(slow, q.ID, billing.CreditOutside, 1); !errors.Is(err, billing.ErrRefunding) {
		t.Errorf("another meanwhile: %v", err)
	}
	slow.Clock.Advance(5 * time.Minute)
	if err := slow.LookAt(record.RefOf[billing.Refund](made.Refund.ID)); err != nil {
		t.Fatal(err)
	}
	notes, err := slow.Refunds.CreditNotes(t.Context(), slow.Scope, q.ID)
	if err != nil || len(notes) != 1 || notes[0].Note.Refund != made.Refund.ID {
		t.Errorf("%+v, %v", notes, err)
	}
	w.Reconcile()
	slow.Reconcile()
}

// However many ask at once, and however a refund races them, no more
// than was paid is given, under gapless numbers.
func TestManyCreditNotesAtOnceGiveNoMoreThanWasPaid(t *testing.T) {
	t.Parallel()
	w := lifecycletest.New(t)
	p := paid(w, "visa_ok")
	var group sync.WaitGroup
	for i := range 12 {
		to := []billing.CreditTo{billing.CreditBalance, billing.CreditOutside, billing.CreditRefund}[i%3]
		group.Go(func() { _, _ = note(w, p.ID, to, 700) })
	}
	group.Wait()
	got := lifecycletest.Get[billing.Payment](w, p.ID)
	notes, err := w.Refunds.CreditNotes(t.Context(), w.Scope, p.ID)
	if err != nil || got.Given() != 1400 || len(notes) != 2 || notes[0].Note.Number != "ADA1-CN0001" || notes[1].Note.Number != "ADA1-CN0002" {
		t.Errorf("%d given by %d notes, %v", got.Given(), len(notes), err)
	}
	w.Reconcile()
}

// A plan change credits nothing that a note has given.
func TestWhatANoteGaveIsNoCreditOfAPlanChange(t *testing.T) {
	t.Parallel()
	w := lifecycletest.New(t)
	p := paid(w, "visa_ok")
	if _, err := note(w, p.ID, billing.CreditOutside, 0); err != nil {
		t.Fatal(err)
	}
	before := w.Sub(p.Subscription)
	if before.Version == 1 {
		t.Error("the subscription was not written: a plan change that is being decided would not know")
	}
	for _, c := range []refunds.CreditWish{
		{Scope: w.Scope, Payment: p.ID, Invoice: "inv_other", To: billing.CreditOutside},
		{Scope: w.Scope, Payment: "pay_none", To: billing.CreditOutside},
		{Scope: merchant.Scope{Business: "bus_2", Mode: merchant.Test}, Payment: p.ID, To: billing.CreditRefund},
	} {
		if _, err := w.Refunds.Credit(t.Context(), c); err == nil {
			t.Errorf("%+v was credited", c)
		}
	}
	if _, err := w.Refunds.CreditNote(t.Context(), w.Scope, p.Invoices[0]); !errors.Is(err, record.ErrNotFound) {
		t.Errorf("an invoice as a credit note: %v", err)
	}
}
