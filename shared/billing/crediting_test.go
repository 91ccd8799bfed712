package billing_test

import (
	"errors"
	"fmt"
	"testing"

	"pgregory.net/rapid"

	"perennial/shared/billing"
	"perennial/shared/money"
)

// Rules 2, 17: however a payment is given back in parts, by refunds and by the
// merchant's credit notes of both kinds, over items or the whole, never more
// than was paid goes, and all parts hold exactly the tax of the invoice.
func TestCreditNotesAndRefundsGiveBackExactlyWhatWasPaid(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		v := paidInvoice(t, drafts.Draw(t, "draft"))
		if v.Due().Minor <= 0 {
			return
		}
		cur := v.Total.Currency
		p := billing.Payment{
			ID: "pay_1", Subscription: "sub_1", Status: billing.PaymentSucceeded, Amount: v.Due(), Tax: v.Tax, Credit: v.Credit,
			Refunded: money.Of(0, cur), Invoices: []string{v.ID}, CapturedAt: start,
		}
		v.Payment = p.ID
		s := billing.Subscription{ID: "sub_1", Status: billing.StatusActive, Price: billing.Price{Amount: money.Of(1, cur)}}
		c := billing.Customer{ID: "cus_1", InvoicePrefix: "ADA1"}
		notes, taxes := map[string]bool{}, int64(0)
		for round := 0; p.Given() < p.Amount.Minor; round++ {
			wish := billing.CreditWish{ID: fmt.Sprintf("inv_cn%d", round), Invoice: v.ID, At: start}
			wish.To = rapid.SampledFrom([]billing.CreditTo{billing.CreditRefund, billing.CreditBalance, billing.CreditOutside}).Draw(t, "to")
			if round < 5 {
				part := rapid.Int64Range(1, p.Amount.Minor).Draw(t, "part")
				if rapid.Bool().Draw(t, "of an item") {
					wish.Items = []billing.RefundItem{{Item: "pdt_a", Amount: part, Net: rapid.Bool().Draw(t, "net")}}
				} else {
					wish.Gross = part
				}
			}
			before := p.Given()
			gave, err := giveBack(&p, &v, &s, &c, wish)
			if err != nil {
				if round >= 5 {
					t.Fatalf("%d of %d is left and cannot be given: %v", p.Amount.Minor-before, p.Amount.Minor, err)
				}
				continue // more than is left of it
			}
			if p.Given() != before-gave.Total.Minor || wish.Gross != 0 && -gave.Total.Minor != wish.Gross || notes[gave.Number] {
				t.Fatalf("the note %s over %d takes the payment from %d to %d", gave.Number, gave.Total.Minor, before, p.Given())
			}
			notes[gave.Number], taxes = true, taxes-gave.Tax.Minor
		}
		if p.Given() != p.Amount.Minor || len(notes) != int(c.CreditSeq) {
			t.Fatalf("%d of %d went, by %d notes of %d numbers", p.Given(), p.Amount.Minor, len(notes), c.CreditSeq)
		}
		if v.Due() == v.Total && allPositive(v) && taxes != v.Tax.Minor {
			t.Fatalf("the notes hold %d of %d tax", taxes, v.Tax.Minor)
		}
		if _, err := giveBack(&p, &v, &s, &c, billing.CreditWish{ID: "inv_more", Invoice: v.ID, To: billing.CreditOutside, Gross: 1, At: start}); !errors.Is(err, billing.ErrRefunded) {
			t.Fatalf("more was given: %v", err)
		}
	})
}

func allPositive(v billing.Invoice) bool {
	for _, l := range v.Lines {
		if l.Gross().Minor < 0 {
			return false
		}
	}
	return true
}

// giveBack carries a wish out, and gives its credit note.
func giveBack(p *billing.Payment, v *billing.Invoice, s *billing.Subscription, c *billing.Customer, w billing.CreditWish) (billing.Invoice, error) {
	all := []billing.Invoice{*v}
	if w.To != billing.CreditRefund {
		made, err := p.GiveCredit(w, all, s, billing.Issuer{}, *c)
		if err != nil {
			return billing.Invoice{}, err
		}
		if err := made.Entry.Balanced(); err != nil {
			return billing.Invoice{}, err
		}
		*p, *v, *c = made.Payment, made.Invoice, made.Customer
		if made.Subscription != nil {
			*s = *made.Subscription
		}
		return made.Note, nil
	}
	reserved, r, err := p.Refund(billing.RefundWish{ID: "ref_" + w.ID, Items: w.Items, Gross: w.Gross, Invoice: w.Invoice, At: w.At}, all)
	if err != nil {
		return billing.Invoice{}, err
	}
	_, r, _, err = s.Reclaim(r, reserved)
	if err != nil {
		return billing.Invoice{}, err
	}
	ch, err := r.Succeed(reserved, "re", w.At)
	if err == nil {
		ch, err = ch.Noted(all, []string{w.ID}, billing.Issuer{}, *c)
	}
	if err != nil || len(ch.Invoices) != 2 || len(ch.Refund.Reclaimed) > 0 {
		return billing.Invoice{}, fmt.Errorf("refund without a note, or with credit of a note taken back: %+v, %w", ch, err)
	}
	*p, *v, *c = ch.Payment, ch.Invoices[0], *ch.Customer
	return ch.Invoices[1], nil
}

// credited is a payment of 20.00 with its invoice and subscription.
func credited() (billing.Payment, billing.Invoice, billing.Subscription) {
	line := billing.Line{Product: "pdt_1", Quantity: 1, Amount: money.Of(2000, "EUR"), Discount: money.Of(0, "EUR"), Tax: money.Of(0, "EUR")}
	v := billing.Invoice{ID: "inv_1", Number: "ADA1-0001", Status: billing.InvoicePaid, Payment: "pay_1", Total: money.Of(2000, "EUR"), Lines: []billing.Line{line}}
	p := billing.Payment{
		ID: "pay_1", Subscription: "sub_1", Status: billing.PaymentSucceeded, Amount: money.Of(2000, "EUR"), Tax: money.Of(0, "EUR"),
		Refunded: money.Of(0, "EUR"), Invoices: []string{"inv_1"},
	}
	s := billing.Subscription{ID: "sub_1", Status: billing.StatusActive, Price: billing.Price{Amount: money.Of(2000, "EUR")}, Receipts: []string{"pay_1"}}
	return p, v, s
}

func TestWhatNoCreditNoteMayGive(t *testing.T) {
	t.Parallel()
	proration := billing.Credit{ID: "chg_1", Gross: money.Of(1500, "EUR"), Left: money.Of(1500, "EUR"), Payments: []string{"pay_1"}}
	for name, c := range map[string]struct {
		spoil func(*billing.Payment, *billing.Invoice, *billing.Subscription, *billing.CreditWish)
		want  error
	}{
		"what a plan change credits": {func(_ *billing.Payment, _ *billing.Invoice, s *billing.Subscription, _ *billing.CreditWish) {
			s.Credits = []billing.Credit{proration}
		}, billing.ErrCreditTooMuch},
		"credit that an invoice uses": {func(_ *billing.Payment, _ *billing.Invoice, s *billing.Subscription, _ *billing.CreditWish) {
			s.Spent = []billing.Credit{proration}
		}, billing.ErrCreditTooMuch},
		"what a waiting change counts on": {func(_ *billing.Payment, _ *billing.Invoice, s *billing.Subscription, _ *billing.CreditWish) {
			s.Change = &billing.PlanChange{Credit: proration}
		}, billing.ErrChangePending},
		"what a refund is giving": {func(p *billing.Payment, _ *billing.Invoice, _ *billing.Subscription, _ *billing.CreditWish) {
			p.Refunding = "ref_1"
		}, billing.ErrRefunding},
		"disputed money": {func(p *billing.Payment, _ *billing.Invoice, _ *billing.Subscription, _ *billing.CreditWish) {
			p.Withheld = money.Of(2000, "EUR")
		}, billing.ErrDisputed},
		"what was refunded": {func(p *billing.Payment, _ *billing.Invoice, _ *billing.Subscription, _ *billing.CreditWish) {
			p.Refunded = money.Of(2000, "EUR")
		}, billing.ErrRefunded},
		"what was never paid": {func(p *billing.Payment, _ *billing.Invoice, _ *billing.Subscription, _ *billing.CreditWish) {
			p.Status = billing.PaymentFailed
		}, billing.ErrNotPaid},
		"an invoice that is not final": {func(_ *billing.Payment, v *billing.Invoice, _ *billing.Subscription, _ *billing.CreditWish) {
			v.Status = billing.InvoiceOpen
		}, billing.ErrNotFinal},
		"another invoice": {func(_ *billing.Payment, _ *billing.Invoice, _ *billing.Subscription, w *billing.CreditWish) {
			w.Invoice = "inv_2"
		}, billing.ErrNothingLeft},
		"less than nothing": {func(_ *billing.Payment, _ *billing.Invoice, _ *billing.Subscription, w *billing.CreditWish) {
			w.Gross = -1
		}, billing.ErrCreditTooMuch},
		"credit of what has ended": {func(_ *billing.Payment, _ *billing.Invoice, s *billing.Subscription, w *billing.CreditWish) {
			s.Status, w.To = billing.StatusCancelled, billing.CreditBalance
		}, billing.ErrNoBalance},
		"credit without dates": {func(_ *billing.Payment, _ *billing.Invoice, s *billing.Subscription, w *billing.CreditWish) {
			s.OnDemand, w.To = true, billing.CreditBalance
		}, billing.ErrNoBalance},
	} {
		p, v, s := credited()
		w := billing.CreditWish{ID: "inv_cn", Invoice: "inv_1", Gross: 501, To: billing.CreditOutside, At: start}
		c.spoil(&p, &v, &s, &w)
		if _, err := p.GiveCredit(w, []billing.Invoice{v}, &s, billing.Issuer{}, billing.Customer{}); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
}

// A refund takes back what plan changes credited, and leaves what a credit
// note gave: that is counted already.
func TestARefundLeavesTheCreditOfANote(t *testing.T) {
	t.Parallel()
	p, v, s := credited()
	w := billing.CreditWish{ID: "inv_cn", Invoice: "inv_1", Gross: 500, To: billing.CreditBalance, At: start}
	made, err := p.GiveCredit(w, []billing.Invoice{v}, &s, billing.Issuer{}, billing.Customer{})
	if err != nil || made.Subscription == nil || made.Subscription.Balance().Minor != 500 {
		t.Fatalf("%+v, %v", made.Subscription, err)
	}
	reserved, r, err := made.Payment.Refund(billing.RefundWish{ID: "ref_1", At: start}, []billing.Invoice{made.Invoice})
	if err != nil || r.Amount.Minor != 1500 {
		t.Fatalf("the rest is %v, %v", r.Amount, err)
	}
	if after, r, _, err := made.Subscription.Reclaim(r, reserved); err != nil || len(r.Reclaimed) != 0 || after.Balance().Minor != 500 {
		t.Errorf("%+v taken, %v left, %v", r.Reclaimed, after.Balance(), err)
	}
}
