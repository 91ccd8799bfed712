package merchantapi

import (
	"context"
	"strings"

	"perennial/shared/billing"
	"perennial/shared/fault"
	"perennial/shared/httpapi"
	"perennial/shared/money"
	"perennial/shared/wire"
)

type addLocalPrice struct {
	ProductPath
	Body struct {
		Amount      int64  `json:"amount" minimum:"1" doc:"Minor units."`
		Currency    string `json:"currency" minLength:"3" maxLength:"3" doc:"ISO 4217."`
		CountryCode string `json:"country_code,omitempty" minLength:"2" maxLength:"2" doc:"Required by pricing_mode by_country."`
	}
}

func (s *server) addLocalPrice(ctx context.Context, c httpapi.Caller, in addLocalPrice) (wire.LocalPrice, error) {
	var check fault.Check
	country := in.Body.CountryCode
	check.That(country == "" || strings.Contains(countries, country) && !strings.Contains(country, " "), "country_code", "is not a supported country")
	if err := invalid(&check); err != nil {
		return wire.LocalPrice{}, err
	}
	made, err := s.Catalog.AddLocal(ctx, byOf(c), in.ProductID, billing.LocalPrice{
		Amount: money.Of(in.Body.Amount, money.Currency(in.Body.Currency)), Country: country,
	})
	return wire.ToLocalPrice(in.ProductID, made), err
}

func (s *server) listLocalPrices(ctx context.Context, c httpapi.Caller, in ProductPath) (httpapi.Page[wire.LocalPrice], error) {
	p, err := s.Catalog.Get(ctx, scopeOf(c), in.ProductID)
	return page(p.Local, err, func(l billing.LocalPrice) wire.LocalPrice { return wire.ToLocalPrice(p.ID, l) })
}

// LocalPricePath names a localized price.
type LocalPricePath struct {
	ProductPath
	ID string `path:"id"`
}

func (s *server) getLocalPrice(ctx context.Context, c httpapi.Caller, in LocalPricePath) (wire.LocalPrice, error) {
	p, err := s.Catalog.Get(ctx, scopeOf(c), in.ProductID)
	if err != nil {
		return wire.LocalPrice{}, err
	}
	found, err := p.LocalByID(in.ID)
	return wire.ToLocalPrice(p.ID, found), err
}

type updateLocalPrice struct {
	LocalPricePath
	Body struct {
		Amount httpapi.Optional[int64] `json:"amount,omitzero" minimum:"1" doc:"Minor units."`
	}
}

func (s *server) updateLocalPrice(ctx context.Context, c httpapi.Caller, in updateLocalPrice) (wire.LocalPrice, error) {
	if !in.Body.Amount.Set || in.Body.Amount.Null {
		return s.getLocalPrice(ctx, c, in.LocalPricePath)
	}
	made, err := s.Catalog.SetLocal(ctx, byOf(c), in.ProductID, in.ID, in.Body.Amount.Value)
	return wire.ToLocalPrice(in.ProductID, made), err
}

func (s *server) dropLocalPrice(ctx context.Context, c httpapi.Caller, in LocalPricePath) error {
	return s.Catalog.DropLocal(ctx, byOf(c), in.ProductID, in.ID)
}
