package merchantapi

import (
	"perennial/shared/billing"
	"perennial/shared/httpapi"
)

// GroupProduct puts a product into a group.
type GroupProduct struct {
	ProductID string `json:"product_id" minLength:"1"`
	Status    *bool  `json:"status,omitempty" doc:"Whether the product is shown; default true."`
}

// GroupRequest makes a group.
type GroupRequest struct {
	GroupName string         `json:"group_name,omitempty" maxLength:"100" doc:"Unique in the collection, or absent."`
	Status    *bool          `json:"status,omitempty" doc:"Whether the group is shown; default true."`
	Products  []GroupProduct `json:"products"`
}

// CollectionRequest makes a collection. What is absent of the plan changes is
// the business's setting.
type CollectionRequest struct {
	Name                 string         `json:"name" minLength:"1" maxLength:"100"`
	Description          string         `json:"description,omitempty" maxLength:"1000"`
	BrandID              string         `json:"brand_id,omitempty"`
	Groups               []GroupRequest `json:"groups"`
	EffectiveOnUpgrade   string         `json:"effective_at_on_upgrade,omitempty" enum:"immediately,next_billing_date"`
	EffectiveOnDowngrade string         `json:"effective_at_on_downgrade,omitempty" enum:"immediately,next_billing_date"`
	ProrationOnUpgrade   string         `json:"proration_billing_mode_on_upgrade,omitempty" enum:"prorated_immediately,full_immediately,difference_immediately,do_not_bill"`
	ProrationOnDowngrade string         `json:"proration_billing_mode_on_downgrade,omitempty" enum:"prorated_immediately,full_immediately,difference_immediately,do_not_bill"`
	OnPaymentFailure     string         `json:"on_payment_failure,omitempty" enum:"prevent_change,apply_change"`
}

// FromAPICollection converts a new collection.
func FromAPICollection(r CollectionRequest) billing.Collection {
	c := billing.Collection{
		Name: r.Name, Description: r.Description, Brand: r.BrandID, OnPaymentFailure: r.OnPaymentFailure,
		OnUpgrade:   billing.ChangeTerms{EffectiveAt: r.EffectiveOnUpgrade, Proration: r.ProrationOnUpgrade},
		OnDowngrade: billing.ChangeTerms{EffectiveAt: r.EffectiveOnDowngrade, Proration: r.ProrationOnDowngrade},
	}
	for _, g := range r.Groups {
		c.Groups = append(c.Groups, FromAPIGroup(g))
	}
	return c
}

// FromAPIGroup converts a new group.
func FromAPIGroup(r GroupRequest) billing.Group {
	return billing.Group{Name: r.GroupName, Hidden: off(r.Status), Members: fromAPIItems(r.Products)}
}

func fromAPIItems(products []GroupProduct) []billing.Member {
	items := make([]billing.Member, len(products))
	for i, p := range products {
		items[i] = billing.Member{Product: p.ProductID, Hidden: off(p.Status)}
	}
	return items
}

// off reports a status that was given as false.
func off(status *bool) bool { return status != nil && !*status }

// CollectionPatch changes what it names; null clears, and of the plan changes
// goes back to the business's setting.
type CollectionPatch struct {
	Name                 httpapi.Optional[string]   `json:"name,omitzero" minLength:"1" maxLength:"100"`
	Description          httpapi.Optional[string]   `json:"description,omitzero" maxLength:"1000"`
	BrandID              httpapi.Optional[string]   `json:"brand_id,omitzero"`
	ImageID              httpapi.Optional[string]   `json:"image_id,omitzero" format:"uuid"`
	GroupOrder           httpapi.Optional[[]string] `json:"group_order,omitzero" doc:"Every group's id, in the order wanted."`
	EffectiveOnUpgrade   httpapi.Optional[string]   `json:"effective_at_on_upgrade,omitzero" enum:"immediately,next_billing_date"`
	EffectiveOnDowngrade httpapi.Optional[string]   `json:"effective_at_on_downgrade,omitzero" enum:"immediately,next_billing_date"`
	ProrationOnUpgrade   httpapi.Optional[string]   `json:"proration_billing_mode_on_upgrade,omitzero" enum:"prorated_immediately,full_immediately,difference_immediately,do_not_bill"`
	ProrationOnDowngrade httpapi.Optional[string]   `json:"proration_billing_mode_on_downgrade,omitzero" enum:"prorated_immediately,full_immediately,difference_immediately,do_not_bill"`
	OnPaymentFailure     httpapi.Optional[string]   `json:"on_payment_failure,omitzero" enum:"prevent_change,apply_change"`
}

// FromAPICollectionPatch is the change that a patch wants.
func FromAPICollectionPatch(r CollectionPatch) func(billing.Collection) (billing.Collection, error) {
	return func(c billing.Collection) (billing.Collection, error) {
		c.Name, c.Brand = kept(r.Name, c.Name), kept(r.BrandID, c.Brand)
		c.Description, c.Image = r.Description.Else(c.Description), r.ImageID.Else(c.Image)
		c.OnUpgrade.EffectiveAt = r.EffectiveOnUpgrade.Else(c.OnUpgrade.EffectiveAt)
		c.OnDowngrade.EffectiveAt = r.EffectiveOnDowngrade.Else(c.OnDowngrade.EffectiveAt)
		c.OnUpgrade.Proration = r.ProrationOnUpgrade.Else(c.OnUpgrade.Proration)
		c.OnDowngrade.Proration = r.ProrationOnDowngrade.Else(c.OnDowngrade.Proration)
		c.OnPaymentFailure = r.OnPaymentFailure.Else(c.OnPaymentFailure)
		if r.GroupOrder.Set && !r.GroupOrder.Null {
			return c.Order(r.GroupOrder.Value)
		}
		return c, nil
	}
}

// GroupPatch changes what it names; null clears the name.
type GroupPatch struct {
	GroupName    httpapi.Optional[string]   `json:"group_name,omitzero" maxLength:"100"`
	Status       httpapi.Optional[bool]     `json:"status,omitzero"`
	ProductOrder httpapi.Optional[[]string] `json:"product_order,omitzero" doc:"Every item's id, in the order wanted."`
}

// FromAPIGroupPatch is the change that a patch wants.
func FromAPIGroupPatch(r GroupPatch) func(billing.Group) (billing.Group, error) {
	return func(g billing.Group) (billing.Group, error) {
		g.Name, g.Hidden = r.GroupName.Else(g.Name), !kept(r.Status, !g.Hidden)
		if r.ProductOrder.Set && !r.ProductOrder.Null {
			return g.Order(r.ProductOrder.Value)
		}
		return g, nil
	}
}
