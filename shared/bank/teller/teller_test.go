package teller_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"perennial/infra/local/dynamotest"
	"perennial/infra/topology"
	"perennial/shared/bank"
	"perennial/shared/bank/bankstore"
	"perennial/shared/bank/teller"
	"perennial/shared/money"
)

// outbox fails, or keeps what was sent.
type outbox struct {
	err  error
	sent []bank.Event
}

func (o *outbox) Send(_ context.Context, e bank.Event, _ time.Duration) error {
	if o.err == nil {
		o.sent = append(o.sent, e)
	}
	return o.err
}

// open gives a teller with one prepared intent.
func open(t *testing.T, o *outbox) (*teller.Teller, bank.Intent) {
	t.Helper()
	store := bankstore.New(dynamotest.Client(t), dynamotest.TableOf(t, topology.TableSandbox))
	desk := &teller.Teller{Vault: store, Book: store, Committer: store, Outbox: o, Now: time.Now}
	token, err := desk.Tokenise(t.Context(), teller.Typed{Account: "acct", Card: "visa_ok", ExpMonth: 12, ExpYear: time.Now().Year() + 1})
	if err != nil {
		t.Fatal(err)
	}
	customer, err := desk.Enrol(t.Context(), teller.Call{Account: "acct"}, "ada")
	if err != nil {
		t.Fatal(err)
	}
	method, err := desk.Save(t.Context(), teller.Call{Account: "acct", Key: "save"}, customer.ID, token.ID)
	if err != nil {
		t.Fatal(err)
	}
	intent, err := desk.Prepare(t.Context(), teller.Call{Account: "acct", Key: "prepare"}, bank.Order{
		Amount: money.Of(1250, "EUR"), Customer: customer.ID, Method: method.ID,
	})
	if err != nil {
		t.Fatal(err)
	}
	return desk, intent
}

func TestChargeStandsWhenItsEventIsLost(t *testing.T) {
	t.Parallel()
	desk, intent := open(t, &outbox{err: errors.New("queue is down")})
	got, err := desk.Confirm(t.Context(), teller.Call{Account: "acct", Key: "confirm"}, intent.ID)
	if err != nil || got.State != bank.Succeeded {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestRepeatedConfirmTellsNobodyAgain(t *testing.T) {
	t.Parallel()
	box := &outbox{}
	desk, intent := open(t, box)
	for _, key := range []string{"one", "one", "two"} {
		if _, err := desk.Confirm(t.Context(), teller.Call{Account: "acct", Key: key}, intent.ID); err != nil {
			t.Fatal(err)
		}
	}
	if len(box.sent) != 1 || box.sent[0].Type() != "intent.succeeded" {
		t.Errorf("%d events sent: %+v", len(box.sent), box.sent)
	}
}

// contested makes the first commits lose against somebody else.
type contested struct {
	teller.Committer
	losses int
}

func (c *contested) Commit(ctx context.Context, commit bank.Commit) error {
	if c.losses > 0 {
		c.losses--
		return teller.ErrConflict
	}
	return c.Committer.Commit(ctx, commit)
}

func TestStepsAreDecidedAnewAfterAConflictButNotForEver(t *testing.T) {
	t.Parallel()
	desk, intent := open(t, &outbox{})
	other := &contested{Committer: desk.Committer, losses: 3}
	desk.Committer = other
	call := teller.Call{Account: "acct", Key: "confirm"}
	if got, err := desk.Confirm(t.Context(), call, intent.ID); err != nil || got.State != bank.Succeeded {
		t.Errorf("after three lost races: %+v, %v", got, err)
	}
	other.losses = 1000
	if _, err := desk.Refund(t.Context(), teller.Call{Account: "acct", Key: "refund"}, intent.ID, intent.Amount); !errors.Is(err, teller.ErrConflict) {
		t.Errorf("after a thousand: %v", err)
	}
	if lines, err := desk.Ledger(t.Context(), "acct"); err != nil || len(lines) != 1 {
		t.Errorf("ledger %v, %v", lines, err)
	}
}

// A card that fails a number of times pays from then on, whoever asks again
// under the same key.
func TestACardThatFailsTwicePaysTheThirdTime(t *testing.T) {
	t.Parallel()
	desk, _ := open(t, &outbox{})
	call := func(key string) teller.Call { return teller.Call{Account: "acct", Key: key} }
	customer, err := desk.Enrol(t.Context(), call("enrol"), "cus_2")
	if err != nil {
		t.Fatal(err)
	}
	token, err := desk.Tokenise(t.Context(), teller.Typed{Account: "acct", Card: "insufficient_funds_twice", ExpMonth: 12, ExpYear: 2030})
	if err != nil {
		t.Fatal(err)
	}
	method, err := desk.Save(t.Context(), call("save twice"), customer.ID, token.ID)
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []bank.State{bank.Declined, bank.Declined, bank.Succeeded, bank.Succeeded} {
		key := fmt.Sprint("charge ", i)
		intent, err := desk.Prepare(t.Context(), call(key), bank.Order{Amount: money.Of(1250, "EUR"), Customer: customer.ID, Method: method.ID})
		if err != nil {
			t.Fatal(err)
		}
		for range 2 {
			if got, err := desk.Confirm(t.Context(), call(key), intent.ID); err != nil || got.State != want {
				t.Errorf("charge %d: %s %s, %v, want %s", i, got.State, got.Decline, err, want)
			}
		}
	}
}
