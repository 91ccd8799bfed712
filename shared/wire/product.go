package wire

import (
	"perennial/shared/billing"
	"perennial/shared/merchant"
)

// ProductBase are the fields that a product has alone and in a list.
type ProductBase struct {
	ProductID    string         `json:"product_id"`
	BusinessID   string         `json:"business_id"`
	Name         *string        `json:"name"`
	Description  *string        `json:"description"`
	Image        *string        `json:"image"`
	IsRecurring  bool           `json:"is_recurring"`
	TaxCategory  string         `json:"tax_category"`
	Metadata     map[string]any `json:"metadata"`
	Entitlements []any          `json:"entitlements"`
	PricingMode  *string        `json:"pricing_mode"`
	Collection   string         `json:"collection_method" doc:"How renewals of its subscriptions are paid: automatic or manual."`
	CreatedAt    string         `json:"created_at"`
	UpdatedAt    string         `json:"updated_at"`
}

// Product is the object of GET /products/{id}.
type Product struct {
	ProductBase
	BrandID                     string           `json:"brand_id"`
	Price                       any              `json:"price" doc:"A one_time_price, recurring_price or usage_based_price."`
	Addons                      []string         `json:"addons"`
	CreditEntitlements          []any            `json:"credit_entitlements"`
	LicenseKeyEnabled           bool             `json:"license_key_enabled"`
	LicenseKeyActivationsLimit  *int64           `json:"license_key_activations_limit"`
	LicenseKeyActivationMessage *string          `json:"license_key_activation_message"`
	LicenseKeyDuration          *Duration        `json:"license_key_duration"`
	DigitalProductDelivery      *DigitalDelivery `json:"digital_product_delivery"`
	ProductCollectionID         *string          `json:"product_collection_id"`
}

// Duration is a number of days, weeks, months or years.
type Duration struct {
	Count    int    `json:"count"`
	Interval string `json:"interval"`
}

// DigitalDelivery is what a buyer of a digital product is given.
type DigitalDelivery struct {
	ExternalURL  *string         `json:"external_url"`
	Instructions *string         `json:"instructions"`
	Files        []DeliveredFile `json:"files"`
}

// DeliveredFile is one file of a delivery; its address is valid for ExpiresIn
// seconds.
type DeliveredFile struct {
	FileID      string  `json:"file_id"`
	Filename    string  `json:"filename"`
	DownloadURL string  `json:"download_url"`
	ExpiresIn   int64   `json:"expires_in"`
	ContentType *string `json:"content_type"`
	FileSize    *int64  `json:"file_size"`
}

// ProductItem is one item of GET /products, where price is a plain number.
type ProductItem struct {
	ProductBase
	Currency     *string `json:"currency"`
	Price        *int64  `json:"price"`
	PriceDetail  any     `json:"price_detail" doc:"A one_time_price, recurring_price or usage_based_price."`
	TaxInclusive *bool   `json:"tax_inclusive"`
}

// Uploads are the addresses of what was uploaded for a product.
type Uploads struct {
	Image     string
	Downloads map[string]string // by file id
	ExpiresIn int64             // seconds that the downloads are valid
}

// BrandID is the id of a brand that something belongs to: the primary brand's
// equals the business's (rules 24).
func BrandID(scope merchant.Scope, brand string) string {
	if brand == "" {
		return scope.Business
	}
	return brand
}

// ToProduct converts a product of a scope.
func ToProduct(scope merchant.Scope, p billing.Product, up Uploads) Product {
	out := Product{
		ProductBase: productBase(scope, p, up.Image), BrandID: BrandID(scope, p.Brand), Price: ToPrice(p),
		Addons: append([]string{}, p.Addons...), CreditEntitlements: []any{},
		LicenseKeyEnabled: p.License.Enabled, LicenseKeyActivationsLimit: p.License.Limit,
		LicenseKeyActivationMessage: text(p.License.Message),
		DigitalProductDelivery:      toDelivery(p, up), ProductCollectionID: text(p.Collection),
	}
	if d := p.License.Duration; d.Count > 0 {
		out.LicenseKeyDuration = &Duration{d.Count, string(d.Unit)}
	}
	return out
}

func toDelivery(p billing.Product, up Uploads) *DigitalDelivery {
	if !p.Delivery.Set() {
		return nil
	}
	d := &DigitalDelivery{ExternalURL: text(p.Delivery.URL), Instructions: text(p.Delivery.Instructions), Files: []DeliveredFile{}}
	for _, id := range p.Delivery.Files {
		d.Files = append(d.Files, DeliveredFile{
			FileID: id, Filename: p.FileName(id), DownloadURL: up.Downloads[id], ExpiresIn: up.ExpiresIn,
		})
	}
	return d
}

// ToProductItem converts a product for a list.
func ToProductItem(scope merchant.Scope, p billing.Product, image string) ProductItem {
	return ProductItem{
		ProductBase: productBase(scope, p, image), Currency: text(p.Price.Amount.Currency), Price: &p.Price.Amount.Minor,
		PriceDetail: ToPrice(p), TaxInclusive: &p.Price.TaxInclusive,
	}
}

func productBase(scope merchant.Scope, p billing.Product, image string) ProductBase {
	updated, collect := p.UpdatedAt, p.Collect
	if collect == "" {
		collect = billing.CollectAutomatic
	}
	if updated.IsZero() {
		updated = p.CreatedAt
	}
	return ProductBase{
		ProductID: p.ID, BusinessID: scope.Business, Name: text(p.Name), Description: text(p.Description), Image: text(image),
		IsRecurring: p.Price.Recurs(), TaxCategory: p.TaxCategory, Metadata: metadata(p.Metadata), Entitlements: []any{},
		PricingMode: text(p.Mode), Collection: string(collect), CreatedAt: p.CreatedAt.String(), UpdatedAt: updated.String(),
	}
}

// LocalPrice is Dodo's LocalizedPrice.
type LocalPrice struct {
	ID          string  `json:"id"`
	ProductID   string  `json:"product_id"`
	Amount      int64   `json:"amount"`
	Currency    string  `json:"currency"`
	CountryCode *string `json:"country_code"`
	Mode        string  `json:"mode"`
	CreatedAt   string  `json:"created_at"`
	UpdatedAt   string  `json:"updated_at"`
}

// ToLocalPrice converts a localized price of a product.
func ToLocalPrice(product string, l billing.LocalPrice) LocalPrice {
	mode := billing.ByCurrency
	if l.Country != "" {
		mode = billing.ByCountry
	}
	return LocalPrice{
		ID: l.ID, ProductID: product, Amount: l.Amount.Minor, Currency: string(l.Amount.Currency),
		CountryCode: text(l.Country), Mode: string(mode), CreatedAt: l.CreatedAt.String(), UpdatedAt: l.UpdatedAt.String(),
	}
}
