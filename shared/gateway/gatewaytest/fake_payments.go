package gatewaytest

import (
	"context"
	"fmt"
	"slices"
	"time"

	"perennial/shared/gateway"
	"perennial/shared/merchant"
	"perennial/shared/money"
)

// intent is one prepared payment.
type intent struct {
	gateway.Outcome
	params   gateway.Params
	account  gateway.Account
	then     *Step     // what approval or settlement does
	ready    time.Time // when a test debit ends; zero for what a test settles
	refunds  []*refund
	disputed int64
}

// Prepare implements gateway.Payments.
func (f *Fake) Prepare(_ context.Context, account gateway.Account, params gateway.Params) (gateway.Intent, error) {
	failure, err := f.enter(OpPrepare)
	if err != nil {
		return "", err
	}
	defer f.mu.Unlock()
	id, err := once(f, "prepare "+account.ID, params.Key, fmt.Sprint(params), func() (gateway.Intent, error) {
		return f.prepare(account, params)
	})
	if err == nil {
		err = lost(OpPrepare, failure)
	}
	if err != nil {
		return "", err
	}
	return id, nil
}

func (f *Fake) prepare(account gateway.Account, params gateway.Params) (gateway.Intent, error) {
	m, ok := f.methods[params.Method]
	if !ok || m.removed || !m.belongs(account, params.Customer) {
		return "", fmt.Errorf("method %s: %w", params.Method, ErrUnknown)
	}
	if params.Amount.Minor < 0 || params.Key == "" {
		return "", ErrRefused
	}
	unknown := params.Amount.Currency == f.Least.Currency && params.Amount.Minor > 0 && params.Amount.Minor < f.Least.Minor
	if !f.Lenient && (unknown || merchant.TooSmall(account.Gateway, params.Amount)) {
		return "", fmt.Errorf("%d %s: %w", params.Amount.Minor, params.Amount.Currency, gateway.ErrTooSmall)
	}
	if !merchant.Charges(account.Gateway, m.card.kind, params.Amount.Currency) {
		return "", fmt.Errorf("a %s in %s: %w", m.card.kind, params.Amount.Currency, ErrRefused)
	}
	id := gateway.Intent(f.id("int"))
	f.intents[id] = &intent{account: account, params: params, Outcome: gateway.Outcome{
		Intent: id, State: gateway.StatePrepared, Amount: params.Amount, Payment: params.Payment,
	}}
	f.order = append(f.order, id)
	return id, nil
}

// Confirm implements gateway.Payments.
func (f *Fake) Confirm(_ context.Context, account gateway.Account, id gateway.Intent, key string) (gateway.Outcome, error) {
	failure, err := f.enter(OpConfirm)
	if err != nil {
		return gateway.Outcome{}, err
	}
	defer f.mu.Unlock()
	i, err := f.intent(account, id)
	if err != nil {
		return gateway.Outcome{}, err
	}
	outcome, err := once(f, "confirm "+account.ID, key, string(id), func() (gateway.Outcome, error) {
		return f.confirm(i, &failure)
	})
	if err == nil {
		err = lost(OpConfirm, failure)
	}
	if err != nil {
		return gateway.Outcome{}, err
	}
	return outcome, nil
}

func (f *Fake) confirm(i *intent, failure *When) (gateway.Outcome, error) {
	if i.State != gateway.StatePrepared {
		return i.Outcome, nil
	}
	m := f.methods[i.params.Method]
	if m.removed {
		f.apply(i, Decline("invalid_account"))
		return i.Outcome, nil
	}
	step := m.next()
	if i.params.Setup() {
		step = step.setup()
	}
	if step.failure == Before {
		return gateway.Outcome{}, fmt.Errorf("%s: %w", OpConfirm, ErrLost)
	}
	if step.failure == After {
		*failure = After
	}
	if i.params.Challenge && step.state == gateway.StateSucceeded {
		step = ActionNeeded(step)
	}
	if step.state == gateway.StateActionNeeded && !i.params.OnSession {
		step = Decline("authentication_required")
	}
	f.apply(i, step)
	if i.State == gateway.StateProcessing && m.card.kind == gateway.TypeDebit {
		i.ready = f.Now().Add(debitWait)
	}
	return i.Outcome, nil
}

// debitWait is how long the debits of the test list are in processing.
const debitWait = time.Minute

// apply makes the step's result the intent's state.
func (f *Fake) apply(i *intent, step Step) {
	i.State, i.Decline, i.then, i.ActionURL = step.state, step.decline, step.then, ""
	if step.state == gateway.StateActionNeeded {
		i.ActionURL = "https://sandbox.test/challenge/" + string(i.Intent)
	}
	if step.state == gateway.StateSucceeded && !i.params.Setup() {
		i.Charge = f.id("ch")
		f.post(i, Capture, i.Amount)
		if m := f.methods[i.params.Method]; m.card.opens != "" {
			_, _ = f.dispute(i, m.card.opens) // a fresh capture can be disputed
		}
	}
}

func (f *Fake) post(i *intent, kind Kind, amount money.Amount) {
	f.ledger = append(f.ledger, Line{
		Kind: kind, Account: i.account, Intent: i.Intent, Payment: i.Payment, Amount: amount, At: f.Now(),
	})
}

// Find implements gateway.Payments.
func (f *Fake) Find(_ context.Context, account gateway.Account, id gateway.Intent) (gateway.Outcome, error) {
	failure, err := f.enter(OpFind)
	if err != nil {
		return gateway.Outcome{}, err
	}
	defer f.mu.Unlock()
	i, err := f.intent(account, id)
	if err == nil {
		if i.State == gateway.StateProcessing && !i.ready.IsZero() && !f.Now().Before(i.ready) {
			f.apply(i, *i.then)
		}
		err = lost(OpFind, failure)
	}
	if err != nil {
		return gateway.Outcome{}, err
	}
	return i.Outcome, nil
}

// Cancel implements gateway.Payments.
func (f *Fake) Cancel(_ context.Context, account gateway.Account, id gateway.Intent) (gateway.Outcome, error) {
	failure, err := f.enter(OpCancel)
	if err != nil {
		return gateway.Outcome{}, err
	}
	defer f.mu.Unlock()
	i, err := f.intent(account, id)
	if err != nil {
		return gateway.Outcome{}, err
	}
	if i.State == gateway.StatePrepared || i.State == gateway.StateActionNeeded {
		f.apply(i, Step{state: gateway.StateCancelled})
	}
	if err := lost(OpCancel, failure); err != nil {
		return gateway.Outcome{}, err
	}
	return i.Outcome, nil
}

// List implements gateway.Payments.
func (f *Fake) List(_ context.Context, account gateway.Account, customer string) ([]gateway.Outcome, error) {
	failure, err := f.enter(OpList)
	if err != nil {
		return nil, err
	}
	defer f.mu.Unlock()
	var found []gateway.Outcome
	for _, id := range slices.Backward(f.order) {
		if i := f.intents[id]; i.account == account && i.params.Customer == customer {
			found = append(found, i.Outcome)
		}
	}
	return found, lost(OpList, failure)
}

func (f *Fake) intent(account gateway.Account, id gateway.Intent) (*intent, error) {
	if i, ok := f.intents[id]; ok && i.account == account {
		return i, nil
	}
	return nil, fmt.Errorf("intent %s: %w", id, ErrUnknown)
}
