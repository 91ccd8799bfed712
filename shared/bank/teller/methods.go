package teller

import (
	"context"
	"errors"
	"fmt"

	"perennial/shared/bank"
)

// Typed is what the card fields send: a test card's name, never a number.
type Typed struct {
	Account  string
	Card     string
	ExpMonth int
	ExpYear  int
}

// Tokenise keeps a typed card for one use within half an hour.
func (t *Teller) Tokenise(ctx context.Context, typed Typed) (bank.Token, error) {
	token, err := bank.NewToken(newID("tok"), typed.Account, typed.Card, typed.ExpMonth, typed.ExpYear, t.Now())
	if err != nil {
		return bank.Token{}, err
	}
	if err := t.Vault.AddToken(ctx, token); err != nil {
		return bank.Token{}, fmt.Errorf("tokenise: %w", err)
	}
	return token, nil
}

// Enrol makes the customer of a reference known; repeating it is harmless.
func (t *Teller) Enrol(ctx context.Context, call Call, reference string) (bank.Customer, error) {
	customer, err := bank.NewCustomer(call.Account, reference)
	if err != nil {
		return bank.Customer{}, err
	}
	if err := t.Vault.Enrol(ctx, customer); err != nil {
		return bank.Customer{}, fmt.Errorf("enrol: %w", err)
	}
	return customer, nil
}

// Save turns a token into a payment method. A refused card is a
// *bank.RefusedError, remembered under the key like a saved one.
func (t *Teller) Save(ctx context.Context, call Call, customer, token string) (bank.Method, error) {
	answer, _, err := t.once(ctx, call, bank.OpSave, customer+"\n"+token, func() (bank.Commit, bank.Answer, error) {
		return t.save(ctx, call, customer, token)
	})
	if err != nil {
		return bank.Method{}, err
	}
	if answer.Method == nil {
		return bank.Method{}, &bank.RefusedError{Code: answer.Refused}
	}
	return *answer.Method, nil
}

func (t *Teller) save(ctx context.Context, call Call, customer, id string) (bank.Commit, bank.Answer, error) {
	if _, err := t.Vault.Customer(ctx, call.Account, customer); err != nil {
		return bank.Commit{}, bank.Answer{}, err
	}
	token, err := t.Vault.Token(ctx, call.Account, id)
	if err != nil {
		return bank.Commit{}, bank.Answer{}, err
	}
	method, err := token.Save(newID("pm"), customer, t.Now())
	var refused *bank.RefusedError
	if errors.As(err, &refused) {
		return bank.Commit{Token: id}, bank.Answer{Refused: refused.Code}, nil
	}
	if err != nil {
		return bank.Commit{}, bank.Answer{}, err
	}
	return bank.Commit{Token: id, Method: &method}, bank.Answer{Method: &method}, nil
}

// Remove forgets a method; removing it twice is no error.
func (t *Teller) Remove(ctx context.Context, call Call, id string) error {
	for range attempts {
		method, err := t.Vault.Method(ctx, call.Account, id)
		if err != nil || method.Removed {
			return err
		}
		method.Removed = true
		err = t.Committer.Commit(ctx, bank.Commit{Account: call.Account, Method: &method})
		if !errors.Is(err, ErrConflict) {
			return err
		}
	}
	return fmt.Errorf("remove %s: %w", id, ErrConflict)
}
