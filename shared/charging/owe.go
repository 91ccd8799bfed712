package charging

import (
	"context"
	"errors"
	"fmt"
	"log/slog"

	"perennial/shared/billing"
	"perennial/shared/gateway"
)

// errOwing means that the gateway will not give a capture back for now, which
// is certain: nothing of it is on its way.
var errOwing = errors.New("the gateway refuses to give a capture back")

// owe hands a capture that cannot be given back for now to those who follow
// refunds, in one commit, so that nothing else waits for it.
func (s *Service) owe(ctx context.Context, a *attempt, p billing.Payment, out gateway.Outcome) error {
	wall := s.Wall()
	owed, refund := p.Owe(refundID(p.ID), out.Charge, out.Amount, a.state.Clock.Now(wall), wall)
	commit := s.commit(a, []any{owed, refund}, nil)
	commit.Claims = a.claims
	if err := s.Store.Commit(ctx, commit); err != nil {
		return fmt.Errorf("owe %s: %w", p.ID, err)
	}
	s.owing(ctx, a, p.ID)
	return nil
}

// owing tells the operators that a customer's money waits for the merchant.
func (s *Service) owing(ctx context.Context, a *attempt, payment string) {
	slog.ErrorContext(ctx, "a capture cannot be given back yet", "scope", a.scope.String(), "payment", payment)
}

// unwanted gives back what was captured although the end of its subscription
// was asked for. A refusal is noted in the attempt, which is settled then as
// owing it.
func (s *Service) unwanted(ctx context.Context, a *attempt, out gateway.Outcome) error {
	payment := a.Lock().Payment
	err := s.refund(ctx, a, accountOf(a.Lock().Method), out, payment)
	if a.Owing = errors.Is(err, errOwing); a.Owing {
		s.owing(ctx, a, payment)
		return nil
	}
	return err
}
