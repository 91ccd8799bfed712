package teller

import (
	"context"
	"fmt"

	"perennial/shared/bank"
	"perennial/shared/money"
)

// Prepare opens an intent. No money moves and no webhook is sent.
func (t *Teller) Prepare(ctx context.Context, call Call, order bank.Order) (bank.Intent, error) {
	answer, _, err := t.once(ctx, call, bank.OpPrepare, fmt.Sprintf("%+v", order), func() (bank.Commit, bank.Answer, error) {
		method, err := t.Vault.Method(ctx, call.Account, order.Method)
		if err != nil {
			return bank.Commit{}, bank.Answer{}, err
		}
		intent, err := order.Prepare(newID("int"), method, t.Now())
		return bank.Commit{Intent: &intent}, bank.Answer{Intent: &intent}, err
	})
	if err != nil {
		return bank.Intent{}, err
	}
	return *answer.Intent, nil
}

// Confirm charges an intent, or tells what became of it earlier.
func (t *Teller) Confirm(ctx context.Context, call Call, id string) (bank.Intent, error) {
	var before bank.State
	answer, fresh, err := t.once(ctx, call, bank.OpConfirm, id, func() (bank.Commit, bank.Answer, error) {
		intent, err := t.intent(ctx, call.Account, id)
		if err != nil {
			return bank.Commit{}, bank.Answer{}, err
		}
		method, err := t.Vault.Method(ctx, call.Account, intent.Method)
		if err != nil {
			return bank.Commit{}, bank.Answer{}, err
		}
		before = intent.State
		after := intent.Confirm(method)
		return t.settled(intent, after), bank.Answer{Intent: &after}, nil
	})
	if err != nil {
		return bank.Intent{}, err
	}
	if fresh {
		t.announce(ctx, call, before, *answer.Intent)
	}
	return *answer.Intent, nil
}

// settled writes an intent's new state, with its ledger line once captured.
func (t *Teller) settled(before, after bank.Intent) bank.Commit {
	if before.State == after.State {
		return bank.Commit{}
	}
	commit := bank.Commit{Intent: &after}
	if after.State == bank.Succeeded {
		line := after.Capture(t.Now())
		commit.Line = &line
	}
	return commit
}

// Find tells what became of an intent.
func (t *Teller) Find(ctx context.Context, call Call, id string) (bank.Intent, error) {
	return t.intent(ctx, call.Account, id)
}

// Cancel ends an intent, or tells how it had ended.
func (t *Teller) Cancel(ctx context.Context, call Call, id string) (bank.Intent, error) {
	return t.change(ctx, call, id, func(intent bank.Intent) (bank.Commit, error) {
		return t.settled(intent, intent.Cancel()), nil
	})
}

// List gives a customer's latest intents, newest first.
func (t *Teller) List(ctx context.Context, call Call, customer string) ([]bank.Intent, error) {
	return t.Book.Intents(ctx, call.Account, customer)
}

// Ledger gives every capture and refund of the account, in order.
func (t *Teller) Ledger(ctx context.Context, account string) ([]bank.Line, error) {
	return t.Book.Ledger(ctx, account)
}

// Refund gives money back and returns the ledger line.
func (t *Teller) Refund(ctx context.Context, call Call, id string, amount money.Amount) (bank.Line, error) {
	answer, _, err := t.once(ctx, call, bank.OpRefund, fmt.Sprint(id, amount), func() (bank.Commit, bank.Answer, error) {
		intent, err := t.intent(ctx, call.Account, id)
		if err != nil {
			return bank.Commit{}, bank.Answer{}, err
		}
		after, err := intent.Refund(amount)
		line := intent.RefundLine(newID("re"), amount, t.Now())
		return bank.Commit{Intent: &after, Line: &line}, bank.Answer{Refund: &line}, err
	})
	if err != nil {
		return bank.Line{}, err
	}
	return *answer.Refund, nil
}

// Waiting finds the intent of a challenge page by its unguessable id alone.
func (t *Teller) Waiting(ctx context.Context, id string) (bank.Intent, error) {
	return t.Book.Intent(ctx, id)
}

// Challenge is the holder's answer to a challenge. An intent that no longer
// waits stays as it is.
func (t *Teller) Challenge(ctx context.Context, call Call, id string, approved bool) (bank.Intent, error) {
	return t.change(ctx, call, id, func(intent bank.Intent) (bank.Commit, error) {
		if intent.State != bank.ActionNeeded {
			return bank.Commit{}, nil
		}
		if !approved {
			after, err := intent.Reject()
			return t.settled(intent, after), err
		}
		method, err := t.Vault.Method(ctx, call.Account, intent.Method)
		if err != nil {
			return bank.Commit{}, err
		}
		after, method, err := intent.Approve(method)
		commit := t.settled(intent, after)
		commit.Method = &method
		return commit, err
	})
}
