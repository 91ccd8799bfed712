package teller

import (
	"context"
	"fmt"

	"perennial/shared/bank"
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
	var after bank.Intent
	var opened *bank.Dispute
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
		commit := t.settled(intent, intent.Confirm(method, t.Now()), method)
		if after = intent; commit.Intent != nil {
			after = *commit.Intent
		}
		opened = commit.Dispute
		return commit, bank.Answer{Intent: &after}, nil
	})
	if err != nil {
		return bank.Intent{}, err
	}
	if fresh {
		t.announce(ctx, call, before, *answer.Intent, opened)
		t.promise(ctx, call, *answer.Intent)
	}
	return *answer.Intent, nil
}

// promise sends word of a bank debit's end for when that will be: who hears it
// asks, and is told.
func (t *Teller) promise(ctx context.Context, call Call, i bank.Intent) {
	method, err := t.Vault.Method(ctx, call.Account, i.Method)
	if err != nil || i.State != bank.Processing {
		return // whoever asks after it ends it all the same
	}
	t.sendAfter(ctx, call, bank.Event{Intent: i.Arrive(method, i.Ready)}, bank.DebitWait)
}

// settled writes an intent's new state, once captured with its ledger line
// and with the dispute that the card is made for.
func (t *Teller) settled(before, after bank.Intent, method bank.Method) bank.Commit {
	if before.State == after.State {
		return bank.Commit{}
	}
	commit := bank.Commit{Intent: &after}
	if noted := method.Noting(after); noted != method {
		commit.Method = &noted
	}
	if after.State != bank.Succeeded || after.Amount.Nothing() {
		return commit
	}
	now := t.Now()
	commit.Lines = []bank.Line{after.Capture(now)}
	card, _ := bank.CardNamed(method.Card)
	if card.Opens == "" {
		return commit
	}
	disputed, dispute, lines, err := after.Dispute(newID("dp"), card.Opens, "fraudulent", now)
	if err == nil { // a fresh capture can be disputed
		commit.Intent, commit.Dispute, commit.Lines = &disputed, &dispute, append(commit.Lines, lines...)
	}
	return commit
}

// Find tells what became of an intent. A bank debit whose time has come ends
// with the question.
func (t *Teller) Find(ctx context.Context, call Call, id string) (bank.Intent, error) {
	return t.write(ctx, call.Account, id, func(i bank.Intent) (bank.Commit, error) {
		if i.State != bank.Processing {
			return bank.Commit{}, nil
		}
		method, err := t.Vault.Method(ctx, call.Account, i.Method)
		if err != nil {
			return bank.Commit{}, err
		}
		return t.settled(i, i.Arrive(method, t.Now()), method), nil
	})
}

// Cancel ends an intent, or tells how it had ended.
func (t *Teller) Cancel(ctx context.Context, call Call, id string) (bank.Intent, error) {
	return t.change(ctx, call, id, func(intent bank.Intent) (bank.Commit, error) {
		return t.settled(intent, intent.Cancel(), bank.Method{}), nil
	})
}

// List gives a customer's latest intents, newest first.
func (t *Teller) List(ctx context.Context, call Call, customer string) ([]bank.Intent, error) {
	return t.Book.Intents(ctx, call.Account, customer)
}

// Ledger gives every movement of the account, in order.
func (t *Teller) Ledger(ctx context.Context, account string) ([]bank.Line, error) {
	return t.Book.Ledger(ctx, account)
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
			return t.settled(intent, after, bank.Method{}), err
		}
		method, err := t.Vault.Method(ctx, call.Account, intent.Method)
		if err != nil {
			return bank.Commit{}, err
		}
		after, method, err := intent.Approve(method)
		commit := t.settled(intent, after, method)
		if commit.Method == nil {
			commit.Method = &method
		}
		return commit, err
	})
}
