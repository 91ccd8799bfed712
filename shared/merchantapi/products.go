package merchantapi

import (
	"context"
	"strconv"

	"perennial/shared/billing"
	"perennial/shared/httpapi"
	"perennial/shared/record"
	"perennial/shared/wire"
)

type createProduct struct {
	Body ProductRequest
}

func (s *server) createProduct(ctx context.Context, c httpapi.Caller, in createProduct) (wire.Product, error) {
	if err := in.Body.unsupported(c); err != nil {
		return wire.Product{}, err
	}
	made, err := s.Catalog.Create(ctx, scopeOf(c), actorOf(c), FromAPIProduct(in.Body)(billing.Product{}))
	return wire.ToProduct(scopeOf(c), made), err
}

type listProducts struct {
	httpapi.Paging
	Archived  bool   `query:"archived" doc:"List the archived products instead of those on sale."`
	Recurring string `query:"recurring" enum:"true,false" doc:"Every product is recurring so far."`
	BrandID   string `query:"brand_id"`
}

func (s *server) listProducts(ctx context.Context, c httpapi.Caller, in listProducts) (httpapi.Page[wire.ProductItem], error) {
	if in.Recurring == "false" || otherBrand(c, in.BrandID) {
		return httpapi.Items[wire.ProductItem](nil), nil
	}
	q := Created{}.query(record.KindProduct, in.Paging)
	q.Filters["archived"] = strconv.FormatBool(in.Archived)
	found, err := s.Catalog.List(ctx, scopeOf(c), q)
	return page(found, err, func(p billing.Product) wire.ProductItem { return wire.ToProductItem(scopeOf(c), p) })
}

// otherBrand reports a brand that is not the business's only one, whose id is
// the business's (rules 24).
func otherBrand(c httpapi.Caller, brand string) bool { return brand != "" && brand != c.BusinessID }

// ProductPath names a product.
type ProductPath struct {
	ProductID string `path:"product_id"`
}

func (s *server) getProduct(ctx context.Context, c httpapi.Caller, in ProductPath) (wire.Product, error) {
	found, err := s.Catalog.Get(ctx, scopeOf(c), in.ProductID)
	return wire.ToProduct(scopeOf(c), found), err
}

type updateProduct struct {
	ProductPath
	Body ProductPatch
}

func (s *server) updateProduct(ctx context.Context, c httpapi.Caller, in updateProduct) (httpapi.None, error) {
	if err := in.Body.unsupported(c); err != nil {
		return httpapi.None{}, err
	}
	return httpapi.None{}, s.Catalog.Update(ctx, scopeOf(c), actorOf(c), in.ProductID, FromAPIProductPatch(in.Body))
}

func (s *server) archiveProduct(ctx context.Context, c httpapi.Caller, in ProductPath) (httpapi.None, error) {
	return httpapi.None{}, s.Catalog.Archive(ctx, scopeOf(c), actorOf(c), in.ProductID)
}

func (s *server) unarchiveProduct(ctx context.Context, c httpapi.Caller, in ProductPath) (httpapi.None, error) {
	return httpapi.None{}, s.Catalog.Unarchive(ctx, scopeOf(c), actorOf(c), in.ProductID)
}
