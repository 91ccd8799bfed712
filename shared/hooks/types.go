package hooks

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strconv"

	"perennial/shared/billing"
	"perennial/shared/merchant"
)

// Types are the event types that Dodo documents, in its order. An endpoint
// without a filter receives these (rules 24).
var Types = []string{
	"payment.succeeded", "payment.failed", "payment.processing", "payment.cancelled",
	"refund.succeeded", "refund.failed",
	"dispute.opened", "dispute.expired", "dispute.accepted", "dispute.cancelled", "dispute.challenged",
	"dispute.won", "dispute.lost",
	"subscription.active", "subscription.renewed", "subscription.past_due", "subscription.on_hold",
	"subscription.paused", "subscription.unpaused", "subscription.cancelled", "subscription.failed",
	"subscription.expired", "subscription.plan_changed", "subscription.updated", "subscription.update_payment_method",
	"license_key.created",
	"payout.created", "payout.on_hold", "payout.in_progress", "payout.failed", "payout.success",
	"credit.added", "credit.deducted", "credit.expired", "credit.rolled_over", "credit.rollover_forfeited",
	"credit.overage_charged", "credit.overage_reset", "credit.manual_adjustment", "credit.balance_low",
	"abandoned_checkout.detected", "abandoned_checkout.recovered",
	"dunning.started", "dunning.recovered",
	"entitlement_grant.created", "entitlement_grant.delivered", "entitlement_grant.failed", "entitlement_grant.revoked",
}

// Documented reports whether a type is in Dodo's list.
func Documented(t billing.EventType) bool { return slices.Contains(Types, string(t)) }

// named are the documented types that only go to endpoints that name them:
// at Dodo a switch of the business turns them on.
var named = []billing.EventType{billing.EventDunningStarted, billing.EventDunningDone}

// Wanted reports whether an endpoint receives events of a type.
func Wanted(e merchant.Endpoint, t billing.EventType) bool {
	return e.Wants(string(t), Documented(t) && !slices.Contains(named, t))
}

// WantsAny reports whether an endpoint receives at least one of the events.
func WantsAny(e merchant.Endpoint, events []billing.Event) bool {
	return slices.ContainsFunc(events, func(ev billing.Event) bool { return Wanted(e, ev.Type) })
}

// WebhookID names an event at an endpoint: the receiver's idempotency key.
func WebhookID(outbox string, event int, endpoint string) string {
	sum := sha256.Sum256([]byte(outbox + "|" + strconv.Itoa(event) + "|" + endpoint))
	return "msg_" + hex.EncodeToString(sum[:16])
}

// SecretPurpose is what an endpoint's signing secret is sealed for.
func SecretPurpose(endpoint string) string { return "webhook:" + endpoint }
