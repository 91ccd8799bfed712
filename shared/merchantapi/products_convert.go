package merchantapi

import (
	"perennial/shared/billing"
	"perennial/shared/calendar"
	"perennial/shared/httpapi"
)

// Entitled are what Dodo sells with a product and we do not have yet.
type Entitled struct {
	CreditEntitlements []any `json:"credit_entitlements,omitempty" doc:"Must be empty."`
	Entitlements       []any `json:"entitlements,omitempty" doc:"Must be empty."`
}

func (e Entitled) unsupported() error {
	var u unsupported
	u.without(len(e.CreditEntitlements) > 0, "credit_entitlements")
	u.without(len(e.Entitlements) > 0, "entitlements")
	return u.fault()
}

// DeliveryRequest is what a buyer of a digital product is given.
type DeliveryRequest struct {
	ExternalURL  string   `json:"external_url,omitempty" maxLength:"2000"`
	Instructions string   `json:"instructions,omitempty" maxLength:"5000"`
	Files        []string `json:"files,omitempty" doc:"Ids of files uploaded for this product."`
}

// DurationRequest is how long a licence key is valid.
type DurationRequest struct {
	Count    int    `json:"count" minimum:"1"`
	Interval string `json:"interval" enum:"Day,Week,Month,Year"`
}

// ProductRequest makes a product.
type ProductRequest struct {
	Name              string           `json:"name" minLength:"1" maxLength:"100"`
	Description       string           `json:"description,omitempty" maxLength:"1000"`
	TaxCategory       string           `json:"tax_category" enum:"digital_products,saas,e_book,edtech,live_tutoring"`
	Price             Price            `json:"price"`
	BrandID           string           `json:"brand_id,omitempty" doc:"The primary brand when absent."`
	Addons            []string         `json:"addons,omitempty"`
	PricingMode       string           `json:"pricing_mode,omitempty" enum:"by_currency,by_country" doc:"What localized prices go by."`
	LicenseKeyEnabled bool             `json:"license_key_enabled,omitempty"`
	LicenseLimit      *int64           `json:"license_key_activations_limit,omitempty"`
	LicenseMessage    string           `json:"license_key_activation_message,omitempty"`
	LicenseDuration   *DurationRequest `json:"license_key_duration,omitempty"`
	Delivery          *DeliveryRequest `json:"digital_product_delivery,omitempty"`
	Metadata          httpapi.Metadata `json:"metadata,omitzero"`
	CollectionMethod  string           `json:"collection_method,omitempty" enum:"automatic,manual" doc:"manual: nothing is stored or charged by itself; the customer pays an invoice for every period."`
	Entitled
}

// FromAPIProduct converts a new product.
func FromAPIProduct(r ProductRequest) billing.Product {
	p := billing.Product{
		Name: r.Name, Description: r.Description, TaxCategory: r.TaxCategory, Price: FromAPIPrice(r.Price),
		Meters: FromAPIMeters(r.Price), Brand: r.BrandID, Addons: r.Addons, Mode: billing.PricingMode(r.PricingMode),
		License:  billing.License{Enabled: r.LicenseKeyEnabled, Limit: r.LicenseLimit, Message: r.LicenseMessage},
		Metadata: r.Metadata.Values, Collect: billing.CollectionMethod(r.CollectionMethod),
	}
	if r.LicenseDuration != nil {
		p.License.Duration = duration(*r.LicenseDuration)
	}
	if r.Delivery != nil {
		p.Delivery = fromAPIDelivery(*r.Delivery)
	}
	return p
}

func duration(d DurationRequest) calendar.Interval {
	return calendar.Interval{Count: d.Count, Unit: calendar.Unit(d.Interval)}
}

func fromAPIDelivery(d DeliveryRequest) billing.Delivery {
	return billing.Delivery{URL: d.ExternalURL, Instructions: d.Instructions, Files: d.Files}
}

// ProductPatch changes what it names; null clears what may be empty.
type ProductPatch struct {
	Name              httpapi.Optional[string]           `json:"name,omitzero" minLength:"1" maxLength:"100"`
	Description       httpapi.Optional[string]           `json:"description,omitzero" maxLength:"1000"`
	TaxCategory       httpapi.Optional[string]           `json:"tax_category,omitzero" enum:"digital_products,saas,e_book,edtech,live_tutoring"`
	Price             httpapi.Optional[Price]            `json:"price,omitzero"`
	BrandID           httpapi.Optional[string]           `json:"brand_id,omitzero"`
	ImageID           httpapi.Optional[string]           `json:"image_id,omitzero" format:"uuid"`
	Addons            httpapi.Optional[[]string]         `json:"addons,omitzero"`
	PricingMode       httpapi.Optional[string]           `json:"pricing_mode,omitzero" enum:"by_currency,by_country" doc:"A change ends the localized prices of the other mode."`
	LicenseKeyEnabled httpapi.Optional[bool]             `json:"license_key_enabled,omitzero"`
	LicenseLimit      httpapi.Optional[int64]            `json:"license_key_activations_limit,omitzero"`
	LicenseMessage    httpapi.Optional[string]           `json:"license_key_activation_message,omitzero"`
	LicenseDuration   httpapi.Optional[DurationRequest]  `json:"license_key_duration,omitzero"`
	Delivery          httpapi.Optional[DeliveryRequest]  `json:"digital_product_delivery,omitzero"`
	Metadata          httpapi.Optional[httpapi.Metadata] `json:"metadata,omitzero"`
	CollectionMethod  httpapi.Optional[string]           `json:"collection_method,omitzero" enum:"automatic,manual" doc:"Of subscriptions sold from now on."`
	Entitled
}

// FromAPIProductPatch is the change that a patch wants.
func FromAPIProductPatch(r ProductPatch) func(billing.Product) billing.Product {
	return func(p billing.Product) billing.Product {
		p.Name, p.TaxCategory = kept(r.Name, p.Name), kept(r.TaxCategory, p.TaxCategory)
		p.Description, p.Metadata = r.Description.Else(p.Description), meta(r.Metadata, p.Metadata)
		p.Brand, p.Image, p.Addons = kept(r.BrandID, p.Brand), r.ImageID.Else(p.Image), r.Addons.Else(p.Addons)
		if r.Price.Set && !r.Price.Null {
			p.Price, p.Meters = FromAPIPrice(r.Price.Value), FromAPIMeters(r.Price.Value)
		}
		if r.Delivery.Set {
			p.Delivery = fromAPIDelivery(r.Delivery.Value)
		}
		p.License, p.Collect = patchLicense(r, p.License), billing.CollectionMethod(r.CollectionMethod.Else(string(p.Collect)))
		return p.InMode(billing.PricingMode(r.PricingMode.Else(string(p.Mode))))
	}
}

func patchLicense(r ProductPatch, l billing.License) billing.License {
	l.Enabled, l.Message = kept(r.LicenseKeyEnabled, l.Enabled), r.LicenseMessage.Else(l.Message)
	if r.LicenseLimit.Set {
		l.Limit = nil
		if !r.LicenseLimit.Null {
			l.Limit = &r.LicenseLimit.Value
		}
	}
	if r.LicenseDuration.Set {
		l.Duration = duration(r.LicenseDuration.Value)
	}
	return l
}
