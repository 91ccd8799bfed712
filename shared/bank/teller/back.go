package teller

import (
	"context"
	"fmt"

	"perennial/shared/bank"
	"perennial/shared/money"
)

// Refund gives money back.
func (t *Teller) Refund(ctx context.Context, call Call, id string, amount money.Amount) (bank.Refund, error) {
	answer, _, err := t.once(ctx, call, bank.OpRefund, fmt.Sprint(id, amount), func() (bank.Commit, bank.Answer, error) {
		intent, err := t.intent(ctx, call.Account, id)
		if err != nil {
			return bank.Commit{}, bank.Answer{}, err
		}
		method, err := t.Vault.Method(ctx, call.Account, intent.Method)
		if err != nil {
			return bank.Commit{}, bank.Answer{}, err
		}
		after, refund, err := intent.Refund(bank.Refund{ID: newID("re"), Key: call.Key, Amount: amount, At: t.Now()}, method)
		commit := bank.Commit{Intent: &after}
		if refund.Ends == bank.RefundSucceeded {
			commit.Lines = []bank.Line{intent.RefundLine(refund.ID, amount, refund.At)}
		}
		return commit, bank.Answer{Refund: &refund}, err
	})
	if err != nil {
		return bank.Refund{}, err
	}
	return *answer.Refund, nil
}

// Refunds lists the refunds of an intent, oldest first.
func (t *Teller) Refunds(ctx context.Context, call Call, id string) ([]bank.Refund, error) {
	intent, err := t.intent(ctx, call.Account, id)
	return intent.Refunds, err
}

// Dispute opens a dispute of a charge, as its holder does.
func (t *Teller) Dispute(ctx context.Context, call Call, id string, stage bank.DisputeStage, reason string) (bank.Dispute, error) {
	return t.disputed(ctx, call, id, func(i bank.Intent) (bank.Intent, bank.Dispute, []bank.Line, error) {
		return i.Dispute(newID("dp"), stage, reason, t.Now())
	})
}

// Escalate makes a dispute of an inquiry.
func (t *Teller) Escalate(ctx context.Context, call Call, id string) (bank.Dispute, error) {
	return t.rule(ctx, call, id, func(i bank.Intent, d bank.Dispute) (bank.Intent, bank.Dispute, []bank.Line, error) {
		return i.Escalate(d, t.Now())
	})
}

// Rule changes the state of a dispute, as the banks do.
func (t *Teller) Rule(ctx context.Context, call Call, id string, to bank.DisputeState) (bank.Dispute, error) {
	return t.rule(ctx, call, id, func(i bank.Intent, d bank.Dispute) (bank.Intent, bank.Dispute, []bank.Line, error) {
		return i.Rule(d, to, t.Now())
	})
}

// FindDispute tells about a dispute of the account.
func (t *Teller) FindDispute(ctx context.Context, call Call, id string) (bank.Dispute, error) {
	return t.Book.Dispute(ctx, call.Account, id)
}

// rule loads a dispute with its intent for a step.
func (t *Teller) rule(ctx context.Context, call Call, id string, step func(bank.Intent, bank.Dispute) (bank.Intent, bank.Dispute, []bank.Line, error)) (bank.Dispute, error) {
	first, err := t.Book.Dispute(ctx, call.Account, id)
	if err != nil {
		return first, err
	}
	return t.disputed(ctx, call, first.Intent, func(i bank.Intent) (bank.Intent, bank.Dispute, []bank.Line, error) {
		d, err := t.Book.Dispute(ctx, call.Account, id)
		if err != nil {
			return i, d, nil, err
		}
		return step(i, d)
	})
}

// disputed commits a step of a dispute with its intent and tells the account.
func (t *Teller) disputed(ctx context.Context, call Call, intent string, step func(bank.Intent) (bank.Intent, bank.Dispute, []bank.Line, error)) (bank.Dispute, error) {
	var dispute bank.Dispute
	after, err := t.write(ctx, call.Account, intent, func(i bank.Intent) (bank.Commit, error) {
		next, d, lines, err := step(i)
		dispute = d
		return bank.Commit{Intent: &next, Dispute: &d, Lines: lines}, err
	})
	if err != nil {
		return bank.Dispute{}, err
	}
	t.send(ctx, call, bank.Event{Intent: after, Dispute: &dispute})
	return dispute, nil
}
