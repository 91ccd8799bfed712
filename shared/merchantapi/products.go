package merchantapi

import (
	"context"
	"strconv"

	"perennial/shared/billing"
	"perennial/shared/catalog"
	"perennial/shared/httpapi"
	"perennial/shared/record"
	"perennial/shared/wire"
)

// byOf is whose catalog a caller works on.
func byOf(c httpapi.Caller) catalog.By { return catalog.By{Scope: scopeOf(c), Actor: actorOf(c)} }

// imageURL is the public address of an image, empty without one.
func (s *server) imageURL(c httpapi.Caller, owner, image string) string {
	if image == "" {
		return ""
	}
	return s.AssetsURL + "/" + catalog.ImageKey(scopeOf(c), owner, image)
}

// downloadLife is how long the address of a delivered file is valid.
const downloadLife = 3600

// product converts a product with the addresses of its files.
func (s *server) product(ctx context.Context, c httpapi.Caller, p billing.Product) (wire.Product, error) {
	urls, err := s.Catalog.Downloads(ctx, scopeOf(c), p)
	if err != nil {
		return wire.Product{}, err
	}
	return wire.ToProduct(scopeOf(c), p, wire.Uploads{Image: s.imageURL(c, p.ID, p.Image), Downloads: urls, ExpiresIn: downloadLife}), nil
}

type createProduct struct {
	Body ProductRequest
}

func (s *server) createProduct(ctx context.Context, c httpapi.Caller, in createProduct) (wire.Product, error) {
	if err := in.Body.unsupported(); err != nil {
		return wire.Product{}, err
	}
	made, err := s.Catalog.Create(ctx, byOf(c), FromAPIProduct(in.Body))
	if err != nil {
		return wire.Product{}, err
	}
	return s.product(ctx, c, made)
}

type listProducts struct {
	httpapi.Paging
	Archived  bool   `query:"archived" doc:"List the archived products instead of those on sale."`
	Recurring string `query:"recurring" enum:"true,false" doc:"Only those sold by subscription, or only those sold once."`
	BrandID   string `query:"brand_id"`
}

func (s *server) listProducts(ctx context.Context, c httpapi.Caller, in listProducts) (httpapi.Page[wire.ProductItem], error) {
	q := Created{}.query(record.KindProduct, in.Paging)
	q.Filters["archived"] = strconv.FormatBool(in.Archived)
	wanted := catalog.ProductFilter{Brand: in.BrandID}
	if recurring := in.Recurring == "true"; in.Recurring != "" {
		wanted.Recurring = &recurring
	}
	found, err := s.Catalog.List(ctx, scopeOf(c), q, wanted)
	return page(found, err, func(p billing.Product) wire.ProductItem {
		return wire.ToProductItem(scopeOf(c), p, s.imageURL(c, p.ID, p.Image))
	})
}

// ProductPath names a product.
type ProductPath struct {
	ProductID string `path:"product_id"`
}

func (s *server) getProduct(ctx context.Context, c httpapi.Caller, in ProductPath) (wire.Product, error) {
	found, err := s.Catalog.Get(ctx, scopeOf(c), in.ProductID)
	if err != nil {
		return wire.Product{}, err
	}
	return s.product(ctx, c, found)
}

type updateProduct struct {
	ProductPath
	Body ProductPatch
}

func (s *server) updateProduct(ctx context.Context, c httpapi.Caller, in updateProduct) error {
	if err := in.Body.unsupported(); err != nil {
		return err
	}
	return s.Catalog.Update(ctx, byOf(c), in.ProductID, FromAPIProductPatch(in.Body))
}

func (s *server) archiveProduct(ctx context.Context, c httpapi.Caller, in ProductPath) error {
	return s.Catalog.Archive(ctx, byOf(c), in.ProductID)
}

func (s *server) unarchiveProduct(ctx context.Context, c httpapi.Caller, in ProductPath) error {
	return s.Catalog.Unarchive(ctx, byOf(c), in.ProductID)
}

// ofBrand reports that something is sold under the brand that is wanted; none
// wants any. The primary brand's id is the business's (rules 24).
func ofBrand(c httpapi.Caller, wanted, brand string) bool {
	return wanted == "" || wire.BrandID(scopeOf(c), brand) == wanted
}
