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

func (s *server) collection(c httpapi.Caller, found catalog.Collected) wire.Collection {
	return wire.ToCollection(scopeOf(c), found.Collection, found.Members, s.imageURL(c, found.ID, found.Image))
}

type createCollection struct {
	Body CollectionRequest
}

func (s *server) createCollection(ctx context.Context, c httpapi.Caller, in createCollection) (wire.Collection, error) {
	made, err := s.Catalog.CreateCollection(ctx, byOf(c), FromAPICollection(in.Body))
	return s.collection(c, made), err
}

type listCollections struct {
	httpapi.Paging
	Archived bool   `query:"archived" doc:"List the archived collections instead of the open ones."`
	BrandID  string `query:"brand_id"`
}

func (s *server) listCollections(ctx context.Context, c httpapi.Caller, in listCollections) (httpapi.Page[wire.CollectionItem], error) {
	q := Created{}.query(record.KindCollection, in.Paging)
	q.Filters["archived"] = strconv.FormatBool(in.Archived)
	found, err := s.Catalog.Collections(ctx, scopeOf(c), q, in.BrandID)
	return page(found, err, func(one billing.Collection) wire.CollectionItem {
		return wire.ToCollectionItem(one, s.imageURL(c, one.ID, one.Image))
	})
}

// CollectionPath names a collection.
type CollectionPath struct {
	ID string `path:"id"`
}

func (s *server) getCollection(ctx context.Context, c httpapi.Caller, in CollectionPath) (wire.Collection, error) {
	found, err := s.Catalog.Collection(ctx, scopeOf(c), in.ID)
	return s.collection(c, found), err
}

type updateCollection struct {
	CollectionPath
	Body CollectionPatch
}

func (s *server) updateCollection(ctx context.Context, c httpapi.Caller, in updateCollection) error {
	_, err := s.Catalog.UpdateCollection(ctx, byOf(c), in.ID, "update collection", FromAPICollectionPatch(in.Body))
	return err
}

func (s *server) archiveCollection(ctx context.Context, c httpapi.Caller, in CollectionPath) error {
	return s.Catalog.ArchiveCollection(ctx, byOf(c), in.ID)
}

// unarchived says what a collection lost while it was archived.
type unarchived struct {
	CollectionID string   `json:"collection_id"`
	Excluded     []string `json:"excluded_product_ids"`
	Message      string   `json:"message"`
}

func (s *server) unarchiveCollection(ctx context.Context, c httpapi.Caller, in CollectionPath) (unarchived, error) {
	excluded, err := s.Catalog.UnarchiveCollection(ctx, byOf(c), in.ID)
	out := unarchived{CollectionID: in.ID, Excluded: excluded, Message: "The collection is open again."}
	if len(excluded) > 0 {
		out.Message = "The collection is open again without the products that are archived or in another collection."
	}
	return out, err
}

type addGroup struct {
	CollectionPath
	Body GroupRequest
}

func (s *server) addGroup(ctx context.Context, c httpapi.Caller, in addGroup) (wire.Group, error) {
	found, made, err := s.Catalog.AddGroup(ctx, byOf(c), in.ID, FromAPIGroup(in.Body))
	return wire.ToGroup(made, found.Members), err
}

// GroupPath names a group of a collection.
type GroupPath struct {
	CollectionPath
	GroupID string `path:"group_id"`
}

type updateGroup struct {
	GroupPath
	Body GroupPatch
}

func (s *server) updateGroup(ctx context.Context, c httpapi.Caller, in updateGroup) error {
	return s.Catalog.UpdateGroup(ctx, byOf(c), in.ID, in.GroupID, FromAPIGroupPatch(in.Body))
}

func (s *server) dropGroup(ctx context.Context, c httpapi.Caller, in GroupPath) error {
	return s.Catalog.DropGroup(ctx, byOf(c), in.ID, in.GroupID)
}

type addItems struct {
	GroupPath
	Body struct {
		Products []GroupProduct `json:"products" minItems:"1"`
	}
}

func (s *server) addItems(ctx context.Context, c httpapi.Caller, in addItems) ([]wire.GroupItem, error) {
	found, made, err := s.Catalog.AddItems(ctx, byOf(c), in.ID, in.GroupID, fromAPIItems(in.Body.Products))
	return wire.ToGroupItems(made, found.Members), err
}

// ItemPath names a product of a group.
type ItemPath struct {
	GroupPath
	ItemID string `path:"item_id"`
}

type updateItem struct {
	ItemPath
	Body struct {
		Status bool `json:"status" doc:"Whether the product is shown."`
	}
}

func (s *server) updateItem(ctx context.Context, c httpapi.Caller, in updateItem) error {
	return s.Catalog.ShowItem(ctx, byOf(c), in.ID, in.GroupID, in.ItemID, in.Body.Status)
}

func (s *server) dropItem(ctx context.Context, c httpapi.Caller, in ItemPath) error {
	return s.Catalog.DropItem(ctx, byOf(c), in.ID, in.GroupID, in.ItemID)
}
