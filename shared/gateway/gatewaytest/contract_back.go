package gatewaytest

import (
	"time"

	"github.com/google/go-cmp/cmp"

	"perennial/shared/gateway"
	"perennial/shared/money"
)

func (d desk) refund(id gateway.Intent, key string, amount money.Amount) (gateway.Refund, error) {
	return d.Refunder.Refund(d.t.Context(), d.Account, id, key, amount)
}

func (d desk) refunds(id gateway.Intent) []gateway.Refund {
	d.t.Helper()
	all, err := d.Refunder.Refunds(d.t.Context(), d.Account, id)
	d.must(err)
	return all
}

func refunds(d desk) {
	p := d.params("k", "visa_ok", false)
	id := d.prepare(p)
	refund := func(key string, amount money.Amount) error {
		_, err := d.refund(id, key, amount)
		return err
	}
	d.wantError(refund("r0", p.Amount), "a refund before the capture")
	d.confirm(id, "k1")
	d.must(refund("r1", money.Of(1000, "EUR")))
	d.wantError(refund("r2", money.Of(251, "EUR")), "a refund above the rest")
	d.wantError(refund("r3", money.Of(100, "USD")), "another currency")
	d.must(refund("r4", money.Of(250, "EUR")))
	d.wantError(refund("r5", money.Of(1, "EUR")), "a refund of nothing left")
	d.wantLedger(3)
}

func refundTwice(d desk) {
	p := d.params("k", "visa_ok", false)
	id := d.charge(p).Intent
	d.Break(d.t, OpRefund, "r", After)
	_, err := d.refund(id, "r", p.Amount)
	d.wantError(err, "a lost answer")
	got, err := d.refund(id, "r", p.Amount)
	d.must(err)
	want := gateway.Refund{Ref: got.Ref, Key: "r", Intent: id, State: gateway.RefundSucceeded, Amount: p.Amount}
	if diff := cmp.Diff(want, got); diff != "" || got.Ref == "" {
		d.t.Error(diff)
	}
	d.wantLedger(2)
	if line := d.Ledger(d.t)[1]; line.Kind != Refund || line.Amount != p.Amount {
		d.t.Errorf("ledger says %+v", line)
	}
}

// refundsListed is how a refund is found after its key is forgotten.
func refundsListed(d desk) {
	id := d.charge(d.params("k", "visa_ok", false)).Intent
	if all := d.refunds(id); len(all) != 0 {
		d.t.Errorf("before any: %+v", all)
	}
	first, err := d.refund(id, "r1", money.Of(100, "EUR"))
	d.must(err)
	d.Advance(25 * time.Hour)
	second, err := d.refund(id, "r2", money.Of(200, "EUR"))
	d.must(err)
	if diff := cmp.Diff([]gateway.Refund{first, second}, d.refunds(id)); diff != "" {
		d.t.Error(diff)
	}
}

func refundPending(d desk) {
	for _, c := range []struct {
		card  string
		ends  gateway.RefundState
		lines int
	}{{"refund_pending", gateway.RefundSucceeded, 2}, {"refund_fails", gateway.RefundFailed, 3}} {
		p := d.params(c.card, c.card, false)
		id := d.charge(p).Intent
		made, err := d.refund(id, "r"+c.card, p.Amount)
		d.must(err)
		if all := d.refunds(id); made.State != gateway.RefundPending || len(all) != 1 || all[0].State != gateway.RefundPending {
			d.t.Errorf("%s: %+v, %+v", c.card, made, all)
		}
		_, err = d.refund(id, "again"+c.card, p.Amount)
		d.wantError(err, "a refund while all of it is being refunded")
		d.Advance(2 * time.Minute)
		all := d.refunds(id)
		if len(all) != 1 || all[0].State != c.ends || (all[0].Problem != "") != (c.ends == gateway.RefundFailed) {
			d.t.Errorf("%s: %+v", c.card, all)
		}
		d.wantLedger(c.lines)
	}
}

func (d desk) dispute(ref string) gateway.Dispute {
	d.t.Helper()
	got, err := d.Disputer.Dispute(d.t.Context(), d.Account, ref)
	d.must(err)
	return got
}

func disputes(d desk) {
	p := d.params("k", "visa_ok", false)
	for to, lines := range map[gateway.DisputeState]int{
		gateway.DisputeWon: 3, gateway.DisputeCancelled: 3, gateway.DisputeLost: 2, gateway.DisputeAccepted: 2,
	} {
		before := len(d.Ledger(d.t))
		p.Key, p.Payment = string(to), "pay_"+string(to)
		id := d.charge(p).Intent
		ref := d.Dispute(d.t, id, gateway.StageDispute)
		want := gateway.Dispute{
			Ref: ref, Intent: id, Payment: p.Payment, Amount: p.Amount, Stage: gateway.StageDispute,
			State: gateway.DisputeOpened, Reason: "fraudulent",
		}
		got := d.dispute(ref)
		if got.OpenedAt.IsZero() {
			d.t.Error("opened at no time")
		}
		want.OpenedAt = got.OpenedAt
		if diff := cmp.Diff(want, got); diff != "" {
			d.t.Error(diff)
		}
		_, err := d.refund(id, "r"+string(to), money.Of(1, "EUR"))
		d.wantError(err, "a refund of what is disputed")
		d.Rule(d.t, ref, gateway.DisputeChallenged)
		d.Rule(d.t, ref, to)
		want.State = to
		if told, other := d.Told[to]; other {
			want.State = told
		}
		if got := d.dispute(ref); got.State != want.State {
			d.t.Errorf("ruled %s, is %s", to, got.State)
		}
		d.wantLedger(before + lines)
	}
	_, err := d.Disputer.Dispute(d.t.Context(), d.Account, "dp_invented")
	d.wantError(err, "an invented dispute")
}

func inquiries(d desk) {
	p := d.params("k", "visa_ok", false)
	id := d.charge(p).Intent
	ref := d.Dispute(d.t, id, gateway.StageInquiry)
	d.wantLedger(1)
	_, err := d.refund(id, "r", money.Of(250, "EUR"))
	d.must(err)
	d.Escalate(d.t, ref)
	got := d.dispute(ref)
	if got.Stage != gateway.StageDispute || got.Amount.Minor != p.Amount.Minor-250 {
		d.t.Errorf("%+v", got)
	}
	d.wantLedger(3)
	_, err = d.Disputer.Dispute(d.t.Context(), d.Other, ref)
	d.wantError(err, "somebody else's dispute")
}

func disputedCards(d desk) {
	for card, lines := range map[string]int{"disputed": 2, "inquired": 1} {
		before := len(d.Ledger(d.t))
		d.wantState(d.charge(d.params(card, card, false)), gateway.StateSucceeded, "")
		d.wantLedger(before + lines)
	}
}
