package wire

import (
	"perennial/shared/billing"
	"perennial/shared/calendar"
	"perennial/shared/merchant"
)

// SubscriptionBase are the fields that a subscription has alone and in a list.
type SubscriptionBase struct {
	SubscriptionID             string           `json:"subscription_id"`
	Status                     string           `json:"status"`
	ProductID                  string           `json:"product_id"`
	Quantity                   int64            `json:"quantity"`
	Currency                   string           `json:"currency"`
	RecurringPreTaxAmount      int64            `json:"recurring_pre_tax_amount"` // minor units, all units together
	TaxInclusive               bool             `json:"tax_inclusive"`
	Customer                   CustomerLimited  `json:"customer"`
	Billing                    Address          `json:"billing"`
	Metadata                   map[string]any   `json:"metadata"`
	OnDemand                   bool             `json:"on_demand"`
	CollectionMethod           string           `json:"collection_method" doc:"automatic, or manual: the customer pays an invoice for every period."`
	CancelAtNextBillingDate    bool             `json:"cancel_at_next_billing_date"`
	PaymentFrequencyCount      int              `json:"payment_frequency_count"`
	PaymentFrequencyInterval   string           `json:"payment_frequency_interval"`
	SubscriptionPeriodCount    int              `json:"subscription_period_count"`
	SubscriptionPeriodInterval string           `json:"subscription_period_interval"`
	TrialPeriodDays            int              `json:"trial_period_days"`
	TrialAmount                *int64           `json:"trial_amount"`
	CreatedAt                  string           `json:"created_at"`
	PreviousBillingDate        string           `json:"previous_billing_date"`
	NextBillingDate            string           `json:"next_billing_date"`
	CancelledAt                *string          `json:"cancelled_at"`
	PausedAt                   *string          `json:"paused_at"`
	PaymentMethodID            *string          `json:"payment_method_id"`
	HasPaymentMethod           bool             `json:"has_payment_method"`
	ScheduledChange            *ScheduledChange `json:"scheduled_change"`
	TaxID                      *string          `json:"tax_id"`
	CustomerBusinessName       *string          `json:"customer_business_name"`
	CarriedAmount              int64            `json:"carried_amount" doc:"What was too little to be charged, in minor units: the next invoice bills it."`
	CreditAmount               int64            `json:"credit_amount" doc:"Credit that its next invoices use, in minor units; of an ended subscription, what you owe its customer."`
	DiscountID                 *string          `json:"discount_id"`
	DiscountCyclesRemaining    *int             `json:"discount_cycles_remaining"`
}

// Subscription is the object of GET /subscriptions/{id}.
type Subscription struct {
	SubscriptionBase
	Discounts                  []DiscountDetail `json:"discounts" nullable:"true"`
	BrandID                    string           `json:"brand_id"`
	Addons                     []AddonCart      `json:"addons"`
	Meters                     []any            `json:"meters"`
	CreditEntitlementCart      []any            `json:"credit_entitlement_cart"`
	MeterCreditEntitlementCart []any            `json:"meter_credit_entitlement_cart"`
	ExpiresAt                  *string          `json:"expires_at"`
	CancellationFeedback       *string          `json:"cancellation_feedback"`
	CancellationComment        *string          `json:"cancellation_comment"`
	CustomFieldResponses       []Answer         `json:"custom_field_responses" nullable:"true"`
}

// SubscriptionItem is one item of GET /subscriptions.
type SubscriptionItem struct {
	SubscriptionBase
	Discounts   []DiscountBrief `json:"discounts" nullable:"true"`
	ProductName *string         `json:"product_name"`
}

// ToSubscription converts a subscription of a scope with its customer.
func ToSubscription(scope merchant.Scope, s billing.Subscription, c billing.Customer) Subscription {
	return Subscription{
		SubscriptionBase: subscriptionBase(s, c), BrandID: BrandID(scope, s.Brand), Discounts: ToDiscounts(scope, s.Discounts),
		Addons: ToAddons(s), Meters: []any{}, CreditEntitlementCart: []any{}, MeterCreditEntitlementCart: []any{},
		ExpiresAt: instant(s.EndsAt), CustomFieldResponses: answers(s.Answers),
		CancellationFeedback: text(s.Cancel.Feedback), CancellationComment: text(s.Cancel.Comment),
	}
}

// ToSubscriptionItem converts a subscription for a list.
func ToSubscriptionItem(s billing.Subscription, c billing.Customer) SubscriptionItem {
	return SubscriptionItem{SubscriptionBase: subscriptionBase(s, c), ProductName: text(s.ProductName), Discounts: ToDiscountBriefs(s.Discounts)}
}

// TrialAmount is what one unit's paid trial costs, in minor units; null for
// a free trial and for none.
func TrialAmount(s billing.Subscription) *int64 {
	if s.TrialDays == 0 || s.Price.TrialAmount == 0 {
		return nil
	}
	return &s.Price.TrialAmount
}

func subscriptionBase(s billing.Subscription, c billing.Customer) SubscriptionBase {
	recurring, _ := s.Plan().Recurring() // billed before, so it fits
	var cancelled calendar.Instant
	if s.Status == billing.StatusCancelled {
		cancelled = s.Cancel.At
	}
	previous := s.Period.Start
	if s.Manual.PaidAt != 0 {
		previous = s.Manual.PaidAt // before the period that it paid for
	}
	first, cycles := firstDiscount(s.Discounts)
	return SubscriptionBase{
		DiscountID: first, DiscountCyclesRemaining: cycles,
		SubscriptionID: s.ID, Status: string(s.Status), ProductID: s.Product, Quantity: s.Quantity,
		Currency: string(s.Price.Amount.Currency), RecurringPreTaxAmount: recurring.Minor, TaxInclusive: s.Price.TaxInclusive,
		Customer: ToCustomerLimited(c), Billing: ToAddress(s.Billing), Metadata: metadata(s.Metadata),
		OnDemand: s.OnDemand, CollectionMethod: string(s.Collection()), CancelAtNextBillingDate: s.Cancel.AtPeriodEnd,
		PaymentFrequencyCount: s.Price.Every.Count, PaymentFrequencyInterval: string(s.Price.Every.Unit),
		SubscriptionPeriodCount: s.Price.Term.Count, SubscriptionPeriodInterval: string(s.Price.Term.Unit),
		TrialPeriodDays: s.TrialDays, TrialAmount: TrialAmount(s), CreatedAt: s.CreatedAt.String(),
		PreviousBillingDate: previous.String(), NextBillingDate: s.Period.End.String(),
		PausedAt: instant(s.PausedAt), ScheduledChange: scheduledChange(s),
		CancelledAt: instant(cancelled), PaymentMethodID: text(s.Method.ID), HasPaymentMethod: !s.Method.IsZero(),
		TaxID: text(s.TaxID), CustomerBusinessName: text(s.BusinessName), CarriedAmount: s.Carried.Due.Minor, CreditAmount: s.Balance().Minor,
	}
}
