package lifecycle

import (
	"context"
	"errors"
	"log/slog"

	"perennial/shared/billing"
	"perennial/shared/fault"
	"perennial/shared/record"
)

// unpriced is the error of a renewal whose invoice cannot be composed.
type unpriced struct{ error }

// Unwrap gives the reason.
func (u unpriced) Unwrap() error { return u.error }

// block notes a renewal that cannot be billed, so that it is tried less and
// less often, the merchant is told, and the doctor sees it. What only looks
// like it, because somebody else was faster, is an error as before.
func (s *Service) block(ctx context.Context, w work, why unpriced) error {
	if errors.Is(why, billing.ErrLocked) || errors.Is(why, billing.ErrInactive) {
		return why.error
	}
	slog.ErrorContext(ctx, "a renewal cannot be billed", "scope", w.scope.String(), "subscription", w.sub.ID, "error", why.Error())
	change, err := w.sub.Block(reasonOf(why), window(w.state), w.now)
	if err != nil {
		return err
	}
	return s.put(ctx, w, record.System, "renewal cannot be billed", change)
}

// reasonOf is a fault's sentence; of what is no fault only that it is trouble.
func reasonOf(err error) string {
	if f := fault.Of(err); f != nil {
		return f.Message
	}
	return "The next invoice cannot be reckoned."
}
