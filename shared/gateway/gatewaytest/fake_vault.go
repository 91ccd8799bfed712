package gatewaytest

import (
	"context"
	"fmt"

	"perennial/shared/gateway"
)

// method is a saved or programmed payment method.
type method struct {
	gateway.Method
	card     card
	account  gateway.Account
	customer string
	free     bool // programmed: belongs to everybody
	setUp    bool // a challenge was approved
	removed  bool
	steps    []Step
}

func (m *method) belongs(account gateway.Account, customer string) bool {
	return m.free || m.account == account && m.customer == customer
}

// next takes the method's next step.
func (m *method) next() Step {
	switch len(m.steps) {
	case 0:
		return m.card.step(m.setUp)
	case 1:
		return m.steps[0]
	}
	step := m.steps[0]
	m.steps = m.steps[1:]
	return step
}

// Enrol implements gateway.Vault.
func (f *Fake) Enrol(_ context.Context, account gateway.Account, customerID string) (string, error) {
	failure, err := f.enter(OpEnrol)
	if err != nil {
		return "", err
	}
	defer f.mu.Unlock()
	ref := fmt.Sprintf("cus_%s_%s", account.ID, customerID)
	f.enrolled[ref] = true
	return ref, lost(OpEnrol, failure)
}

// Token makes a one-time token of a test card, as the card fields do.
func (f *Fake) Token(card string) string {
	f.mu.Lock()
	defer f.mu.Unlock()
	token := f.id("tok")
	f.tokens[token] = card
	return token
}

// Save implements gateway.Vault. The token is one of Token's, used once.
func (f *Fake) Save(_ context.Context, account gateway.Account, key, customer, token string, _ gateway.Visitor) (gateway.Method, error) {
	failure, err := f.enter(OpSave)
	if err != nil {
		return gateway.Method{}, err
	}
	defer f.mu.Unlock()
	saved, err := once(f, "save "+account.ID, key, customer+" "+token, func() (gateway.Method, error) {
		return f.save(account, customer, token)
	})
	if failure == After {
		return gateway.Method{}, lost(OpSave, failure)
	}
	return saved, err
}

func (f *Fake) save(account gateway.Account, customer, token string) (gateway.Method, error) {
	name, ok := f.tokens[token]
	if !ok || !f.enrolled[customer] {
		return gateway.Method{}, ErrUnknown
	}
	delete(f.tokens, token)
	card, ok := cards[name]
	if !ok {
		return gateway.Method{}, ErrUnknown
	}
	if card.refused != "" {
		return gateway.Method{}, &gateway.RefusedError{Decline: gateway.Decline{Code: card.refused}}
	}
	ref := f.id("pm")
	m := &method{card: card, account: account, customer: customer}
	m.Method = card.describe(ref, "fp_"+account.ID+"_"+name)
	f.methods[ref] = m
	return m.Method, nil
}

// Remove implements gateway.Vault.
func (f *Fake) Remove(_ context.Context, account gateway.Account, ref string) error {
	failure, err := f.enter(OpRemove)
	if err != nil {
		return err
	}
	defer f.mu.Unlock()
	m, ok := f.methods[ref]
	if !ok || !m.free && m.account != account {
		return ErrUnknown
	}
	m.removed = true
	return lost(OpRemove, failure)
}

// lost is the error of an answer that got lost after its effect.
func lost(op Op, failure When) error {
	if failure == After {
		return fmt.Errorf("%s: %w", op, ErrLost)
	}
	return nil
}
