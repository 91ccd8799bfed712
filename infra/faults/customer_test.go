package faults

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"perennial/shared/assembly"
	"perennial/shared/bank/teller"
	"perennial/shared/billing"
	"perennial/shared/calendar"
	"perennial/shared/config"
	"perennial/shared/lifecycle"
	"perennial/shared/merchant"
	"perennial/shared/record"
	"perennial/shared/recovery"
)

// token types a card into the card fields.
func (tr *trial) token(card string) string {
	tr.t.Helper()
	fields := &teller.Teller{Vault: tr.bank, Now: func() time.Time { return time.Now().UTC() }}
	token, err := fields.Tokenise(tr.ctx(), teller.Typed{Account: tr.scope.String(), Card: card, ExpMonth: 12, ExpYear: time.Now().Year() + 3})
	tr.check(err)
	return token.ID
}

// pay gives a new card, as the customer does on a page.
func (tr *trial) pay(ctx context.Context, till *assembly.Till, card string) error {
	_, err := till.Recovery.ChangeMethod(ctx, recovery.Pay{
		Scope: tr.scope, Subscription: tr.sub.ID, Customers: []string{tr.customer.ID}, Token: tr.token(card),
		ReturnURL: "https://portal.example/return", By: billing.ByCustomer,
		Actor: record.Actor{Kind: record.ByCustomer, ID: tr.customer.ID},
	})
	return err
}

// cancel ends the subscription, as the merchant does.
func (tr *trial) cancel() error {
	_, err := tr.till.Life.Cancel(tr.ctx(), lifecycle.Cancel{
		Scope: tr.scope, Actor: record.System, Subscription: tr.sub.ID, Mode: lifecycle.CancelNow,
	})
	return err
}

// moveTo sets the scope's business time.
func (tr *trial) moveTo(at calendar.Instant) {
	tr.t.Helper()
	state, err := tr.store.State(tr.ctx(), tr.scope)
	tr.check(err)
	state.Clock = merchant.Clock{Offset: time.Until(at.Time())}
	tr.put(state)
}

// heal makes the bank accept the card that it declined.
func (tr *trial) heal() {
	tr.t.Helper()
	method, err := tr.bank.Method(tr.ctx(), tr.scope.String(), tr.now().Method.Reference)
	tr.check(err)
	method.Card = "visa_ok"
	tr.check(tr.bank.Commit(tr.ctx(), bankCommit(tr.scope, method)))
}

// overwrite stores an object as it is given, over the version it has.
func (tr *trial) overwrite(obj any) error {
	return tr.store.Commit(tr.ctx(), record.Commit{Scope: tr.scope, Actor: record.System, Cause: "time passes", Put: []any{obj}})
}

// approve presses the button on the bank's challenge page.
func (tr *trial) approve() error {
	tr.t.Helper()
	origin := tr.urls[config.URLSandbox]
	form := strings.NewReader(url.Values{"answer": {"approve"}}.Encode())
	request, err := http.NewRequestWithContext(tr.ctx(), http.MethodPost, origin+"/challenge/"+tr.now().Lock.Intent, form)
	tr.check(err)
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	request.Header.Set("Origin", origin)
	answer, err := plain.RoundTrip(request)
	if err != nil {
		return err
	}
	defer func() { _ = answer.Body.Close() }() // nothing is read
	if answer.StatusCode != http.StatusSeeOther {
		return fmt.Errorf("challenge answered %d", answer.StatusCode)
	}
	return nil
}
