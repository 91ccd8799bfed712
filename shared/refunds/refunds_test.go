package refunds_test

import (
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"perennial/shared/billing"
	"perennial/shared/gateway/gatewaytest"
	"perennial/shared/lifecycle/lifecycletest"
	"perennial/shared/record"
	"perennial/shared/refunds"
)

// paid makes a subscription with a card and gives its first payment.
func paid(w *lifecycletest.World, card string) billing.Payment {
	w.T.Helper()
	w.Active(card)
	return lifecycletest.All[billing.Payment](w)[0]
}

func ask(w *lifecycletest.World, payment string, items ...billing.RefundItem) (billing.Refund, error) {
	row, err := w.Refunds.Refund(w.T.Context(), refunds.Wish{
		Scope: w.Scope, Actor: record.Actor{Kind: record.ByKey, ID: "k"}, Payment: payment, Items: items, Reason: "as agreed",
	})
	return row.Object, err
}

func back(w *lifecycletest.World) (minor int64) {
	for _, line := range w.Gateway.Ledger() {
		if line.Kind == gatewaytest.Refund {
			minor += line.Amount.Minor
		}
	}
	return minor
}

func count(w *lifecycletest.World, t billing.EventType) int {
	n := 0
	for _, e := range w.Store.Events() {
		if e.Type == t {
			n++
		}
	}
	return n
}

func TestARefundGoesBackAndIsWrittenDown(t *testing.T) {
	t.Parallel()
	w := lifecycletest.New(t)
	p := paid(w, "visa_ok")
	part, err := ask(w, p.ID, billing.RefundItem{Item: w.Product.ID, Amount: 500})
	if err != nil || part.Status != billing.RefundSucceeded || !part.Partial || part.Reference == "" {
		t.Fatalf("%+v, %v", part, err)
	}
	rest, err := ask(w, p.ID)
	if err != nil || rest.Amount.Minor != 1500 {
		t.Fatalf("%+v, %v", rest, err)
	}
	if _, err := ask(w, p.ID); !errors.Is(err, billing.ErrRefunded) {
		t.Errorf("once more: %v", err)
	}
	if len(part.Notes) != 1 || len(rest.Notes) != 1 || part.Notes[0] == rest.Notes[0] {
		t.Errorf("credit notes %v and %v", part.Notes, rest.Notes)
	}
	if v := lifecycletest.Get[billing.Invoice](w, rest.Notes[0]); v.Total.Minor != -1500 || v.Refund != rest.ID || v.Number == "" {
		t.Errorf("credit note %+v", v)
	}
	if back(w) != 2000 || count(w, billing.EventRefundSucceeded) != 2 {
		t.Errorf("%d went back, %d events", back(w), count(w, billing.EventRefundSucceeded))
	}
	w.Reconcile()
}

func TestAPaymentIsTooOldAfterThirtyDays(t *testing.T) {
	t.Parallel()
	w := lifecycletest.New(t)
	p := paid(w, "visa_ok")
	w.Advance(refunds.Window - time.Second)
	before := len(w.Store.Commits())
	w.Advance(time.Second)
	before += len(w.Store.Commits()[before:])
	if _, err := ask(w, p.ID); !errors.Is(err, billing.ErrRefundWindow) || len(w.Store.Commits()) != before {
		t.Errorf("%v, %d commits more", err, len(w.Store.Commits())-before)
	}
}

func TestManyWishesAtOnceNeverGiveBackTooMuch(t *testing.T) {
	t.Parallel()
	w := lifecycletest.New(t)
	p := paid(w, "visa_ok")
	var group sync.WaitGroup
	for range 12 {
		group.Go(func() { _, _ = ask(w, p.ID, billing.RefundItem{Item: w.Product.ID, Amount: 700}) })
	}
	group.Wait()
	if got := back(w); got == 0 || got > 2000 {
		t.Errorf("%d of 2000 went back", got)
	}
	w.Reconcile()
}

func TestAPendingRefundIsFollowedToItsEnd(t *testing.T) {
	t.Parallel()
	for card, want := range map[string]billing.RefundStatus{"refund_pending": billing.RefundSucceeded, "refund_fails": billing.RefundFailed} {
		w := lifecycletest.New(t)
		p := paid(w, card)
		r, err := ask(w, p.ID)
		if err != nil || r.Status != billing.RefundPending {
			t.Fatalf("%s: %+v, %v", card, r, err)
		}
		if _, err := ask(w, p.ID); !errors.Is(err, billing.ErrRefunding) {
			t.Errorf("%s: another meanwhile: %v", card, err)
		}
		w.Clock.Advance(5 * time.Minute)
		if err := w.LookAt(record.RefOf[billing.Refund](r.ID)); err != nil {
			t.Fatal(err)
		}
		got := lifecycletest.Get[billing.Refund](w, r.ID)
		if got.Status != want || !got.Next.IsZero() {
			t.Errorf("%s: %+v", card, got)
		}
		if want == billing.RefundFailed && (got.Problem == "" || count(w, billing.EventRefundFailed) != 1) {
			t.Errorf("a failure says %q in %d events", got.Problem, count(w, billing.EventRefundFailed))
		}
		w.Reconcile()
	}
}

// TestNoDeathMakesASecondRefund loses every step before and after its effect.
func TestNoDeathMakesASecondRefund(t *testing.T) {
	t.Parallel()
	died := errors.New("the function died here")
	for _, c := range []struct {
		name  string
		spoil func(*lifecycletest.World)
	}{
		{"the call is lost", func(w *lifecycletest.World) { w.Gateway.Break(gatewaytest.OpRefund, gatewaytest.Before) }},
		{"the answer is lost", func(w *lifecycletest.World) { w.Gateway.Break(gatewaytest.OpRefund, gatewaytest.After) }},
		{"it dies before it settles", func(w *lifecycletest.World) {
			n := 0
			w.Store.Before = func(record.Commit) error {
				if n++; n == 2 {
					return died
				}
				return nil
			}
		}},
		{"it dies as it settles", func(w *lifecycletest.World) {
			n := 0
			w.Store.After = func(record.Commit) error {
				if n++; n == 2 {
					return died
				}
				return nil
			}
		}},
	} {
		w := lifecycletest.New(t)
		p := paid(w, "visa_ok")
		c.spoil(w)
		_, _ = ask(w, p.ID) // whatever the merchant is told
		w.Store.Before, w.Store.After = nil, nil
		if _, err := ask(w, p.ID); err == nil {
			t.Errorf("%s: a second refund was begun", c.name)
		}
		for range 5 {
			w.Clock.Advance(10 * time.Minute)
			for _, r := range lifecycletest.All[billing.Refund](w) {
				if err := w.LookAt(record.RefOf[billing.Refund](r.ID)); err != nil {
					t.Errorf("%s: %v", c.name, err)
				}
			}
		}
		if back(w) != 2000 || count(w, billing.EventRefundSucceeded) != 1 {
			t.Errorf("%s: %d went back in %d events", c.name, back(w), count(w, billing.EventRefundSucceeded))
		}
		w.Reconcile()
	}
}

func TestARefundThatTheGatewayForgotIsFoundInItsList(t *testing.T) {
	t.Parallel()
	w := lifecycletest.New(t)
	p := paid(w, "visa_ok")
	w.Gateway.Break(gatewaytest.OpRefund, gatewaytest.After)
	r, err := ask(w, p.ID)
	if err != nil || r.Status != billing.RefundPending {
		t.Fatal(r, err)
	}
	w.Clock.Advance(48 * time.Hour)
	if err := w.LookAt(record.RefOf[billing.Refund](r.ID)); err != nil {
		t.Fatal(err)
	}
	if got := lifecycletest.Get[billing.Refund](w, r.ID); got.Status != billing.RefundSucceeded || w.Gateway.Calls(gatewaytest.OpRefund) != 1 {
		t.Errorf("%s after %d calls", got.Status, w.Gateway.Calls(gatewaytest.OpRefund))
	}
	w.Reconcile()
}

func TestWhatNobodyKnowsIsForPeopleAndNeverTriedAgain(t *testing.T) {
	t.Parallel()
	w := lifecycletest.New(t)
	p := paid(w, "visa_ok")
	w.Gateway.Break(gatewaytest.OpRefund, gatewaytest.Before)
	r, err := ask(w, p.ID)
	if err != nil {
		t.Fatal(err)
	}
	w.Clock.Advance(48 * time.Hour)
	if err := w.LookAt(record.RefOf[billing.Refund](r.ID)); err != nil {
		t.Fatal(err)
	}
	got := lifecycletest.Get[billing.Refund](w, r.ID)
	if got.Status != billing.RefundReview || got.Next.IsZero() || back(w) != 0 {
		t.Errorf("%+v, %d went back", got, back(w))
	}
	if _, err := ask(w, p.ID); !errors.Is(err, billing.ErrRefunding) {
		t.Errorf("another while it is looked at: %v", err)
	}
}

func TestADeadGatewayIsAskedAgainLaterAndLater(t *testing.T) {
	t.Parallel()
	w := lifecycletest.New(t)
	p := paid(w, "visa_ok")
	w.Gateway.Down(true)
	r, err := ask(w, p.ID)
	if err != nil {
		t.Fatal(err)
	}
	var pauses []time.Duration
	for range 4 {
		w.Clock.Set(lifecycletest.Get[billing.Refund](w, r.ID).Next)
		if err := w.LookAt(record.RefOf[billing.Refund](r.ID)); err != nil {
			t.Fatal(err)
		}
		pauses = append(pauses, lifecycletest.Get[billing.Refund](w, r.ID).Next.Sub(w.Clock.Now()))
	}
	if !slices.IsSorted(pauses) || pauses[0] <= 0 {
		t.Errorf("asked again after %v", pauses)
	}
	w.Gateway.Down(false)
	w.Clock.Set(lifecycletest.Get[billing.Refund](w, r.ID).Next)
	if err := w.LookAt(record.RefOf[billing.Refund](r.ID)); err != nil || back(w) != 2000 {
		t.Errorf("%d went back, %v", back(w), err)
	}
	w.Reconcile()
}
