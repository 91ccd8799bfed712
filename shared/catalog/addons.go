package catalog

import (
	"context"

	"perennial/shared/billing"
	"perennial/shared/calendar"
	"perennial/shared/ids"
	"perennial/shared/merchant"
	"perennial/shared/record"
	"perennial/shared/register"
)

// CreateAddon writes a new addon; id and times are set here.
func (s *Service) CreateAddon(ctx context.Context, by By, a billing.Addon) (billing.Addon, error) {
	if err := a.Check(); err != nil {
		return a, err
	}
	at, err := s.now(ctx, by.Scope)
	if err != nil {
		return a, err
	}
	a.ID, a.CreatedAt, a.UpdatedAt = ids.New(ids.Addon, s.Wall()), at, at
	return create(ctx, s, by, "create addon", at, a)
}

// Addon reads one addon.
func (s *Service) Addon(ctx context.Context, scope merchant.Scope, id string) (billing.Addon, error) {
	return get[billing.Addon](ctx, s, scope, id)
}

// Addons reads a page of addons, newest first.
func (s *Service) Addons(ctx context.Context, scope merchant.Scope, q record.Query) ([]billing.Addon, error) {
	return register.List[billing.Addon](ctx, s.Store, scope, q, nil)
}

// UpdateAddon changes an addon by change, which may run more than once.
func (s *Service) UpdateAddon(ctx context.Context, by By, id string, change func(billing.Addon) billing.Addon) (billing.Addon, error) {
	return edit(ctx, s, by, id, "update addon", func(a billing.Addon, at calendar.Instant) (billing.Addon, error) {
		a = change(a)
		a.UpdatedAt = at
		return a, a.Check()
	})
}
