package years

import (
	"context"
	"testing"
	"time"

	"perennial/infra/local/dynamotest"
	"perennial/shared/bank/banktest"
	"perennial/shared/billing"
	"perennial/shared/charging"
	"perennial/shared/dynamo"
	"perennial/shared/gateway/sandbox"
	"perennial/shared/ids"
	"perennial/shared/lifecycle/lifecycletest"
	"perennial/shared/merchant"
)

// teller is the sandbox gateway over HTTP, with its own table.
type teller struct {
	*sandbox.Gateway
	bank    *banktest.Bank
	account string
}

func (b teller) Card(t testing.TB, card string) string { return b.bank.Token(t, b.account, card) }

func (b teller) Heal(testing.TB, billing.Method) bool { return false }

func (b teller) Kept(t testing.TB) map[string]int64 {
	net := map[string]int64{}
	for _, l := range b.bank.Ledger(t, b.account) {
		_, _, payment, _ := charging.ParseTag(l.Payment)
		if l.Kind == "refund" {
			l.Amount = -l.Amount
		}
		net[payment] += l.Amount
	}
	return net
}

// engineTown lives on Amazon's DynamoDB engine and pays at the sandbox. Wall
// time stands still, so that the oracle knows to the second what time it is.
func engineTown(t testing.TB) *town {
	wall := func() time.Time { return lifecycletest.Start }
	scope := merchant.Scope{Business: ids.New(ids.Business, time.Now()), Mode: merchant.Test}
	store := dynamo.New(dynamotest.Client(t), dynamotest.Table(t))
	bank := banktest.Start(t, "http://unused.test")
	b := teller{sandbox.New(sandbox.Options{BaseURL: bank.URL, Secret: banktest.Secret}), bank, lifecycletest.Account(scope).ID}
	tn := open(t, scope, store, store, b, wall)
	tn.clock.Pause = func(context.Context, time.Duration) {} // this engine's indexes do not lag
	return tn
}

// Rules 25: the same story on the real engine and gateway, smaller.
func TestYearsOnTheEngine(t *testing.T) {
	t.Parallel()
	tn := engineTown(t)
	tn.live(*seed, 6, 1)
	t.Logf("%d subscriptions, %d commits, %d payments", len(tn.members), tn.witness.commits, len(tn.witness.payments))
}

// A merchant who tests a year of a monthly subscription waits for seconds.
func TestAYearOnTheClockTakesSeconds(t *testing.T) {
	t.Parallel()
	tn := engineTown(t)
	tn.clock.Pause = nil
	m := tn.newcomer()
	begun := time.Now()
	to := tn.now().Time().AddDate(1, 0, 1)
	tn.advance(to)
	took := time.Since(begun)
	m.o.Advance(to)
	tn.compare(m)
	if len(m.invoices) != 13 {
		t.Fatalf("%d invoices in a year", len(m.invoices))
	}
	t.Logf("a year of twelve renewals took %v", took.Round(time.Millisecond))
	if took > 20*time.Second {
		t.Errorf("a year took %v", took)
	}
}
