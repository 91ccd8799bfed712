package merchantapi

import (
	"context"

	"perennial/shared/httpapi"
	"perennial/shared/merchant"
	"perennial/shared/wire"
)

// BrandRequest makes a brand.
type BrandRequest struct {
	Name                string `json:"name,omitempty" maxLength:"100"`
	Description         string `json:"description,omitempty" maxLength:"1000"`
	StatementDescriptor string `json:"statement_descriptor,omitempty" maxLength:"22" doc:"What customers read on their bank statement."`
	SupportEmail        string `json:"support_email,omitempty" maxLength:"254"`
	URL                 string `json:"url,omitempty" maxLength:"2000"`
}

// FromAPIBrand converts a new brand.
func FromAPIBrand(r BrandRequest) merchant.Brand {
	return merchant.Brand{Name: r.Name, Description: r.Description, Statement: r.StatementDescriptor, SupportEmail: r.SupportEmail, URL: r.URL}
}

// BrandPatch changes what it names; null clears.
type BrandPatch struct {
	Name                httpapi.Optional[string] `json:"name,omitzero" maxLength:"100"`
	Description         httpapi.Optional[string] `json:"description,omitzero" maxLength:"1000"`
	StatementDescriptor httpapi.Optional[string] `json:"statement_descriptor,omitzero" maxLength:"22"`
	SupportEmail        httpapi.Optional[string] `json:"support_email,omitzero" maxLength:"254"`
	URL                 httpapi.Optional[string] `json:"url,omitzero" maxLength:"2000"`
	ImageID             httpapi.Optional[string] `json:"image_id,omitzero" format:"uuid"`
}

// FromAPIBrandPatch is the change that a patch wants.
func FromAPIBrandPatch(r BrandPatch) func(merchant.Brand) merchant.Brand {
	return func(b merchant.Brand) merchant.Brand {
		b.Name, b.Description = r.Name.Else(b.Name), r.Description.Else(b.Description)
		b.Statement, b.SupportEmail = r.StatementDescriptor.Else(b.Statement), r.SupportEmail.Else(b.SupportEmail)
		b.URL, b.Image = r.URL.Else(b.URL), r.ImageID.Else(b.Image)
		return b
	}
}

func (s *server) brand(c httpapi.Caller, b merchant.Brand) wire.Brand {
	return wire.ToBrand(scopeOf(c), b, s.imageURL(c, b.ID, b.Image))
}

type createBrand struct {
	Body BrandRequest
}

func (s *server) createBrand(ctx context.Context, c httpapi.Caller, in createBrand) (wire.Brand, error) {
	made, err := s.Catalog.CreateBrand(ctx, byOf(c), FromAPIBrand(in.Body))
	return s.brand(c, made), err
}

type listBrands struct {
	IncludeArchived bool `query:"include_archived"`
}

func (s *server) listBrands(ctx context.Context, c httpapi.Caller, in listBrands) (httpapi.Page[wire.Brand], error) {
	found, err := s.Catalog.Brands(ctx, scopeOf(c), in.IncludeArchived)
	return page(found, err, func(b merchant.Brand) wire.Brand { return s.brand(c, b) })
}

// BrandPath names a brand.
type BrandPath struct {
	ID string `path:"id"`
}

func (s *server) getBrand(ctx context.Context, c httpapi.Caller, in BrandPath) (wire.Brand, error) {
	found, err := s.Catalog.Brand(ctx, scopeOf(c), in.ID)
	return s.brand(c, found), err
}

type updateBrand struct {
	BrandPath
	Body BrandPatch
}

func (s *server) updateBrand(ctx context.Context, c httpapi.Caller, in updateBrand) (wire.Brand, error) {
	changed, err := s.Catalog.UpdateBrand(ctx, byOf(c), in.ID, FromAPIBrandPatch(in.Body))
	return s.brand(c, changed), err
}

type archiveBrand struct {
	BrandPath
	Body struct {
		MoveProductsTo string `json:"move_products_to,omitempty" doc:"Required when the brand has products or collections."`
	}
}

// archivedBrand says what an archived brand gave to another.
type archivedBrand struct {
	BrandID            string  `json:"brand_id"`
	ArchivedAt         string  `json:"archived_at"`
	ProductsMoved      int     `json:"products_moved"`
	SubscriptionsMoved int     `json:"subscriptions_moved"`
	CollectionsMoved   int     `json:"collections_moved"`
	MovedToBrandID     *string `json:"moved_to_brand_id"`
}

func (s *server) archiveBrand(ctx context.Context, c httpapi.Caller, in archiveBrand) (archivedBrand, error) {
	moved, err := s.Catalog.ArchiveBrand(ctx, byOf(c), in.ID, in.Body.MoveProductsTo)
	out := archivedBrand{
		BrandID: moved.Brand.ID, ArchivedAt: moved.Brand.ArchivedAt.String(), ProductsMoved: moved.Products,
		SubscriptionsMoved: moved.Subscriptions, CollectionsMoved: moved.Collections,
	}
	if moved.To != "" {
		out.MovedToBrandID = &moved.To
	}
	return out, err
}
