package merchantapi

import (
	"reflect"

	"perennial/shared/billing"
	"perennial/shared/calendar"
	"perennial/shared/fault"
	"perennial/shared/httpapi"
	"perennial/shared/lifecycle"
	"perennial/shared/subscriptions"
)

// SubscriptionPatch changes what it names.
type SubscriptionPatch struct {
	Billing      httpapi.Optional[AddressRequest]   `json:"billing,omitzero"`
	Metadata     httpapi.Optional[httpapi.Metadata] `json:"metadata,omitzero"`
	TaxID        httpapi.Optional[string]           `json:"tax_id,omitzero" maxLength:"50" doc:"Null clears it and the business name."`
	BusinessName httpapi.Optional[string]           `json:"customer_business_name,omitzero" doc:"At most 250 characters; needs a tax_id."`
	CustomerName string                             `json:"customer_name,omitempty" maxLength:"200"`
	NextBilling  httpapi.Time                       `json:"next_billing_date,omitzero" doc:"Later than now."`
	Term         int                                `json:"subscription_period_count,omitempty" minimum:"1"`
	TermUnit     string                             `json:"subscription_period_interval,omitempty" enum:"Day,Week,Month,Year"`

	Status       string                 `json:"status,omitempty" enum:"pending,active,past_due,on_hold,paused,cancelled,failed,expired"`
	CancelAtNext httpapi.Optional[bool] `json:"cancel_at_next_billing_date,omitzero"`
	Reason       string                 `json:"cancel_reason,omitempty" enum:"cancelled_by_customer,cancelled_by_merchant,cancelled_by_merchant_send_dunning,cancelled_by_merchant_grace_period_expired,dodo_team"`
	Feedback     string                 `json:"cancellation_feedback,omitempty" enum:"too_expensive,missing_features,switched_service,unused,customer_service,low_quality,too_complex,other"`
	Comment      string                 `json:"cancellation_comment,omitempty" maxLength:"1000"`

	Collection string `json:"collection_method,omitempty" enum:"automatic,manual" doc:"From the next renewal on. automatic needs a payment method; manual forgets it."`

	Pause           any                        `json:"pause,omitempty" doc:"Removed by Dodo; refused."`
	DisableOnDemand httpapi.Optional[Schedule] `json:"disable_on_demand,omitzero" doc:"From its date on the subscription is billed by its own dates."`
	CreditCart      []any                      `json:"credit_entitlement_cart,omitempty"`
}

func (p SubscriptionPatch) check() error {
	var check fault.Check
	check.That(p.Pause == nil, "pause", "was removed; send a status instead")
	switch p.Status {
	case "", "cancelled":
	case "active", "paused":
		check.That(p.alone(), "status", "must be the only field when it pauses or resumes")
	default:
		check.That(false, "status", "may be set to cancelled, paused or active")
	}
	revokes := p.CancelAtNext.Set && !p.CancelAtNext.Null && !p.CancelAtNext.Value
	check.That(p.Status != "cancelled" || !revokes, "cancel_at_next_billing_date", "contradicts the status")
	ends := p.mode() == lifecycle.CancelNow || p.mode() == lifecycle.CancelAtEnd
	check.That(ends || p.Reason == "", "cancel_reason", "is only accepted with a cancellation")
	check.That(ends || p.Feedback == "", "cancellation_feedback", "is only accepted with a cancellation")
	check.That(ends || p.Comment == "", "cancellation_comment", "is only accepted with a cancellation")
	if p.Billing.Set && !p.Billing.Null {
		p.Billing.Value.check(&check, "billing")
	}
	if d := p.DisableOnDemand; d.Set && !d.Null {
		check.That(!d.Value.NextBilling.IsZero(), "disable_on_demand.next_billing_date", "must be given")
		check.That(p.NextBilling.IsZero(), "next_billing_date", "is said by disable_on_demand")
	}
	return invalid(&check)
}

// Schedule is when an on-demand subscription begins to be billed by its dates.
type Schedule struct {
	NextBilling httpapi.Time `json:"next_billing_date" doc:"Later than now."`
}

// alone reports that nothing but the status was sent.
func (p SubscriptionPatch) alone() bool {
	p.Status = ""
	return reflect.ValueOf(p).IsZero()
}

func (p SubscriptionPatch) unsupported() error {
	var u unsupported
	u.without(len(p.CreditCart) > 0, "credit_entitlement_cart")
	return u.fault()
}

// mode is the cancellation that the patch asks for, if any.
func (p SubscriptionPatch) mode() lifecycle.CancelMode {
	switch {
	case p.Status == "cancelled":
		return lifecycle.CancelNow
	case !p.CancelAtNext.Set || p.CancelAtNext.Null:
		return ""
	case p.CancelAtNext.Value:
		return lifecycle.CancelAtEnd
	}
	return lifecycle.CancelRevoke
}

// FromAPISubscriptionPatch converts a patch.
func FromAPISubscriptionPatch(p SubscriptionPatch) subscriptions.Change {
	c := subscriptions.Change{
		CustomerName: p.CustomerName, Cancel: p.mode(), Pause: p.Status == "paused", Resume: p.Status == "active",
		Particulars: billing.Cancellation{Reason: p.Reason, Feedback: p.Feedback, Comment: p.Comment},
	}
	if c.Particulars.Reason == "" && (c.Cancel == lifecycle.CancelNow || c.Cancel == lifecycle.CancelAtEnd) {
		c.Particulars.Reason = "cancelled_by_merchant"
	}
	c.Edit.Metadata = meta(p.Metadata, nil)
	c.Edit.Collect = billing.CollectionMethod(p.Collection)
	c.Edit.Term = calendar.Interval{Count: p.Term, Unit: calendar.Unit(p.TermUnit)}
	if d := p.DisableOnDemand; d.Set && !d.Null {
		c.Edit.Schedule = calendar.At(d.Value.NextBilling.Time())
	}
	if !p.NextBilling.IsZero() {
		c.Edit.NextBilling = calendar.At(p.NextBilling.Time())
	}
	if p.Billing.Set && !p.Billing.Null {
		address := FromAPIAddress(p.Billing.Value)
		c.Edit.Billing = &address
	}
	if p.TaxID.Set {
		c.Edit.TaxID = &p.TaxID.Value
	}
	if p.BusinessName.Set {
		c.Edit.BusinessName = &p.BusinessName.Value
	}
	return c
}
