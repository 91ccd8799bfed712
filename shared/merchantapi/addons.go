package merchantapi

import (
	"context"

	"perennial/shared/billing"
	"perennial/shared/httpapi"
	"perennial/shared/money"
	"perennial/shared/record"
	"perennial/shared/wire"
)

// AddonRequest makes an addon.
type AddonRequest struct {
	Name        string `json:"name" minLength:"1" maxLength:"100"`
	Description string `json:"description,omitempty" maxLength:"1000"`
	Price       int64  `json:"price" minimum:"0" doc:"Minor units, per unit and interval of the subscription."`
	Currency    string `json:"currency" minLength:"3" maxLength:"3" doc:"ISO 4217."`
	TaxCategory string `json:"tax_category" enum:"digital_products,saas,e_book,edtech,live_tutoring"`
}

// FromAPIAddon converts a new addon.
func FromAPIAddon(r AddonRequest) billing.Addon {
	return billing.Addon{
		Name: r.Name, Description: r.Description, Price: money.Of(r.Price, money.Currency(r.Currency)), TaxCategory: r.TaxCategory,
	}
}

// AddonPatch changes what it names; null clears what may be empty.
type AddonPatch struct {
	Name        httpapi.Optional[string] `json:"name,omitzero" minLength:"1" maxLength:"100"`
	Description httpapi.Optional[string] `json:"description,omitzero" maxLength:"1000"`
	Price       httpapi.Optional[int64]  `json:"price,omitzero" minimum:"0"`
	Currency    httpapi.Optional[string] `json:"currency,omitzero" minLength:"3" maxLength:"3"`
	TaxCategory httpapi.Optional[string] `json:"tax_category,omitzero" enum:"digital_products,saas,e_book,edtech,live_tutoring"`
	ImageID     httpapi.Optional[string] `json:"image_id,omitzero" format:"uuid"`
}

// FromAPIAddonPatch is the change that a patch wants.
func FromAPIAddonPatch(r AddonPatch) func(billing.Addon) billing.Addon {
	return func(a billing.Addon) billing.Addon {
		a.Name, a.TaxCategory = kept(r.Name, a.Name), kept(r.TaxCategory, a.TaxCategory)
		a.Description, a.Image = r.Description.Else(a.Description), r.ImageID.Else(a.Image)
		a.Price = money.Of(kept(r.Price, a.Price.Minor), money.Currency(kept(r.Currency, string(a.Price.Currency))))
		return a
	}
}

func (s *server) addon(c httpapi.Caller, a billing.Addon) wire.Addon {
	return wire.ToAddon(scopeOf(c), a, s.imageURL(c, a.ID, a.Image))
}

type createAddon struct {
	Body AddonRequest
}

func (s *server) createAddon(ctx context.Context, c httpapi.Caller, in createAddon) (wire.Addon, error) {
	made, err := s.Catalog.CreateAddon(ctx, byOf(c), FromAPIAddon(in.Body))
	return s.addon(c, made), err
}

type listAddons struct{ httpapi.Paging }

func (s *server) listAddons(ctx context.Context, c httpapi.Caller, in listAddons) (httpapi.Page[wire.Addon], error) {
	found, err := s.Catalog.Addons(ctx, scopeOf(c), Created{}.query(record.KindAddon, in.Paging))
	return page(found, err, func(a billing.Addon) wire.Addon { return s.addon(c, a) })
}

// AddonPath names an addon.
type AddonPath struct {
	ID string `path:"id"`
}

func (s *server) getAddon(ctx context.Context, c httpapi.Caller, in AddonPath) (wire.Addon, error) {
	found, err := s.Catalog.Addon(ctx, scopeOf(c), in.ID)
	return s.addon(c, found), err
}

type updateAddon struct {
	AddonPath
	Body AddonPatch
}

func (s *server) updateAddon(ctx context.Context, c httpapi.Caller, in updateAddon) (wire.Addon, error) {
	changed, err := s.Catalog.UpdateAddon(ctx, byOf(c), in.ID, FromAPIAddonPatch(in.Body))
	return s.addon(c, changed), err
}
