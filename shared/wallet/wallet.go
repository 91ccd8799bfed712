// Package wallet saves and lists customers' payment methods. It sees one-time
// tokens of a gateway's card fields and never a card number.
package wallet

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"time"

	"perennial/shared/billing"
	"perennial/shared/clock"
	"perennial/shared/dunning"
	"perennial/shared/fault"
	"perennial/shared/gateway"
	"perennial/shared/ids"
	"perennial/shared/merchant"
	"perennial/shared/record"
)

// Store is what the wallet needs of storage.
type Store interface {
	record.Loader
	record.Committer
	record.Owned
	State(ctx context.Context, scope merchant.Scope) (merchant.State, error)
}

// Service keeps payment methods.
type Service struct {
	Store Store
	Vault gateway.Vault
	Wall  clock.Wall
}

// codeRefused is the code of a card that the gateway did not accept.
const codeRefused = "CARD_REFUSED"

// ErrRefused matches a card that the gateway did not accept.
var ErrRefused = fault.New(fault.Invalid, codeRefused, "The card was not accepted.")

// ErrNoGateway refuses to save a method in a scope that has no gateway.
var ErrNoGateway = fault.New(fault.Unsupported, "UNSUPPORTED_ACTION", "No payment gateway is connected in this mode.")

// claimLife is how long a method is kept from being saved twice. Gateways
// know a token, and the method that came of it, for a day.
const claimLife = 48 * time.Hour

// Save turns a one-time token into a saved method of the customer, at the
// gateway whose fields made it. The same token, sent twice, is the same method.
// One that cannot be charged in the currency of the fields is not kept: it is
// an ErrMethodCurrency.
func (s *Service) Save(ctx context.Context, scope merchant.Scope, actor record.Actor, customer billing.Customer, token string, from gateway.Fields) (billing.Method, error) {
	state, err := s.Store.State(ctx, scope)
	if err != nil {
		return billing.Method{}, fmt.Errorf("state of %s: %w", scope, err)
	}
	at, ok := chosen(state, from)
	if !ok {
		return billing.Method{}, ErrNoGateway
	}
	account := gateway.AccountOf(at)
	holder, known := holderAt(customer, account)
	if !known {
		if holder, err = s.Vault.Enrol(ctx, account, customer.ID); err != nil {
			return billing.Method{}, fmt.Errorf("enrol %s: %w", customer.ID, err)
		}
	}
	saved, err := s.Vault.Save(ctx, account, "save#"+customer.ID+"#"+ids.Hash(token), holder, token, from.Visitor)
	if err != nil {
		return billing.Method{}, refused(err)
	}
	wall := s.Wall()
	method := methodOf(saved, account)
	method.ID, method.Customer, method.Holder = ids.New("pm_", wall), customer.ID, holder
	method.CreatedAt, method.Guest = state.Clock.Now(wall), from.Guest
	if err := method.PaysIn(from.Currency); err != nil {
		return billing.Method{}, s.useless(ctx, scope, method, err)
	}
	commit := record.Commit{
		Scope: scope, Actor: actor, Cause: "save payment method", At: state.Clock.Now(wall), Put: []any{method},
		Claims: []record.Claim{{Key: "method#" + method.Gateway + "#" + method.Account + "#" + method.Reference, Expires: wall.Add(claimLife)}},
	}
	if !known {
		customer.Gateways = maps.Clone(customer.Gateways)
		if customer.Gateways == nil {
			customer.Gateways = make(map[string]string)
		}
		customer.Gateways[holderKey(account)] = holder
		commit.Put = append(commit.Put, customer)
	}
	err = s.Store.Commit(ctx, commit)
	if errors.Is(err, record.ErrStale) { // only the customer can be: the reference is the same next time
		commit.Put = commit.Put[:1]
		err = s.Store.Commit(ctx, commit)
	}
	if errors.Is(err, record.ErrClaimed) {
		return s.saved(ctx, scope, method)
	}
	if err != nil {
		return billing.Method{}, fmt.Errorf("save method of %s: %w", customer.ID, err)
	}
	return record.Next(method), nil
}

// methodOf is a method as its gateway describes it.
func methodOf(m gateway.Method, at gateway.Account) billing.Method {
	return billing.Method{
		Gateway: at.Gateway, Account: at.ID, Reference: m.Ref, Type: m.Type, Wallet: m.Wallet, Brand: m.Brand, Last4: m.Last4,
		ExpMonth: m.ExpMonth, ExpYear: m.ExpYear, Country: m.Country, Fingerprint: m.Fingerprint,
	}
}

// useless forgets at the gateway what cannot pay for what it was given for,
// unless the customer had saved it before, and answers why.
func (s *Service) useless(ctx context.Context, scope merchant.Scope, m billing.Method, why error) error {
	switch _, err := s.saved(ctx, scope, m); {
	case err == nil:
		return why
	case !errors.Is(err, record.ErrNotFound):
		return err
	}
	if err := s.Vault.Remove(ctx, gateway.Account{Gateway: m.Gateway, ID: m.Account}, m.Reference); err != nil {
		slog.WarnContext(ctx, "a method of no use stays at its gateway", "scope", scope.String(), "customer", m.Customer, "error", err)
	}
	return why
}

// chosen is the gateway that a token came from, or by which the mode sells. A
// gateway that was retired while the customer typed takes this one more.
func chosen(state merchant.State, from gateway.Fields) (merchant.Gateway, bool) {
	if from.Account == "" {
		return state.GatewayFor(string(from.Currency), "")
	}
	g, ok := state.GatewayOf(from.Account)
	return g, ok && g.Status != merchant.GatewayForgotten
}

// holderKey is under what a customer remembers who they are at an account.
func holderKey(a gateway.Account) string { return a.Gateway + "#" + a.ID }

// holderAt is the customer's reference at an account. Before a mode could
// have several accounts, it was kept under the gateway's name.
func holderAt(c billing.Customer, a gateway.Account) (holder string, known bool) {
	if holder, known = c.Gateways[holderKey(a)]; !known {
		holder, known = c.Gateways[a.Gateway]
	}
	return holder, known
}

// saved finds what the same token was saved as before.
func (s *Service) saved(ctx context.Context, scope merchant.Scope, m billing.Method) (billing.Method, error) {
	found, err := s.Store.Owned(ctx, scope, m.Customer, record.KindMethod)
	if err != nil {
		return billing.Method{}, fmt.Errorf("payment methods of %s: %w", m.Customer, err)
	}
	for _, obj := range found {
		if old, ok := obj.(billing.Method); ok && old.Same(m) {
			return old, nil
		}
	}
	return billing.Method{}, fmt.Errorf("saved method of %s: %w", m.Customer, record.ErrNotFound)
}

// refused turns a gateway's refusal into a fault that says why in plain words.
func refused(err error) error {
	var no *gateway.RefusedError
	if !errors.As(err, &no) {
		return fmt.Errorf("save method: %w", err)
	}
	d := dunning.Classify(no.Decline.Code, no.Decline.Advice)
	return fmt.Errorf("save method: %w (%w)", fault.New(fault.Invalid, codeRefused, dunning.Explain(d)), ErrRefused)
}
