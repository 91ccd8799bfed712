package merchantapi

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"

	"perennial/shared/billing"
	"perennial/shared/catalog"
	"perennial/shared/httpapi"
	"perennial/shared/record"
	"perennial/shared/wire"
)

// discounts converts discounts with how often each was redeemed.
func (s *server) discounts(ctx context.Context, c httpapi.Caller, found []billing.Discount) ([]wire.Discount, error) {
	used, err := s.Catalog.Uses(ctx, scopeOf(c), found...)
	if err != nil {
		return nil, err
	}
	out := make([]wire.Discount, len(found))
	for i, d := range found {
		out[i] = wire.ToDiscount(scopeOf(c), d, used[d.ID])
	}
	return out, nil
}

func (s *server) discount(ctx context.Context, c httpapi.Caller, d billing.Discount, err error) (wire.Discount, error) {
	if err != nil {
		return wire.Discount{}, err
	}
	out, err := s.discounts(ctx, c, []billing.Discount{d})
	if err != nil {
		return wire.Discount{}, err
	}
	return out[0], nil
}

type createDiscount struct {
	Body DiscountRequest
}

func (s *server) createDiscount(ctx context.Context, c httpapi.Caller, in createDiscount) (wire.Discount, error) {
	if err := in.Body.check(); err != nil {
		return wire.Discount{}, err
	}
	made, err := s.Catalog.CreateDiscount(ctx, byOf(c), FromAPIDiscount(in.Body))
	return s.discount(ctx, c, made, err)
}

type listDiscounts struct {
	httpapi.Paging
	Active    string `query:"active" enum:"true,false" doc:"Only those that can be redeemed now, or only those that cannot."`
	Code      string `query:"code" doc:"A part of the code, in any case."`
	Type      string `query:"discount_type" enum:"percentage,flat"`
	ProductID string `query:"product_id" doc:"Only those that apply to this product."`
}

func (s *server) listDiscounts(ctx context.Context, c httpapi.Caller, in listDiscounts) (httpapi.Page[wire.Discount], error) {
	wanted := catalog.DiscountFilter{Code: in.Code, Type: billing.DiscountType(in.Type), Product: in.ProductID}
	if active := in.Active == "true"; in.Active != "" {
		wanted.Active = &active
	}
	found, err := s.Catalog.Discounts(ctx, scopeOf(c), Created{}.query(record.KindDiscount, in.Paging), wanted)
	if err != nil {
		return httpapi.Page[wire.Discount]{}, err
	}
	items, err := s.discounts(ctx, c, found)
	return httpapi.Items(items), err
}

// DiscountPath names a discount.
type DiscountPath struct {
	DiscountID string `path:"discount_id"`
}

func (s *server) getDiscount(ctx context.Context, c httpapi.Caller, in DiscountPath) (wire.Discount, error) {
	found, err := s.Catalog.Discount(ctx, scopeOf(c), in.DiscountID)
	return s.discount(ctx, c, found, err)
}

type discountCode struct {
	Code string `path:"code"`
}

func (s *server) getDiscountByCode(ctx context.Context, c httpapi.Caller, in discountCode) (wire.Discount, error) {
	found, err := s.Catalog.DiscountByCode(ctx, scopeOf(c), in.Code)
	return s.discount(ctx, c, found, err)
}

type updateDiscount struct {
	DiscountPath
	Body DiscountPatch
}

func (s *server) updateDiscount(ctx context.Context, c httpapi.Caller, in updateDiscount) (wire.Discount, error) {
	if err := in.Body.check(); err != nil {
		return wire.Discount{}, err
	}
	changed, err := s.Catalog.UpdateDiscount(ctx, byOf(c), in.DiscountID, FromAPIDiscountPatch(in.Body))
	return s.discount(ctx, c, changed, err)
}

func (s *server) deleteDiscount(ctx context.Context, c httpapi.Caller, in DiscountPath) error {
	return s.Catalog.DeleteDiscount(ctx, byOf(c), in.DiscountID)
}

type reserveDiscount struct {
	DiscountPath
	Body reservation
}

// reservation lists customers who may redeem a discount.
type reservation struct {
	CustomerIDs []string `json:"customer_ids" minItems:"1" maxItems:"1000"`
}

func (s *server) reserveDiscount(ctx context.Context, c httpapi.Caller, in reserveDiscount) (reservation, error) {
	return in.Body, s.Catalog.Reserve(ctx, byOf(c), in.DiscountID, in.Body.CustomerIDs)
}

type unreserveDiscount struct {
	DiscountPath
	CustomerID string `path:"customer_id"`
}

func (s *server) unreserveDiscount(ctx context.Context, c httpapi.Caller, in unreserveDiscount) error {
	return s.Catalog.Unreserve(ctx, byOf(c), in.DiscountID, in.CustomerID)
}

// listReserved answers GET /discounts/{discount_id}/customers, which the mux
// cannot tell from /discounts/code/{code} in one pattern.
func (s *server) listReserved(w http.ResponseWriter, r *http.Request, c httpapi.Caller) error {
	if r.PathValue("part") != "customers" {
		return record.ErrNotFound
	}
	found, err := s.Catalog.Reserved(r.Context(), scopeOf(c), r.PathValue("discount_id"))
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/json")
	return json.NewEncoder(w).Encode(reservation{CustomerIDs: append([]string{}, slices.Clone(found)...)})
}
