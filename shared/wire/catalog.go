package wire

import (
	"perennial/shared/billing"
	"perennial/shared/merchant"
)

// Addon is Dodo's addon.
type Addon struct {
	ID          string  `json:"id"`
	BusinessID  string  `json:"business_id"`
	Name        string  `json:"name"`
	Description *string `json:"description"`
	Image       *string `json:"image"`
	Price       int64   `json:"price"` // minor units
	Currency    string  `json:"currency"`
	TaxCategory string  `json:"tax_category"`
	CreatedAt   string  `json:"created_at"`
	UpdatedAt   string  `json:"updated_at"`
}

// ToAddon converts an addon of a scope.
func ToAddon(scope merchant.Scope, a billing.Addon, image string) Addon {
	return Addon{
		ID: a.ID, BusinessID: scope.Business, Name: a.Name, Description: text(a.Description), Image: text(image),
		Price: a.Price.Minor, Currency: string(a.Price.Currency), TaxCategory: a.TaxCategory,
		CreatedAt: a.CreatedAt.String(), UpdatedAt: a.UpdatedAt.String(),
	}
}

// Brand is Dodo's brand. Nobody verifies brands here, so each is enabled and
// verified until it is archived.
type Brand struct {
	BrandID             string  `json:"brand_id"`
	BusinessID          string  `json:"business_id"`
	Name                *string `json:"name"`
	Description         *string `json:"description"`
	Image               *string `json:"image"`
	URL                 *string `json:"url"`
	SupportEmail        *string `json:"support_email"`
	StatementDescriptor string  `json:"statement_descriptor"`
	Enabled             bool    `json:"enabled"`
	VerificationEnabled bool    `json:"verification_enabled"`
	VerificationStatus  string  `json:"verification_status"`
	ReasonForHold       *string `json:"reason_for_hold"`
	ArchivedAt          *string `json:"archived_at"`
}

// ToBrand converts a brand of a scope.
func ToBrand(scope merchant.Scope, b merchant.Brand, image string) Brand {
	return Brand{
		BrandID: b.ID, BusinessID: scope.Business, Name: text(b.Name), Description: text(b.Description), Image: text(image),
		URL: text(b.URL), SupportEmail: text(b.SupportEmail), StatementDescriptor: b.Statement,
		Enabled: b.ArchivedAt.IsZero(), VerificationStatus: "Success", ArchivedAt: instant(b.ArchivedAt),
	}
}

// CollectionItem is one item of GET /product-collections.
type CollectionItem struct {
	ID            string  `json:"id"`
	Name          string  `json:"name"`
	Description   *string `json:"description"`
	Image         *string `json:"image"`
	ProductsCount int     `json:"products_count"`
	CreatedAt     string  `json:"created_at"`
	UpdatedAt     string  `json:"updated_at"`
}

// Collection is Dodo's product collection.
type Collection struct {
	ID                   string  `json:"id"`
	BrandID              string  `json:"brand_id"`
	Name                 string  `json:"name"`
	Description          *string `json:"description"`
	Image                *string `json:"image"`
	Groups               []Group `json:"groups"`
	EffectiveOnUpgrade   *string `json:"effective_at_on_upgrade"`
	EffectiveOnDowngrade *string `json:"effective_at_on_downgrade"`
	ProrationOnUpgrade   *string `json:"proration_billing_mode_on_upgrade"`
	ProrationOnDowngrade *string `json:"proration_billing_mode_on_downgrade"`
	OnPaymentFailure     *string `json:"on_payment_failure"`
	CreatedAt            string  `json:"created_at"`
	UpdatedAt            string  `json:"updated_at"`
}

// Group is one group of a collection.
type Group struct {
	GroupID   string      `json:"group_id"`
	GroupName *string     `json:"group_name"`
	Status    bool        `json:"status"`
	Products  []GroupItem `json:"products"`
}

// GroupItem is a product in a group.
type GroupItem struct {
	ID                    string  `json:"id"`
	ProductID             string  `json:"product_id"`
	Name                  *string `json:"name"`
	Description           *string `json:"description"`
	Status                bool    `json:"status"`
	IsRecurring           bool    `json:"is_recurring"`
	Price                 *int64  `json:"price"`
	PriceDetail           any     `json:"price_detail" doc:"A one_time_price, recurring_price or usage_based_price."`
	Currency              *string `json:"currency"`
	TaxCategory           *string `json:"tax_category"`
	TaxInclusive          *bool   `json:"tax_inclusive"`
	AddonsCount           int     `json:"addons_count"`
	FilesCount            int     `json:"files_count"`
	MetersCount           int     `json:"meters_count"`
	LicenseKeyEnabled     bool    `json:"license_key_enabled"`
	HasCreditEntitlements bool    `json:"has_credit_entitlements"`
}

// ToCollectionItem converts a collection for a list.
func ToCollectionItem(c billing.Collection, image string) CollectionItem {
	return CollectionItem{
		ID: c.ID, Name: c.Name, Description: text(c.Description), Image: text(image), ProductsCount: len(c.Products()),
		CreatedAt: c.CreatedAt.String(), UpdatedAt: c.UpdatedAt.String(),
	}
}

// ToCollection converts a collection of a scope with its products by id.
func ToCollection(scope merchant.Scope, c billing.Collection, products map[string]billing.Product, image string) Collection {
	out := Collection{
		ID: c.ID, BrandID: BrandID(scope, c.Brand), Name: c.Name, Description: text(c.Description), Image: text(image), Groups: []Group{},
		EffectiveOnUpgrade: text(c.OnUpgrade.EffectiveAt), EffectiveOnDowngrade: text(c.OnDowngrade.EffectiveAt),
		ProrationOnUpgrade: text(c.OnUpgrade.Proration), ProrationOnDowngrade: text(c.OnDowngrade.Proration),
		OnPaymentFailure: text(c.OnPaymentFailure), CreatedAt: c.CreatedAt.String(), UpdatedAt: c.UpdatedAt.String(),
	}
	for _, g := range c.Groups {
		out.Groups = append(out.Groups, ToGroup(g, products))
	}
	return out
}

// ToGroup converts a group.
func ToGroup(g billing.Group, products map[string]billing.Product) Group {
	return Group{GroupID: g.ID, GroupName: text(g.Name), Status: !g.Hidden, Products: ToGroupItems(g.Members, products)}
}

// ToGroupItems converts the items of a group.
func ToGroupItems(items []billing.Member, products map[string]billing.Product) []GroupItem {
	out := make([]GroupItem, len(items))
	for i, item := range items {
		out[i] = GroupItem{ID: item.ID, ProductID: item.Product, Status: !item.Hidden}
		if p, ok := products[item.Product]; ok {
			out[i].describe(p)
		}
	}
	return out
}

func (i *GroupItem) describe(p billing.Product) {
	i.Name, i.Description, i.TaxCategory = text(p.Name), text(p.Description), text(p.TaxCategory)
	i.IsRecurring, i.Price, i.PriceDetail = p.Price.Recurs(), &p.Price.Amount.Minor, ToPrice(p)
	i.Currency, i.TaxInclusive = text(p.Price.Amount.Currency), &p.Price.TaxInclusive
	i.AddonsCount, i.FilesCount, i.MetersCount = len(p.Addons), len(p.Delivery.Files), len(p.Meters)
	i.LicenseKeyEnabled = p.License.Enabled
}
