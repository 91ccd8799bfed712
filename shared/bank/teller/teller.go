// Package teller is what the sandbox gateway does: it loads, asks the rules of
// package bank, and commits intent, ledger line and remembered answer as one.
//
// Nothing is charged twice: an intent captures only out of its prepared or
// waiting state, under the version that was read, in the commit that also
// writes the ledger. Events go out after the commit and may get lost with the
// process, as webhooks do.
package teller

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"perennial/shared/bank"
)

// Teller serves every account.
type Teller struct {
	Vault     Vault
	Book      Book
	Committer Committer
	Outbox    Outbox
	Now       func() time.Time // wall time
}

// Call is who asks, under which key, and how the webhooks shall suffer.
type Call struct {
	Account  string
	Key      string
	Webhooks bank.Webhooks
}

// attempts bounds how often a step is decided anew after a conflict.
const attempts = 8

// once answers a known key from memory; otherwise it takes the step, commits
// its effect together with the answer, and reports it as fresh.
func (t *Teller) once(ctx context.Context, call Call, op bank.Operation, request string, step func() (bank.Commit, bank.Answer, error)) (_ bank.Answer, fresh bool, _ error) {
	if call.Key == "" {
		return bank.Answer{}, false, bank.ErrKeyMissing
	}
	request = digest(request)
	for range attempts {
		known, found, err := t.Committer.Answer(ctx, call.Account, op, call.Key)
		if err != nil {
			return bank.Answer{}, false, err
		}
		if found && t.Now().Before(known.Expires()) {
			return known, false, known.Repeats(request)
		}
		commit, answer, err := step()
		if err != nil {
			return bank.Answer{}, false, err
		}
		answer.Account, answer.Op, answer.Key = call.Account, op, call.Key
		answer.Request, answer.At = request, t.Now()
		commit.Account, commit.Answer = call.Account, &answer
		err = t.Committer.Commit(ctx, commit)
		if err == nil {
			return answer, true, nil
		}
		if !errors.Is(err, ErrConflict) {
			return bank.Answer{}, false, fmt.Errorf("%s under %s: %w", op, call.Key, err)
		}
	}
	return bank.Answer{}, false, fmt.Errorf("%s under %s: %w", op, call.Key, ErrConflict)
}

// change moves an intent without a key and tells the account.
func (t *Teller) change(ctx context.Context, call Call, id string, step func(bank.Intent) (bank.Commit, error)) (bank.Intent, error) {
	var before bank.State
	var opened *bank.Dispute
	after, err := t.write(ctx, call.Account, id, func(i bank.Intent) (bank.Commit, error) {
		commit, err := step(i)
		before, opened = i.State, commit.Dispute
		return commit, err
	})
	if err == nil {
		t.announce(ctx, call, before, after, opened)
	}
	return after, err
}

// write commits a step of an intent, deciding anew after a conflict. A step
// that writes nothing leaves the intent as it is.
func (t *Teller) write(ctx context.Context, account, id string, step func(bank.Intent) (bank.Commit, error)) (bank.Intent, error) {
	for range attempts {
		intent, err := t.intent(ctx, account, id)
		if err != nil {
			return bank.Intent{}, err
		}
		commit, err := step(intent)
		if err != nil || commit.Intent == nil {
			return intent, err
		}
		commit.Account = intent.Account
		err = t.Committer.Commit(ctx, commit)
		if err == nil {
			return *commit.Intent, nil
		}
		if !errors.Is(err, ErrConflict) {
			return bank.Intent{}, fmt.Errorf("change %s: %w", id, err)
		}
	}
	return bank.Intent{}, fmt.Errorf("change %s: %w", id, ErrConflict)
}

// announce tells the account about a new state, and about a dispute that came
// with it.
func (t *Teller) announce(ctx context.Context, call Call, before bank.State, intent bank.Intent, opened *bank.Dispute) {
	if intent.State == before {
		return
	}
	t.send(ctx, call, bank.Event{Intent: intent})
	if opened != nil {
		t.send(ctx, call, bank.Event{Intent: intent, Dispute: opened})
	}
}

// send sends an event in the way that was ordered.
func (t *Teller) send(ctx context.Context, call Call, event bank.Event) {
	t.sendAfter(ctx, call, event, 0)
}

// sendAfter sends an event about what will have happened after a while.
func (t *Teller) sendAfter(ctx context.Context, call Call, event bank.Event, delay time.Duration) {
	if call.Webhooks == bank.Drop {
		return
	}
	event.ID, event.At = newID("evt"), t.Now().Add(delay)
	copies := 1
	if call.Webhooks == bank.Duplicate {
		copies = 2
	}
	if call.Webhooks == bank.Reorder {
		delay += bank.ReorderWait
	}
	for range copies {
		if err := t.Outbox.Send(ctx, event, delay); err != nil {
			slog.ErrorContext(ctx, "event lost", "intent", event.Intent.ID, "error", err)
		}
	}
}

// intent loads an intent of the account; another account's does not exist.
func (t *Teller) intent(ctx context.Context, account, id string) (bank.Intent, error) {
	intent, err := t.Book.Intent(ctx, id)
	if err != nil {
		return bank.Intent{}, err
	}
	if intent.Account != account {
		return bank.Intent{}, bank.ErrNoIntent
	}
	return intent, nil
}

// newID makes an unguessable id; the challenge page has no other credential.
func newID(prefix string) string { return prefix + "_" + rand.Text() }

func digest(request string) string {
	sum := sha256.Sum256([]byte(request))
	return hex.EncodeToString(sum[:])
}
