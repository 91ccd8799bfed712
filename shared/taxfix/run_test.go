package taxfix_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"perennial/shared/billing"
	"perennial/shared/calendar"
	"perennial/shared/gateway/gatewaytest"
	"perennial/shared/lifecycle/lifecycletest"
	"perennial/shared/merchant"
	"perennial/shared/record"
	"perennial/shared/record/recordtest"
	"perennial/shared/refunds"
	"perennial/shared/tax"
	"perennial/shared/taxfix"
)

// office with a world: a German customer has paid at 19 %, and then another
// rate becomes known to have held.
func corrected(t *testing.T, card string, rate tax.Rate) (*lifecycletest.World, *taxfix.Corrector, billing.Subscription) {
	t.Helper()
	w := lifecycletest.New(t)
	known(w, 190_000)
	sub := w.Active(card)
	known(w, rate)
	return w, &taxfix.Corrector{
		Service: taxfix.Service{Store: w.Store}, Commits: w.Store, Refunds: w.Refunds, Wall: w.Clock.Now,
	}, sub
}

func known(w *lifecycletest.World, rate tax.Rate) {
	state := w.State()
	state.Seller.Tax = seller
	state.Seller.Tax.Overrides = []tax.Override{{Country: "DE", Rate: rate, From: "2020-01-01"}}
	w.Put(state)
}

func run(t *testing.T, w *lifecycletest.World, c *taxfix.Corrector, dry bool) []taxfix.Fix {
	t.Helper()
	page, err := c.Run(t.Context(), w.Scope, record.System, taxfix.Span{To: w.Clock.Now().AddDate(1, 0, 0)}, dry)
	if err != nil || !page.Next.IsZero() {
		t.Fatalf("%+v, %v", page, err)
	}
	for _, f := range page.Fixes {
		if f.Problem != "" {
			t.Errorf("%s: %s", f.Payment, f.Problem)
		}
	}
	return page.Fixes
}

func given(w *lifecycletest.World) (minor int64) {
	for _, line := range w.Gateway.Ledger() {
		if line.Kind == gatewaytest.Refund {
			minor += line.Amount.Minor
		}
	}
	return minor
}

// R273: tax that was charged too much goes back, once, however old the
// payment is and however often the run is repeated.
func TestTooMuchTaxGoesBackOnce(t *testing.T) {
	t.Parallel()
	w, c, sub := corrected(t, "visa_ok", 160_000)
	w.Clock.Advance(40 * 24 * time.Hour) // no refund of a merchant's would be possible
	if fixes := run(t, w, c, true); len(fixes) != 1 || fixes[0].Refund.Minor != 60 || given(w) != 0 {
		t.Fatalf("a preview found %+v, %d went back", fixes, given(w))
	}
	run(t, w, c, false)
	if fixes := run(t, w, c, false); len(fixes) != 0 || given(w) != 60 {
		t.Errorf("the second run found %+v, %d went back", fixes, given(w))
	}
	p := lifecycletest.Get[billing.Payment](w, sub.FirstPayment)
	r := lifecycletest.Get[billing.Refund](w, p.Refunds[0])
	if r.Cause != billing.ReasonTaxCorrection || r.Tax.Minor != 60 || r.Amount.Minor != 60 || len(r.Notes) != 1 || p.RefundedTax.Minor != 60 {
		t.Errorf("the refund is %+v", r)
	}
	if got := w.Sub(sub.ID); got.Status != billing.StatusActive || got.Period != sub.Period {
		t.Errorf("the subscription became %+v", got)
	}
	w.Reconcile()
	known(w, 70_000) // another rate was right after all
	if run(t, w, c, false); given(w) != 240 {
		t.Errorf("%d went back at 7 %%, want 240", given(w))
	}
	w.Reconcile()
}

// R273: too little is the merchant's loss: the invoice is credited and issued
// anew with more tax in the same money, and a later refund gives all back.
func TestTooLittleTaxIsTheMerchantsLoss(t *testing.T) {
	t.Parallel()
	w, c, sub := corrected(t, "visa_ok", 250_000)
	if fixes := run(t, w, c, false); len(fixes) != 1 || fixes[0].Absorbed.Minor != 96 || !fixes[0].Refund.Nothing() {
		t.Fatalf("%+v", fixes)
	}
	if fixes := run(t, w, c, false); len(fixes) != 0 {
		t.Errorf("the second run found %+v", fixes)
	}
	p := lifecycletest.Get[billing.Payment](w, sub.FirstPayment)
	if p.Tax.Minor != 476 || len(p.Invoices) != 2 || w.Gateway.Calls(gatewaytest.OpConfirm) != 1 {
		t.Fatalf("payment %+v", p)
	}
	fresh := lifecycletest.Get[billing.Invoice](w, p.Invoices[1])
	if fresh.Total.Minor != 2380 || fresh.Tax.Minor != 476 || fresh.Number == "" || fresh.Replaces != p.Invoices[0] {
		t.Errorf("issued anew: %+v", fresh)
	}
	w.Reconcile()
	if _, err := w.Refunds.Refund(t.Context(), refunds.Wish{Scope: w.Scope, Actor: record.System, Payment: p.ID}); err != nil {
		t.Fatal(err)
	}
	if got := lifecycletest.Get[billing.Payment](w, p.ID); given(w) != 2380 || got.RefundedTax.Minor != 476 {
		t.Errorf("%d went back with a tax of %v", given(w), got.RefundedTax)
	}
	w.Reconcile()
}

// Where the gateway refuses, the customer has the tax as credit.
func TestTaxThatCannotGoBackBecomesCredit(t *testing.T) {
	t.Parallel()
	w, c, sub := corrected(t, "refund_fails", 160_000)
	run(t, w, c, false)
	r := lifecycletest.Get[billing.Refund](w, lifecycletest.Get[billing.Payment](w, sub.FirstPayment).Refunds[0])
	for range 3 {
		w.Clock.Advance(5 * time.Minute)
		if err := w.LookAt(record.RefOf[billing.Refund](r.ID)); err != nil {
			t.Fatal(err)
		}
	}
	if got := w.Sub(sub.ID).Balance().Minor; got != 60 || given(w) != 0 {
		t.Errorf("a credit of %d, %d went back", got, given(w))
	}
	if fixes := run(t, w, c, false); len(fixes) != 0 {
		t.Errorf("the second run found %+v", fixes)
	}
	w.Reconcile()
}

// A run that dies anywhere is finished by the next one.
func TestARunThatDiesIsRepeated(t *testing.T) {
	t.Parallel()
	died := errors.New("the function died here")
	for _, rate := range []tax.Rate{160_000, 250_000} {
		for _, after := range []bool{false, true} {
			w, c, sub := corrected(t, "visa_ok", rate)
			die := func(record.Commit) error { return died }
			if after {
				w.Store.After = die
			} else {
				w.Store.Before = die
			}
			_, _ = c.Run(t.Context(), w.Scope, record.System, taxfix.Span{To: w.Clock.Now().AddDate(1, 0, 0)}, false)
			w.Store.Before, w.Store.After = nil, nil
			w.Clock.Advance(5 * time.Minute)
			for _, r := range lifecycletest.All[billing.Refund](w) {
				if err := w.LookAt(record.RefOf[billing.Refund](r.ID)); err != nil {
					t.Fatal(err)
				}
			}
			run(t, w, c, false)
			p := lifecycletest.Get[billing.Payment](w, sub.FirstPayment)
			if p.TaxFixes != 1 || given(w) > 60 || rate == 160_000 && given(w) != 60 {
				t.Errorf("rate %v, after %v: %d corrections, %d went back", rate, after, p.TaxFixes, given(w))
			}
			w.Reconcile()
		}
	}
}

func TestDisputedPaymentsAreTheBanksMatter(t *testing.T) {
	t.Parallel()
	w, c, _ := corrected(t, "disputed", 160_000)
	w.HearDisputes()
	if fixes := run(t, w, c, false); len(fixes) != 1 || fixes[0].Skip != tax.SkipDisputed || given(w) != 0 {
		t.Errorf("%+v, %d went back", fixes, given(w))
	}
}

// till counts what is asked to go back.
type till struct{ wishes []refunds.Wish }

// Refund implements taxfix.Refunder.
func (t *till) Refund(_ context.Context, w refunds.Wish) (refunds.Row, error) {
	t.wishes = append(t.wishes, w)
	return refunds.Row{}, nil
}

// R270, R271, R275: both cuts of 2020 became known late. A payment just
// outside their windows was right.
func TestTheCutsOf2020(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		country  string
		was      tax.Rate
		at       time.Time
		returned int64
	}{
		"Germany, the day before":   {"DE", 190_000, time.Date(2020, 6, 30, 12, 0, 0, 0, time.UTC), 0},
		"Germany, the first day":    {"DE", 190_000, time.Date(2020, 7, 1, 12, 0, 0, 0, time.UTC), 300},
		"Germany, the last day":     {"DE", 190_000, time.Date(2020, 12, 31, 12, 0, 0, 0, time.UTC), 300},
		"Germany, the day after":    {"DE", 190_000, time.Date(2021, 1, 1, 12, 0, 0, 0, time.UTC), 0},
		"Ireland, the day before":   {"IE", 230_000, time.Date(2020, 8, 31, 12, 0, 0, 0, time.UTC), 0},
		"Ireland, the first day":    {"IE", 230_000, time.Date(2020, 9, 1, 12, 0, 0, 0, time.UTC), 200},
		"Ireland, six months later": {"IE", 230_000, time.Date(2021, 2, 28, 12, 0, 0, 0, time.UTC), 200},
		"Ireland, the day after":    {"IE", 230_000, time.Date(2021, 3, 1, 12, 0, 0, 0, time.UTC), 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			store := recordtest.New()
			state := merchant.State{Scope: scope}
			state.Seller.Tax = seller
			put(t, store, state)
			unaware := seller
			unaware.Overrides = []tax.Override{{Country: c.country, Rate: c.was, From: "2020-01-01"}}
			put(t, store, sold(t, "1", unaware, calendar.At(c.at), tax.Buyer{Country: c.country}, nil)...)
			desk := &till{}
			service := &taxfix.Corrector{Service: taxfix.Service{Store: store}, Commits: store, Refunds: desk, Wall: time.Now}
			if _, err := service.Run(t.Context(), scope, record.System, taxfix.Span{}, false); err != nil {
				t.Fatal(err)
			}
			var got int64
			for _, w := range desk.wishes {
				got += w.Taxes[0].Amount.Minor
			}
			if got != c.returned {
				t.Errorf("%d goes back, want %d", got, c.returned)
			}
		})
	}
}

// Pages tile the span: every payment is in one, and only in one.
func TestPagesTileTheSpan(t *testing.T) {
	t.Parallel()
	store := recordtest.New()
	state := merchant.State{Scope: scope}
	state.Seller.Tax = seller
	state.Seller.Tax.Overrides = []tax.Override{{Country: "DE", Rate: 160_000, From: "2027-07-01"}}
	put(t, store, state)
	for i := range 70 {
		put(t, store, sold(t, time.Duration(i).String(), seller, august.Add(time.Duration(i/3)*time.Minute), tax.Buyer{Country: "DE"}, nil)...)
	}
	service := &taxfix.Corrector{Service: taxfix.Service{Store: store}}
	seen, pages := map[string]int{}, 0
	for span := (taxfix.Span{}); ; pages++ {
		page, err := service.Run(t.Context(), scope, record.System, span, true)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range page.Fixes {
			seen[f.Payment]++
		}
		if span.To = page.Next; span.To.IsZero() {
			break
		}
	}
	for payment, times := range seen {
		if times != 1 {
			t.Errorf("%s is on %d pages", payment, times)
		}
	}
	if len(seen) != 70 || pages < 3 {
		t.Errorf("%d payments on %d pages", len(seen), pages)
	}
}

// R273: tax that was charged too much went back and came back: its
// credit note stands, and the customer has it as credit.
func TestTaxThatComesBackBecomesCredit(t *testing.T) {
	t.Parallel()
	w, c, sub := corrected(t, "visa_ok", 160_000)
	run(t, w, c, false)
	p := lifecycletest.Get[billing.Payment](w, sub.FirstPayment)
	w.Gateway.Bounce(p.Refunds[0])
	for range 2 {
		if err := w.Refunds.Hear(t.Context(), w.Scope, p.Refunds[0]); err != nil {
			t.Fatal(err)
		}
	}
	if r := lifecycletest.Get[billing.Refund](w, p.Refunds[0]); r.Status != billing.RefundFailed {
		t.Errorf("the refund is %s", r.Status)
	}
	if credit := w.Sub(sub.ID).Balance(); credit.Minor != 60 {
		t.Errorf("credit %v", credit)
	}
	if fixes := run(t, w, c, false); len(fixes) != 0 {
		t.Errorf("it is corrected again: %+v", fixes)
	}
	w.Reconcile()
}
