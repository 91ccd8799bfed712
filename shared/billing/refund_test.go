package billing

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"perennial/shared/calendar"
	"perennial/shared/fault"
	"perennial/shared/money"
)

// paidFor is a payment of lines given as amounts without tax and their tax.
func paidFor(lines ...Line) (Payment, []Invoice) {
	p := Payment{ID: "pay_1", Status: PaymentSucceeded, Amount: money.Of(0, "EUR"), Tax: money.Of(0, "EUR"), Refunded: money.Of(0, "EUR"), CapturedAt: 1000}
	for _, l := range lines {
		p.Amount.Minor += l.Gross().Minor
		p.Tax.Minor += l.Tax.Minor
	}
	return p, []Invoice{{ID: "inv_1", Lines: lines}}
}

func lineOf(product string, net, tax int64) Line {
	return Line{Product: product, Amount: money.Of(net, "EUR"), Discount: money.Of(0, "EUR"), Tax: money.Of(tax, "EUR")}
}

func wish(items ...RefundItem) RefundWish {
	return RefundWish{ID: "ref_1", Items: items, At: 2000, Wall: time.Unix(9, 0), Window: time.Hour}
}

func TestAFullRefundGivesBackEverythingOnce(t *testing.T) {
	t.Parallel()
	p, invoices := paidFor(lineOf("pdt_1", 1000, 190), lineOf("pdt_2", 333, 63))
	reserved, r, err := p.Refund(wish(), invoices)
	if err != nil || r.Amount != p.Amount || r.Tax != p.Tax || r.Partial || r.Status != RefundPending {
		t.Fatalf("%+v, %v", r, err)
	}
	if _, _, err := reserved.Refund(wish(), invoices); !errors.Is(err, ErrRefunding) {
		t.Errorf("a second one at the same time: %v", err)
	}
	ch, err := r.Succeed(reserved, "re_1", 3000)
	if err != nil || ch.Entry.Balanced() != nil || ch.Payment.Refunded != p.Amount || ch.Payment.RefundedTax != p.Tax {
		t.Fatalf("%+v, %v", ch, err)
	}
	if diff := cmp.Diff([]Event{{Type: EventRefundSucceeded, Object: "ref_1"}}, ch.Events); diff != "" {
		t.Error(diff)
	}
	if _, _, err := ch.Payment.Refund(wish(), invoices); !errors.Is(err, ErrRefunded) {
		t.Errorf("and again: %v", err)
	}
}

func TestAFailedRefundLeavesThePaymentAsItWas(t *testing.T) {
	t.Parallel()
	p, invoices := paidFor(lineOf("pdt_1", 1000, 190))
	reserved, r, err := p.Refund(wish(RefundItem{Item: "pdt_1", Amount: 500}), invoices)
	if err != nil || !r.Partial {
		t.Fatal(r, err)
	}
	ch := r.Fail(reserved, "re_1", "expired_card", 3000)
	if ch.Payment.Refunded.Minor != 0 || ch.Payment.Refunding != "" || ch.Refund.Status != RefundFailed || ch.Refund.Problem != "expired_card" {
		t.Errorf("%+v", ch)
	}
	if _, _, err := ch.Payment.Refund(wish(), invoices); err != nil {
		t.Errorf("it may be tried again: %v", err)
	}
}

func TestWhatCannotBeRefunded(t *testing.T) {
	t.Parallel()
	item := func(id string, amount int64) RefundItem { return RefundItem{Item: id, Amount: amount} }
	for _, c := range []struct {
		name  string
		spoil func(*Payment, *RefundWish, []Invoice)
		code  string
	}{
		{"a payment that failed", func(p *Payment, _ *RefundWish, _ []Invoice) { p.Status = PaymentFailed }, "PAYMENT_NOT_SUCCEEDED"},
		{"a trial", func(p *Payment, _ *RefundWish, _ []Invoice) { p.Amount.Minor = 0 }, "ZERO_AMOUNT_PAYMENT_REFUND_NOT_ALLOWED"},
		{"while another is made", func(p *Payment, _ *RefundWish, _ []Invoice) { p.Refunding = "ref_0" }, "EXISTING_REFUND_REQUEST_PROCESSING"},
		{"while it is disputed", func(p *Payment, _ *RefundWish, _ []Invoice) { p.Withheld = p.Amount }, "PAYMENT_DISPUTED"},
		{"refunded whole", func(p *Payment, _ *RefundWish, _ []Invoice) { p.Refunded = p.Amount }, "PAYMENT_ALREADY_REFUNDED"},
		{"too late", func(p *Payment, w *RefundWish, _ []Invoice) { w.At = p.CapturedAt.Add(time.Hour) }, "REFUND_WINDOW_EXPIRED"},
		{"too much of an item", func(_ *Payment, w *RefundWish, _ []Invoice) { w.Items = []RefundItem{item("pdt_1", 1191)} }, "LINE_ITEM_REFUND_AMOUNT_TOO_HIGH"},
		{"too much without tax", func(_ *Payment, w *RefundWish, _ []Invoice) {
			w.Items = []RefundItem{{Item: "pdt_1", Amount: 1001, Net: true}}
		}, "LINE_ITEM_REFUND_AMOUNT_TOO_HIGH"},
		{"nothing of an item", func(_ *Payment, w *RefundWish, _ []Invoice) { w.Items = []RefundItem{item("pdt_1", 0)} }, "LINE_ITEM_REFUND_AMOUNT_TOO_LOW"},
		{"less than nothing", func(_ *Payment, w *RefundWish, _ []Invoice) { w.Items = []RefundItem{item("pdt_1", -1)} }, "LINE_ITEM_REFUND_AMOUNT_TOO_LOW"},
		{"another item", func(_ *Payment, w *RefundWish, _ []Invoice) { w.Items = []RefundItem{item("pdt_9", 1)} }, "LINE_ITEM_NOT_FOUND"},
		{"an item twice", func(_ *Payment, w *RefundWish, _ []Invoice) {
			w.Items = []RefundItem{item("pdt_1", 1), item("pdt_1", 1)}
		}, "DUPLICATE_LINE_ITEMS_IN_REQUEST"},
		{"an item that was refunded", func(p *Payment, w *RefundWish, _ []Invoice) {
			p.Backs, w.Items = []Back{{Invoice: "inv_1", Amount: money.Of(1190, "EUR"), Tax: money.Of(190, "EUR")}}, []RefundItem{{Item: "pdt_1", All: true}}
		}, "LINE_ITEM_FULLY_REFUNDED"},
		{"a prorated item", func(_ *Payment, w *RefundWish, v []Invoice) {
			v[0].Lines[0].Kind, w.Items = LineProrationCharge, []RefundItem{item("pdt_1", 1)}
		}, "LINE_ITEM_PRORATED"},
	} {
		p, invoices := paidFor(lineOf("pdt_1", 1000, 190), lineOf("pdt_2", 500, 95))
		w := wish()
		c.spoil(&p, &w, invoices)
		_, _, err := p.Refund(w, invoices)
		if f := fault.Of(err); f == nil || f.Code != c.code {
			t.Errorf("%s: %v, want %s", c.name, err, c.code)
		}
	}
}

func TestEveryWrongItemIsNamed(t *testing.T) {
	t.Parallel()
	p, invoices := paidFor(lineOf("pdt_1", 1000, 190))
	_, _, err := p.Refund(wish(RefundItem{Item: "pdt_1", Amount: 5000}, RefundItem{Item: "pdt_7", All: true}), invoices)
	if f := fault.Of(err); f == nil || len(f.Problems) != 2 {
		t.Errorf("%v", err)
	}
}

// Rules 2: a proration is undone with the whole payment.
func TestTheWholeOfAProratedPaymentCanBeRefunded(t *testing.T) {
	t.Parallel()
	charge, credit := lineOf("pdt_2", 4000, 760), lineOf("pdt_1", -1000, -190)
	charge.Kind, credit.Kind = LineProrationCharge, LineProrationCredit
	p, invoices := paidFor(charge, credit)
	_, r, err := p.Refund(wish(), invoices)
	if err != nil || r.Amount.Minor != 3570 || r.Tax.Minor != 570 {
		t.Errorf("%+v, %v", r, err)
	}
}

// TestPartialRefundsGiveBackExactlyTheTax refunds in any pieces, with tax and
// without, until nothing is left.
func TestPartialRefundsGiveBackExactlyTheTax(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(r *rapid.T) {
		net := rapid.Int64Range(1, 100_000).Draw(r, "net")
		rate := rapid.SampledFrom([]int64{0, 5, 7, 19, 20, 27}).Draw(r, "rate")
		tax, err := money.Of(net, "EUR").Times(rate, 100)
		if err != nil {
			r.Fatal(err)
		}
		p, invoices := paidFor(lineOf("pdt_1", net, tax.Minor), lineOf("pdt_2", 700, 49))
		if rapid.Bool().Draw(r, "a credit after tax") {
			p.Amount.Minor -= rapid.Int64Range(0, p.Amount.Minor-2).Draw(r, "credit")
		}
		whole, fullRefund, err := p.Refund(wish(), invoices)
		if err != nil || fullRefund.Amount != p.Amount || fullRefund.Tax.Minor > p.Tax.Minor {
			r.Fatalf("%+v, %v of %+v", fullRefund, err, whole)
		}
		var gone, goneTax int64
		for range rapid.IntRange(1, 6).Draw(r, "pieces") {
			item := RefundItem{Item: rapid.SampledFrom([]string{"pdt_1", "pdt_2"}).Draw(r, "item"), Net: rapid.Bool().Draw(r, "net")}
			item.Amount = rapid.Int64Range(1, net+800).Draw(r, "piece")
			next, refund, err := p.Refund(wish(item), invoices)
			if err != nil {
				continue // too much of it: refused
			}
			p = settled(r, next, refund)
			if refund.Tax.Minor < 0 || refund.Tax.Minor > refund.Amount.Minor {
				r.Fatalf("tax %d within %d", refund.Tax.Minor, refund.Amount.Minor)
			}
			gone, goneTax = gone+refund.Amount.Minor, goneTax+refund.Tax.Minor
		}
		if gone < p.Amount.Minor {
			next, refund, err := p.Refund(wish(), invoices)
			if err != nil {
				r.Fatal(err)
			}
			p = settled(r, next, refund)
			gone, goneTax = gone+refund.Amount.Minor, goneTax+refund.Tax.Minor
		}
		if gone != p.Amount.Minor || goneTax != fullRefund.Tax.Minor || p.Refunded.Minor != gone {
			r.Fatalf("gave back %d with tax %d, want %d with %d", gone, goneTax, p.Amount.Minor, fullRefund.Tax.Minor)
		}
	})
}

func settled(r *rapid.T, p Payment, refund Refund) Payment {
	ch, err := refund.Succeed(p, "re", calendar.Instant(2500))
	if err != nil || ch.Entry.Balanced() != nil {
		r.Fatal(err, ch.Entry)
	}
	return ch.Payment
}
