package teller

import (
	"context"
	"errors"
	"time"

	"perennial/shared/bank"
)

// ErrConflict says that a commit met another one; load again and decide anew.
var ErrConflict = errors.New("teller: a concurrent commit was first")

// Vault reads what belongs to payers. A missing object is its bank error.
type Vault interface {
	Enrol(ctx context.Context, customer bank.Customer) error
	Customer(ctx context.Context, account, id string) (bank.Customer, error)
	AddToken(ctx context.Context, token bank.Token) error
	Token(ctx context.Context, account, id string) (bank.Token, error)
	Method(ctx context.Context, account, id string) (bank.Method, error)
}

// Book reads what was asked to be paid and what was.
type Book interface {
	Intent(ctx context.Context, id string) (bank.Intent, error)
	Intents(ctx context.Context, account, customer string) ([]bank.Intent, error)
	Ledger(ctx context.Context, account string) ([]bank.Line, error)
	Dispute(ctx context.Context, account, id string) (bank.Dispute, error)
}

// Committer remembers. Commit writes everything or answers ErrConflict.
type Committer interface {
	Answer(ctx context.Context, account string, op bank.Operation, key string) (answer bank.Answer, found bool, err error)
	Commit(ctx context.Context, commit bank.Commit) error
}

// Outbox sends an event to the account, not before the delay is over.
type Outbox interface {
	Send(ctx context.Context, event bank.Event, delay time.Duration) error
}
