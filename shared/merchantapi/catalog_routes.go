package merchantapi

import (
	"net/http"

	"perennial/shared/httpapi"
)

func (s *server) routeProducts(api *httpapi.API) {
	httpapi.Route(api, "POST /products", "Create a product", s.createProduct)
	httpapi.Route(api, "GET /products", "List products", s.listProducts)
	httpapi.Route(api, "GET /products/{product_id}", "Get a product", s.getProduct)
	httpapi.Do(api, "PATCH /products/{product_id}", "Update a product", s.updateProduct,
		httpapi.Describe("A new price is for new subscriptions; running ones keep what they were bought at."))
	httpapi.Do(api, "DELETE /products/{product_id}", "Archive a product", s.archiveProduct)
	httpapi.Do(api, "POST /products/{product_id}/unarchive", "Unarchive a product", s.unarchiveProduct)
	httpapi.Route(api, "PUT /products/{product_id}/images", "Upload a product image", s.uploadProductImage, httpapi.Describe(aboutImages))
	httpapi.Route(api, "PUT /products/{product_id}/files", "Upload a product file", s.uploadFile,
		httpapi.Describe("Answers with an address that takes the file by PUT within a minute. It is delivered once `digital_product_delivery.files` names it."))
	httpapi.Route(api, "POST /products/{product_id}/short_links", "Create a short link", s.createShortLink,
		httpapi.Describe("It leads to `/buy/{product_id}`, which takes the parameters of Dodo's static payment links."))
	httpapi.Route(api, "GET /products/short_links", "List short links", s.listShortLinks)
	httpapi.Route(api, "POST /products/{product_id}/localized-prices", "Create a localized price", s.addLocalPrice)
	httpapi.Route(api, "GET /products/{product_id}/localized-prices", "List localized prices", s.listLocalPrices)
	httpapi.Route(api, "GET /products/{product_id}/localized-prices/{id}", "Get a localized price", s.getLocalPrice)
	httpapi.Route(api, "PATCH /products/{product_id}/localized-prices/{id}", "Update a localized price", s.updateLocalPrice)
	httpapi.Do(api, "DELETE /products/{product_id}/localized-prices/{id}", "Delete a localized price", s.dropLocalPrice)
}

// routeCatalog adds what products are sold with.
func (s *server) routeCatalog(api *httpapi.API) {
	httpapi.Route(api, "POST /addons", "Create an addon", s.createAddon)
	httpapi.Route(api, "GET /addons", "List addons", s.listAddons)
	httpapi.Route(api, "GET /addons/{id}", "Get an addon", s.getAddon)
	httpapi.Route(api, "PATCH /addons/{id}", "Update an addon", s.updateAddon)
	httpapi.Route(api, "PUT /addons/{id}/images", "Upload an addon image", s.uploadAddonImage, httpapi.Describe(aboutImages))
	httpapi.Route(api, "POST /brands", "Create a brand", s.createBrand)
	httpapi.Route(api, "GET /brands", "List brands", s.listBrands)
	httpapi.Route(api, "GET /brands/{id}", "Get a brand", s.getBrand)
	httpapi.Route(api, "PATCH /brands/{id}", "Update a brand", s.updateBrand,
		httpapi.Describe("The primary brand, whose id is the business's, is the business itself and is refused."))
	httpapi.Route(api, "PUT /brands/{id}/images", "Upload a brand image", s.uploadBrandImage,
		httpapi.Describe("Answers with an address that takes the image by PUT within a minute; the brand shows it once its `image_id` is updated."))
	httpapi.Route(api, "POST /brands/{id}/archive", "Archive a brand", s.archiveBrand)
	s.routeCollections(api)
	api.Handle("GET /assets/images/{business}/{mode}/{owner}/{image}", s.showImage, httpapi.Public())
	s.routeDiscounts(api)
}

func (s *server) routeCollections(api *httpapi.API) {
	httpapi.Route(api, "POST /product-collections", "Create a product collection", s.createCollection)
	httpapi.Route(api, "GET /product-collections", "List product collections", s.listCollections)
	httpapi.Route(api, "GET /product-collections/{id}", "Get a product collection", s.getCollection)
	httpapi.Do(api, "PATCH /product-collections/{id}", "Update a product collection", s.updateCollection)
	httpapi.Do(api, "DELETE /product-collections/{id}", "Archive a product collection", s.archiveCollection,
		httpapi.Describe("Its products may join other collections."))
	httpapi.Route(api, "POST /product-collections/{id}/unarchive", "Unarchive a product collection", s.unarchiveCollection)
	httpapi.Route(api, "PUT /product-collections/{id}/images", "Upload a collection image", s.uploadCollectionImage, httpapi.Describe(aboutImages))
	httpapi.Route(api, "POST /product-collections/{id}/groups", "Create a group", s.addGroup)
	httpapi.Do(api, "PATCH /product-collections/{id}/groups/{group_id}", "Update a group", s.updateGroup)
	httpapi.Do(api, "DELETE /product-collections/{id}/groups/{group_id}", "Delete a group", s.dropGroup)
	httpapi.Route(api, "POST /product-collections/{id}/groups/{group_id}/items", "Add products to a group", s.addItems)
	httpapi.Do(api, "PATCH /product-collections/{id}/groups/{group_id}/items/{item_id}", "Update a product of a group", s.updateItem)
	httpapi.Do(api, "DELETE /product-collections/{id}/groups/{group_id}/items/{item_id}", "Remove a product from a group", s.dropItem)
}

func (s *server) routeDiscounts(api *httpapi.API) {
	httpapi.Route(api, "POST /discounts", "Create a discount", s.createDiscount)
	httpapi.Route(api, "GET /discounts", "List discounts", s.listDiscounts)
	httpapi.Route(api, "GET /discounts/{discount_id}", "Get a discount", s.getDiscount)
	httpapi.Route(api, "GET /discounts/code/{code}", "Get a discount by code", s.getDiscountByCode)
	httpapi.Route(api, "PATCH /discounts/{discount_id}", "Update a discount", s.updateDiscount,
		httpapi.Describe("What was redeemed before keeps its terms."))
	httpapi.Do(api, "DELETE /discounts/{discount_id}", "Delete a discount", s.deleteDiscount, httpapi.Status(http.StatusNoContent))
	httpapi.Route(api, "POST /discounts/{discount_id}/customers", "Reserve a discount for customers", s.reserveDiscount,
		httpapi.Describe("For `customer_eligibility` specific. `GET` lists them."))
	httpapi.Do(api, "DELETE /discounts/{discount_id}/customers/{customer_id}", "Take a customer off a discount", s.unreserveDiscount)
	api.Handle("GET /discounts/{discount_id}/{part}", s.listReserved)
}
