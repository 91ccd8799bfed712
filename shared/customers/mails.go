package customers

import (
	"context"
	"time"

	"perennial/shared/billing"
	"perennial/shared/merchant"
	"perennial/shared/record"
)

// OptionalMails keeps whether a customer wants mails that nothing obliges us
// to send. Asking for what is so already changes nothing.
func (s *Service) OptionalMails(ctx context.Context, scope merchant.Scope, actor record.Actor, id string, wanted bool) error {
	c, err := s.Get(ctx, scope, id)
	if err != nil || c.WantsOptional() == wanted {
		return err
	}
	now := s.Wall()
	_, err = s.Update(ctx, scope, actor, id, func(c billing.Customer) billing.Customer {
		if wanted {
			c.OptedOut = time.Time{}
		} else if c.WantsOptional() {
			c.OptedOut = now
		}
		return c
	})
	return err
}
