package gatewaytest

import (
	"context"
	"fmt"
	"time"

	"perennial/shared/gateway"
	"perennial/shared/money"
)

// refundWait is how long refunds of the cards that say so are pending.
const refundWait = time.Minute

// refund is one refund of an intent, which ends at a time.
type refund struct {
	gateway.Refund
	ends  gateway.RefundState
	ready time.Time
}

func (r refund) at(now time.Time) gateway.Refund {
	out := r.Refund
	out.State = gateway.RefundPending
	if !now.Before(r.ready) {
		out.State = r.ends
	}
	if out.State == gateway.RefundFailed {
		out.Problem = "expired_or_canceled_card"
	}
	return out
}

// Refund implements gateway.Refunder.
func (f *Fake) Refund(_ context.Context, account gateway.Account, id gateway.Intent, key string, amount money.Amount) (gateway.Refund, error) {
	failure, err := f.enter(OpRefund)
	if err != nil {
		return gateway.Refund{}, err
	}
	defer f.mu.Unlock()
	i, err := f.intent(account, id)
	if err != nil {
		return gateway.Refund{}, err
	}
	made, err := once(f, "refund "+account.ID, key, fmt.Sprint(id, amount), func() (*refund, error) {
		return f.refund(i, key, amount)
	})
	if err == nil {
		err = lost(OpRefund, failure)
	}
	if err != nil {
		return gateway.Refund{}, err
	}
	return made.at(f.Now()), nil
}

func (f *Fake) refund(i *intent, key string, amount money.Amount) (*refund, error) {
	now := f.Now()
	left := i.Amount.Minor - i.disputed
	for _, r := range i.refunds {
		if r.at(now).State != gateway.RefundFailed {
			left -= r.Amount.Minor
		}
	}
	if i.State != gateway.StateSucceeded || amount.Currency != i.Amount.Currency || amount.Minor <= 0 || amount.Minor > left || key == "" {
		return nil, ErrRefused
	}
	r := &refund{Refund: gateway.Refund{Ref: f.id("re"), Key: key, Intent: i.Intent, Amount: amount}, ends: gateway.RefundSucceeded, ready: now}
	if ends := f.methods[i.params.Method].card.refunds; ends != "" {
		r.ends, r.ready = ends, now.Add(refundWait)
	}
	i.refunds = append(i.refunds, r)
	if r.ends == gateway.RefundSucceeded {
		f.post(i, Refund, amount)
	}
	return r, nil
}

// Bounce fails what was refunded under a key, as banks do weeks later: the
// money is back.
func (f *Fake) Bounce(key string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, i := range f.intents {
		for _, r := range i.refunds {
			if r.Key == key && r.ends == gateway.RefundSucceeded {
				r.ends, r.ready = gateway.RefundFailed, f.Now()
				f.post(i, Reversed, r.Amount)
			}
		}
	}
}

// Refunds implements gateway.Refunder.
func (f *Fake) Refunds(_ context.Context, account gateway.Account, id gateway.Intent) ([]gateway.Refund, error) {
	failure, err := f.enter(OpRefunds)
	if err != nil {
		return nil, err
	}
	defer f.mu.Unlock()
	i, err := f.intent(account, id)
	if err == nil {
		err = lost(OpRefunds, failure)
	}
	if err != nil {
		return nil, err
	}
	var all []gateway.Refund
	for _, r := range i.refunds {
		all = append(all, r.at(f.Now()))
	}
	return all, nil
}

// Dispute implements gateway.Disputer.
func (f *Fake) Dispute(_ context.Context, account gateway.Account, ref string) (gateway.Dispute, error) {
	failure, err := f.enter(OpDispute)
	if err != nil {
		return gateway.Dispute{}, err
	}
	defer f.mu.Unlock()
	d, ok := f.disputes[ref]
	if !ok || f.intents[d.Intent].account != account {
		return gateway.Dispute{}, fmt.Errorf("dispute %s: %w", ref, ErrUnknown)
	}
	return *d, lost(OpDispute, failure)
}

// Open is the holder's complaint about a charge: it disputes what is left of
// it and gives the dispute's reference.
func (f *Fake) Open(id gateway.Intent, stage gateway.DisputeStage) (string, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	i, ok := f.intents[id]
	if !ok {
		return "", ErrUnknown
	}
	return f.dispute(i, stage)
}

func (f *Fake) dispute(i *intent, stage gateway.DisputeStage) (string, error) {
	left := f.disputable(i)
	if i.State != gateway.StateSucceeded || left <= 0 {
		return "", ErrRefused
	}
	d := &gateway.Dispute{
		Ref: f.id("dp"), Intent: i.Intent, Payment: i.Payment, Amount: money.Of(left, i.Amount.Currency), Stage: stage,
		State: gateway.DisputeOpened, Reason: "fraudulent", OpenedAt: f.Now(),
	}
	f.disputes[d.Ref] = d
	f.news = append(f.news, d.Ref)
	if stage != gateway.StageInquiry {
		f.withdraw(i, d)
	}
	return d.Ref, nil
}

func (f *Fake) disputable(i *intent) int64 {
	left := i.Amount.Minor - i.disputed
	for _, r := range i.refunds {
		if r.ends != gateway.RefundFailed {
			left -= r.Amount.Minor
		}
	}
	return left
}

func (f *Fake) withdraw(i *intent, d *gateway.Dispute) {
	i.disputed += d.Amount.Minor
	f.post(i, Disputed, d.Amount)
}

// Rule is the banks' word about a dispute.
func (f *Fake) Rule(ref string, to gateway.DisputeState) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	d, ok := f.disputes[ref]
	if !ok || d.State != gateway.DisputeOpened && d.State != gateway.DisputeChallenged {
		return ErrRefused
	}
	d.State = to
	f.news = append(f.news, ref)
	if d.Stage != gateway.StageInquiry && (to == gateway.DisputeWon || to == gateway.DisputeCancelled) {
		i := f.intents[d.Intent]
		i.disputed -= d.Amount.Minor
		f.post(i, Reversed, d.Amount)
	}
	return nil
}

// Escalate makes a dispute of an inquiry.
func (f *Fake) Escalate(ref string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	d, ok := f.disputes[ref]
	if !ok || d.Stage != gateway.StageInquiry || d.State != gateway.DisputeOpened {
		return ErrRefused
	}
	i := f.intents[d.Intent]
	d.Stage, d.Amount.Minor = gateway.StageDispute, f.disputable(i)
	f.news = append(f.news, ref)
	f.withdraw(i, d)
	return nil
}

// Rehearse implements gateway.Rehearser.
func (f *Fake) Rehearse(_ context.Context, _ gateway.Account, ref string, to gateway.DisputeState) error {
	if to == gateway.DisputeEscalated {
		return f.Escalate(ref)
	}
	return f.Rule(ref, to)
}

// Overturn takes a ruling back. One for the merchant is open again in
// arbitration, or lost at once; one for the customer is won.
func (f *Fake) Overturn(ref string, lost bool) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	d, ok := f.disputes[ref]
	if ok && d.Stage == gateway.StageDispute && d.State == gateway.DisputeLost {
		d.State = gateway.DisputeWon
		f.news = append(f.news, ref)
		f.intents[d.Intent].disputed -= d.Amount.Minor
		f.post(f.intents[d.Intent], Reversed, d.Amount)
		return nil
	}
	if !ok || d.Stage != gateway.StageDispute || d.State != gateway.DisputeWon && d.State != gateway.DisputeCancelled {
		return ErrRefused
	}
	i := f.intents[d.Intent]
	left := f.disputable(i)
	if left <= 0 {
		return ErrRefused
	}
	d.State, d.Amount.Minor = gateway.DisputeLost, left
	if !lost {
		d.Stage, d.State = gateway.StageArbitration, gateway.DisputeOpened
	}
	f.news = append(f.news, ref)
	f.withdraw(i, d)
	return nil
}

// News gives the references of the disputes that changed since the last call,
// as webhooks would tell them.
func (f *Fake) News() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	news := f.news
	f.news = nil
	return news
}
