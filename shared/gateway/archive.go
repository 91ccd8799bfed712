package gateway

import (
	"context"
	"time"
)

// Event is what a gateway told: what became of an intent, a dispute, or a
// refund, or a card that was replaced. Told again, it has the same ID.
type Event struct {
	ID      string
	Outcome Outcome
	Dispute *Dispute
	Updated *Updated
	Refund  string // the key of a refund of ours that has moved on
}

// Told is one entry of an account's archive, as it was written then.
type Told struct {
	ID   string
	At   time.Time // when it was written
	Paid string    // what Params.Payment said of the capture that it tells of; empty for anything else
	Raw  []byte    // in the gateway's own form, for Recall
}

// Mark is a place in an account's archive: behind its last entry that was
// read, or at a time.
type Mark struct {
	At    time.Time
	Event string // empty while nothing was read
}

// Archive keeps what an account told, whether or not a webhook brought it
// here, for as long as the gateway keeps it: 30 days at Stripe.
type Archive interface {
	// Told gives the next entries behind a mark and before a time, oldest
	// first, the mark behind them, and whether there are more. It may give
	// none and yet move the mark. Entries that only repeat what Find tells
	// anybody who waits for an intent are left out.
	Told(ctx context.Context, account Account, after Mark, until time.Time) (told []Told, next Mark, more bool, err error)
	// Again reads one entry once more.
	Again(ctx context.Context, account Account, id string) (Told, error)
	// Recall asks what an entry means by now, as it asks about a webhook. It
	// reports false for one that is none of our business.
	Recall(ctx context.Context, account Account, t Told) (Event, bool, error)
}
