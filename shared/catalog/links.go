package catalog

import (
	"context"
	"errors"
	"regexp"

	"perennial/shared/billing"
	"perennial/shared/fault"
	"perennial/shared/merchant"
	"perennial/shared/record"
	"perennial/shared/register"
)

// ErrSlugTaken refuses a short link that somebody has already.
var ErrSlugTaken = fault.New(fault.Invalid, "SLUG_ALREADY_TAKEN", "This slug is taken.")

// slugs are what a short link may be called.
var slugs = regexp.MustCompile(`^[a-z0-9]([a-z0-9-]{0,62}[a-z0-9])?$`)

// SlugID is how a short link of a mode is kept: slugs are unique in each mode
// of a deployment, so that the address needs no business.
func SlugID(mode merchant.Mode, slug string) string { return string(mode) + "/" + slug }

// ShortLink writes a new short link to a product.
func (s *Service) ShortLink(ctx context.Context, by By, product, slug string, params map[string]string) (billing.ShortLink, error) {
	l := billing.ShortLink{Slug: SlugID(by.Scope.Mode, slug), Product: product, Params: params}
	var check fault.Check
	check.That(slugs.MatchString(slug), "slug", "must be 1 to 64 lower-case letters, digits and inner hyphens")
	check.That(len(params) <= 50, "static_checkout_params", "must be at most 50")
	for name, value := range params {
		check.That(name != "" && len(name) <= 100 && len(value) <= 500, "static_checkout_params", "names have 1 to 100 bytes, values at most 500")
	}
	p, err := s.Get(ctx, by.Scope, product)
	if err != nil {
		return l, err
	}
	if err := check.Fault("INVALID_REQUEST_PARAMETERS", "The short link is not valid."); err != nil {
		return l, err
	}
	if p.Archived {
		return l, billing.ErrProductArchived
	}
	if l.CreatedAt, err = s.now(ctx, by.Scope); err != nil {
		return l, err
	}
	offers, err := s.offer(ctx, by.Scope, product)
	if err != nil {
		return l, err
	}
	made, err := create(ctx, s, by, "create short link", l.CreatedAt, l, offers...)
	if errors.Is(err, record.ErrStale) {
		return l, ErrSlugTaken
	}
	return made, err
}

// ShortLinks reads a page of short links, newest first; an empty product is
// any.
func (s *Service) ShortLinks(ctx context.Context, scope merchant.Scope, q record.Query, product string) ([]billing.ShortLink, error) {
	if product == "" {
		return register.List[billing.ShortLink](ctx, s.Store, scope, q, nil)
	}
	return register.List(ctx, s.Store, scope, q, func(l billing.ShortLink) bool { return l.Product == product })
}

// offer is what a product still lacks to be found by its purchase page: those
// that are older than such pages have none.
func (s *Service) offer(ctx context.Context, scope merchant.Scope, product string) ([]any, error) {
	_, err := get[billing.Offer](ctx, s, scope, product)
	if missing(err) {
		return []any{billing.Offer{Product: product}}, nil
	}
	return nil, err
}
