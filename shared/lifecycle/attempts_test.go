package lifecycle_test

import (
	"cmp"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"perennial/shared/billing"
	"perennial/shared/gateway"
	"perennial/shared/gateway/gatewaytest"
	"perennial/shared/lifecycle/lifecycletest"
	"perennial/shared/merchant"
)

// allowed is how many charges of one amount to one card the networks allow in
// a span, written down here anew (rules 14): reference for the fuzz only.
var allowed = map[string][]struct {
	most int
	in   time.Duration
}{
	"visa":       {{20, 30 * day}},
	"mastercard": {{10, day}, {35, 30 * day}},
	"amex":       {{15, 30 * day}},
}

// Rules 14: renewals, the dunning, the customer and the merchant charge three
// cards for three subscriptions and a crowd on one of these cards in any order,
// whatever is declined: no card is charged beyond its network's limit, the
// system leaves three charges to the customer, and a card that the bank has
// forbidden is not charged again, at whatever amount.
func TestFuzzedAttemptSequencesNeverBreakABudget(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(r *rapid.T) {
		w := lifecycletest.New(t)
		hasty(w, r)
		var subs []billing.Subscription
		for _, card := range []string{"visa_ok", "mastercard_ok", "amex_ok"} {
			s := w.Active(card)
			w.Gateway.Program(s.Method.Reference, declines(r)...)
			subs = append(subs, s)
		}
		favourite := rapid.IntRange(0, 2).Draw(r, "favourite card")
		crowd(w, r, []string{"visa_ok", "mastercard_ok", "amex_ok"}[favourite])
		w.AdvanceTo(subs[0].Period.End.Add(time.Minute))
		for range rapid.IntRange(3, 20).Draw(r, "steps") {
			sub, card := subs[rapid.IntRange(0, 2).Draw(r, "subscription")].ID, favourite
			if rapid.IntRange(0, 3).Draw(r, "another card") == 0 {
				card = rapid.IntRange(0, 2).Draw(r, "card")
			}
			method := subs[card].Method.ID
			by := rapid.SampledFrom([]billing.Initiator{billing.BySystem, billing.ByCustomer, billing.ByMerchant}).Draw(r, "by")
			if by == billing.BySystem {
				w.Advance(time.Duration(rapid.IntRange(1, 72).Draw(r, "hours")) * time.Hour)
				continue
			}
			for range rapid.IntRange(1, 12).Draw(r, "times") {
				_, _ = w.Recovery.ChangeMethod(t.Context(), payAs(w, sub, method, by)) // refusals are part of the game
				w.Clock.Advance(time.Second)
			}
		}
		judge(r, asCharged(w))
		w.Reconcile()
	})
}

// crowd are more subscriptions on a card, at two prices, due within the time
// that the fuzz plays.
func crowd(w *lifecycletest.World, r *rapid.T, card string) {
	for range rapid.SampledFrom([]int{0, 0, 0, 2, 5, 22}).Draw(r, "crowd") {
		s := w.Active(card)
		w.Gateway.Program(s.Method.Reference, declines(r)...)
		s.Period.End = s.Period.End.Add(time.Duration(rapid.IntRange(0, 300).Draw(r, "due in hours")) * time.Hour)
		if rapid.IntRange(0, 3).Draw(r, "dear") == 0 {
			s.Price.Amount.Minor = 4500
		}
		w.Put(s)
	}
}

// hasty is a policy that retries as often as it is let.
func hasty(w *lifecycletest.World, r *rapid.T) {
	w.SetRecovery(func(p *merchant.Recovery) {
		p.Timing = rapid.SampledFrom([]merchant.Timing{merchant.TimingSmart, merchant.TimingList, merchant.TimingDodo}).Draw(r, "timing")
		p.Retries = slices.Repeat([]time.Duration{time.Duration(rapid.IntRange(1, 12).Draw(r, "delay")) * time.Hour}, 30)
	})
}

// declines are what a card's charges meet.
func declines(r *rapid.T) []gatewaytest.Step {
	kinds := []gateway.Decline{
		{Code: "insufficient_funds"}, {Code: "processing_error"}, {Code: "do_not_honor"}, {Code: "invalid_amount"},
		{Code: "insufficient_funds", Advice: "24"}, {Code: "expired_card"},
	}
	ends := []gateway.Decline{
		{Code: "insufficient_funds"}, {Code: "stolen_card"}, {Code: "do_not_honor", Advice: "03"}, {Code: "insufficient_funds", Advice: "21"},
	}
	var steps []gatewaytest.Step
	for range rapid.SampledFrom([]int{1, 6, 40}).Draw(r, "declines") {
		steps = append(steps, gatewaytest.DeclineWith(rapid.SampledFrom(kinds).Draw(r, "code")))
	}
	return append(steps, gatewaytest.DeclineWith(rapid.SampledFrom(ends).Draw(r, "last code")))
}

// asCharged are the payments in the order in which they failed, also within
// one instant.
func asCharged(w *lifecycletest.World) []billing.Payment {
	failed := map[string]int{}
	for i, o := range w.Store.Outboxes() {
		for _, e := range o.Events {
			if e.Type == billing.EventPaymentFailed {
				failed[e.Object] = i
			}
		}
	}
	all := lifecycletest.All[billing.Payment](w)
	slices.SortFunc(all, func(a, b billing.Payment) int { return cmp.Compare(failed[a.ID], failed[b.ID]) })
	return all
}

// judge reads what was charged, as the networks do.
func judge(r *rapid.T, payments []billing.Payment) {
	type budget struct {
		gateway, account, card string
		amount                 int64
	}
	charged, cards := map[budget][]billing.Payment{}, map[budget][]billing.Payment{}
	for _, p := range payments {
		ours := p.Decline.Class == billing.ClassOurFault // it never reached a bank
		if p.Intent == "" || p.Status == billing.PaymentSucceeded || ours {
			continue
		}
		card := cmp.Or(p.Method.Fingerprint, p.Method.Reference)
		b := budget{p.Method.Gateway, p.Method.Account, card, p.Amount.Minor}
		charged[b] = append(charged[b], p)
		b.amount = 0
		cards[b] = append(cards[b], p)
	}
	for _, all := range charged {
		for i, p := range all {
			within(r, all[:i+1], p)
		}
	}
	for _, all := range cards {
		for i, p := range all {
			unforbidden(r, all[:i], p)
		}
	}
}

// within checks the last charge of a card against those before it.
func within(r *rapid.T, sofar []billing.Payment, p billing.Payment) {
	reserve := map[bool]int{true: 3}[p.By == billing.BySystem]
	for _, limit := range allowed[p.Method.Brand] {
		n := 0
		for _, other := range sofar {
			if other.CreatedAt.Add(limit.in) > p.CreatedAt {
				n++
			}
		}
		if n > limit.most-reserve {
			r.Fatalf("%s, asked by %s: charge %d within %s, %d are allowed", p.Method.Brand, p.By, n, limit.in, limit.most-reserve)
		}
	}
}

// unforbidden checks a charge against what the card has met before.
func unforbidden(r *rapid.T, before []billing.Payment, p billing.Payment) {
	for _, other := range before {
		if other.Decline.Class == billing.ClassHard {
			r.Fatalf("%s was forbidden (%s %s) and charged again by %s", p.Method.Brand, other.Decline.Code, other.Decline.Advice, p.By)
		}
	}
}
