package merchantapi

import (
	"context"

	"perennial/shared/billing"
	"perennial/shared/httpapi"
	"perennial/shared/record"
	"perennial/shared/wire"
)

func (s *server) shortLink(l billing.ShortLink) wire.ShortLink {
	return wire.ToShortLink(s.CheckoutURL, l)
}

type createShortLink struct {
	ProductPath
	Body struct {
		Slug   string            `json:"slug" minLength:"1" maxLength:"64" doc:"Lower-case letters, digits and hyphens."`
		Params map[string]string `json:"static_checkout_params,omitempty" doc:"Query parameters of the purchase page."`
	}
}

// createdShortLink are the two addresses of a new short link.
type createdShortLink struct {
	FullURL  string `json:"full_url"`
	ShortURL string `json:"short_url"`
}

func (s *server) createShortLink(ctx context.Context, c httpapi.Caller, in createShortLink) (createdShortLink, error) {
	made, err := s.Catalog.ShortLink(ctx, byOf(c), in.ProductID, in.Body.Slug, in.Body.Params)
	if err != nil {
		return createdShortLink{}, err
	}
	out := s.shortLink(made)
	return createdShortLink{out.FullURL, out.ShortURL}, nil
}

type listShortLinks struct {
	httpapi.Paging
	ProductID string `query:"product_id"`
}

func (s *server) listShortLinks(ctx context.Context, c httpapi.Caller, in listShortLinks) (httpapi.Page[wire.ShortLink], error) {
	found, err := s.Catalog.ShortLinks(ctx, scopeOf(c), Created{}.query(record.KindShortLink, in.Paging), in.ProductID)
	return page(found, err, s.shortLink)
}
