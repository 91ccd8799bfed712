package gateways

import (
	"context"
	"errors"
	"fmt"

	"perennial/shared/fault"
	"perennial/shared/merchant"
	"perennial/shared/record"
)

// step is one change of a connection.
type step struct {
	account string
	cause   string
	place   *int // among the accounts that take new payment methods; nil: as before
	decide  decide
}

// decide changes both sides of a connection; known is false for a new one.
type decide func(g merchant.Gateway, c merchant.Connection, known bool) (merchant.Gateway, merchant.Connection, error)

// watched has what an account told read for as long as its key is known.
func (s *Service) watched(g merchant.Gateway, c merchant.Connection) merchant.Connection {
	if g.Status == merchant.GatewayForgotten {
		return c.Unwatch()
	}
	now := s.Wall()
	return c.Watch(now, now)
}

// change writes both sides of a connection in one commit.
func (s *Service) change(ctx context.Context, scope merchant.Scope, actor record.Actor, in step) (View, error) {
	for range tries {
		state, c, err := s.sides(ctx, scope, in.account)
		if err != nil {
			return View{}, err
		}
		before, known := state.GatewayOf(in.account)
		g, c, err := in.decide(before, c, known)
		if err != nil {
			return View{}, err
		}
		if state, err = placed(state.Connect(g), in); err != nil {
			return View{}, err
		}
		if known && before.Status != g.Status {
			state = state.Move(g.Account, state.Selling()) // who comes back is the last
		}
		c = s.watched(g, c)
		err = s.Store.Commit(ctx, record.Commit{Scope: scope, Actor: actor, Cause: in.cause, Put: []any{state, c}})
		if !errors.Is(err, record.ErrStale) {
			return s.view(state, g, c), err
		}
	}
	return View{}, fmt.Errorf("%s %s: %w", in.cause, in.account, record.ErrStale)
}

// sides loads a mode's state and the secret side of an account, known or new.
func (s *Service) sides(ctx context.Context, scope merchant.Scope, account string) (merchant.State, merchant.Connection, error) {
	found, err := s.Store.Load(ctx, scope, record.RefOf[merchant.State](scope.String()), record.RefOf[merchant.Connection](account))
	if err != nil {
		return merchant.State{}, merchant.Connection{}, fmt.Errorf("gateways of %s: %w", scope, err)
	}
	state, ok := found[0].(merchant.State)
	if !ok {
		return state, merchant.Connection{}, fmt.Errorf("state of %s: %w", scope, record.ErrNotFound)
	}
	c, _ := found[1].(merchant.Connection)
	c.ID = account
	return state, c, nil
}

// placed gives an account its place in the order, which has to be one.
func placed(state merchant.State, in step) (merchant.State, error) {
	if in.place == nil {
		return state, nil
	}
	var check fault.Check
	n := state.Selling()
	check.That(state.Place(in.account) > 0, "priority", "is of a gateway that takes new payment methods; this one does not")
	check.That(*in.place >= 1 && *in.place <= n, "priority", fmt.Sprintf("must be a place among the %d gateways that take new payment methods, from 1 on", n))
	if err := invalid(&check); err != nil {
		return state, err
	}
	return state.Move(in.account, *in.place), nil
}
