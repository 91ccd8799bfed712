package merchantapi_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	dodo "github.com/dodopayments/dodopayments-go"
	"github.com/google/go-cmp/cmp"
)

var uuid = regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`)

// names lists the products of a collection as they are answered.
func names(c *dodo.ProductCollection) string {
	var all []string
	for _, g := range c.Groups {
		for _, p := range g.Products {
			all = append(all, p.Name)
		}
		all = append(all, "|")
	}
	return strings.Join(all, " ")
}

// R100: products are grouped in collections.
func TestACollectionHoldsItsProductsInOrder(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	ctx, collections := t.Context(), b.client.ProductCollections
	made := b.collection()
	plans := made.Groups[0]
	if !uuid.MatchString(plans.GroupID) || !uuid.MatchString(plans.Products[0].ID) || !plans.Status || !plans.Products[0].Status || plans.Products[0].Price != 1900 {
		t.Errorf("made %+v", made)
	}
	b.must(collections.Update(ctx, made.ID, dodo.ProductCollectionUpdateParams{
		GroupOrder: dodo.F([]string{made.Groups[1].GroupID, plans.GroupID}), Name: dodo.F("Maps"),
	}))
	b.must(collections.Groups.Update(ctx, made.ID, plans.GroupID, dodo.ProductCollectionGroupUpdateParams{
		ProductOrder: dodo.F([]string{plans.Products[1].ID, plans.Products[0].ID}), Status: dodo.F(false),
	}))
	b.json("PATCH", "/product-collections/"+made.ID, `{"effective_at_on_downgrade":null,"on_payment_failure":"prevent_change"}`, nil)
	got, err := collections.Get(ctx, made.ID)
	b.must(err)
	if got.Name != "Maps" || names(got) != "Lite | Max Pro |" || got.Groups[1].Status || got.Groups[1].GroupName != "Plans" ||
		got.EffectiveAtOnDowngrade != "" || got.OnPaymentFailure != "prevent_change" || got.BrandID != "bus_1" {
		t.Errorf("got %s %+v", names(got), got)
	}
	before := len(b.Store.Commits())
	b.refused(collections.Update(ctx, made.ID, dodo.ProductCollectionUpdateParams{GroupOrder: dodo.F([]string{plans.GroupID, plans.GroupID})}), 422, "INVALID_REQUEST_PARAMETERS")
	_, err = collections.Groups.New(ctx, made.ID, dodo.ProductCollectionGroupNewParams{ProductCollectionGroupDetails: dodo.ProductCollectionGroupDetailsParam{
		GroupName: dodo.F("Plans"), Products: members(b.Product.ID, "pdt_none", plans.Products[0].ProductID).Products,
	}})
	p := b.refused(err, 422, "INVALID_REQUEST_PARAMETERS")
	for _, part := range []string{"unique in the collection", "pdt_none is no product", "name each product once"} {
		if !strings.Contains(p.Message, part) {
			t.Errorf("%q is not said: %s", part, p.Message)
		}
	}
	b.unchanged(before)
}

func TestAProductBelongsToOneCollection(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	ctx, collections := t.Context(), b.client.ProductCollections
	made := b.collection()
	lite := made.Groups[1].Products[0].ProductID
	if got := b.stored(lite).Collection; got != made.ID {
		t.Errorf("the product is in %q", got)
	}
	_, err := collections.New(ctx, dodo.ProductCollectionNewParams{Name: dodo.F("B"), Groups: dodo.F([]dodo.ProductCollectionGroupDetailsParam{members(lite)})})
	if p := b.refused(err, 422, "INVALID_REQUEST_PARAMETERS"); !strings.Contains(p.Message, "in another collection") {
		t.Error(p.Message)
	}
	b.must(collections.Groups.Delete(ctx, made.ID, made.Groups[1].GroupID))
	if got := b.stored(lite).Collection; got != "" {
		t.Errorf("the product left and is in %q", got)
	}
	items, err := collections.Groups.Items.New(ctx, made.ID, made.Groups[0].GroupID, dodo.ProductCollectionGroupItemNewParams{Products: members(lite).Products})
	if err != nil || len(*items) != 1 || (*items)[0].Name != "Lite" {
		t.Errorf("added %+v, %v", items, err)
	}
}

func TestTheLastProductStaysAndAnArchivedCollectionComesBackWithoutWhatItLost(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	ctx, collections := t.Context(), b.client.ProductCollections
	made := b.collection()
	plans, other := made.Groups[0], made.Groups[1]
	b.must(collections.Groups.Items.Update(ctx, made.ID, plans.GroupID, plans.Products[0].ID, dodo.ProductCollectionGroupItemUpdateParams{Status: dodo.F(false)}))
	got, err := collections.Get(ctx, made.ID)
	if err != nil || got.Groups[0].Products[0].Status {
		t.Errorf("the product is shown: %+v, %v", got.Groups[0], err)
	}
	b.must(collections.Groups.Items.Delete(ctx, made.ID, plans.GroupID, plans.Products[0].ID))
	b.must(collections.Groups.Items.Delete(ctx, made.ID, plans.GroupID, plans.Products[1].ID))
	b.refused(collections.Groups.Items.Delete(ctx, made.ID, other.GroupID, other.Products[0].ID), 422, "PRODUCT_COLLECTION_MUST_HAVE_PRODUCTS")
	b.must(b.addItem(made.ID, plans.GroupID, b.Product.ID))
	b.must(collections.Delete(ctx, made.ID))
	b.refused(collections.Delete(ctx, made.ID), 410, "PRODUCT_COLLECTION_IS_DELETED")
	if got := b.stored(b.Product.ID).Collection; got != "" {
		t.Errorf("an archived collection holds a product: %q", got)
	}
	b.must(b.client.Products.Archive(ctx, other.Products[0].ProductID))
	back, err := collections.Unarchive(ctx, made.ID)
	b.must(err)
	if diff := cmp.Diff([]string{other.Products[0].ProductID}, back.ExcludedProductIDs); diff != "" || back.CollectionID != made.ID {
		t.Errorf("back %+v %s", back, diff)
	}
	got, err = collections.Get(ctx, made.ID)
	if err != nil || names(got) != "Atlas Pro | |" {
		t.Errorf("it holds %s, %v", names(got), err)
	}
	page, err := collections.List(ctx, dodo.ProductCollectionListParams{BrandID: dodo.F("bus_1")})
	if err != nil || len(page.Items) != 1 || page.Items[0].ProductsCount != 1 {
		t.Errorf("listed %+v, %v", page.Items, err)
	}
}

func (b *bench) addItem(collection, group, product string) error {
	_, err := b.client.ProductCollections.Groups.Items.New(b.T.Context(), collection, group, dodo.ProductCollectionGroupItemNewParams{Products: members(product).Products})
	return err
}

// Two merchants' scripts put one product into two collections at once: it
// ends up in one.
func TestOfTwoCollectionsOneTakesAProduct(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	body := fmt.Sprintf(`{"name":"X","groups":[{"products":[{"product_id":%q}]}]}`, b.Product.ID)
	answers := make(chan int, 6)
	for range cap(answers) {
		go func() {
			status, _ := b.send("POST", "/product-collections", writer, body)
			answers <- status
		}()
	}
	took := 0
	for range cap(answers) {
		if status := <-answers; status == 200 {
			took++
		} else if status != 422 && status != 409 {
			t.Errorf("answered %d", status)
		}
	}
	if took != 1 || b.stored(b.Product.ID).Collection == "" {
		t.Errorf("%d collections took the product", took)
	}
}
