package billing

// EventType is an event's wire name.
type EventType string

// The events that billing reports. Those up to PaymentMethodUpdated are
// Dodo's; the rest stay inside unless a merchant names them (rules 24).
const (
	EventPaymentSucceeded     EventType = "payment.succeeded"
	EventPaymentFailed        EventType = "payment.failed"
	EventPaymentProcessing    EventType = "payment.processing"
	EventPaymentCancelled     EventType = "payment.cancelled"
	EventSubscriptionActive   EventType = "subscription.active"
	EventSubscriptionRenewed  EventType = "subscription.renewed"
	EventSubscriptionPastDue  EventType = "subscription.past_due"
	EventSubscriptionOnHold   EventType = "subscription.on_hold"
	EventSubscriptionPaused   EventType = "subscription.paused"
	EventSubscriptionResumed  EventType = "subscription.unpaused"
	EventSubscriptionCanceled EventType = "subscription.cancelled"
	EventSubscriptionFailed   EventType = "subscription.failed"
	EventSubscriptionExpired  EventType = "subscription.expired"
	EventSubscriptionUpdated  EventType = "subscription.updated"
	EventPlanChanged          EventType = "subscription.plan_changed"
	EventMethodUpdated        EventType = "subscription.update_payment_method"
	EventRefundSucceeded      EventType = "refund.succeeded"
	EventRefundFailed         EventType = "refund.failed"
	EventDisputeOpened        EventType = "dispute.opened"
	EventDisputeExpired       EventType = "dispute.expired"
	EventDisputeAccepted      EventType = "dispute.accepted"
	EventDisputeCancelled     EventType = "dispute.cancelled"
	EventDisputeChallenged    EventType = "dispute.challenged"
	EventDisputeWon           EventType = "dispute.won"
	EventDisputeLost          EventType = "dispute.lost"

	EventActionRequired EventType = "payment.action_required"
	EventHoldStarted    EventType = "hold.started"
	EventHoldDecided    EventType = "hold.decided"
	EventNotice         EventType = "notice"
	EventDunningStarted EventType = "dunning.started"
	EventDunningDone    EventType = "dunning.recovered"
	EventDunningMail    EventType = "dunning.mail" // a step of a mail sequence, the last that is sent; the reason is what began it
	EventTrialCancelled EventType = "install.trial.cancelled"
	EventMailBounced    EventType = "customer.mail_bounced" // mails to a customer do not arrive, or are not wanted
	EventTesterAdded    EventType = "test_address.added"    // its reader is to be asked
	EventReminder       EventType = "subscription.reminder"
	EventWebhookOff     EventType = "webhook.disabled"
	EventRenewalBlocked EventType = "subscription.renewal_blocked"
	EventCreditNote     EventType = "credit_note.created" // the reason is where its money goes
)

// Reasons that tell apart events of one type.
const (
	ReasonFirst           = "first_payment"
	ReasonCancelScheduled = "cancel_scheduled"
	ReasonRenewal         = "renewal"
	ReasonExtended        = "extended" // the next billing date was moved later
	ReasonReactivated     = "reactivated"
	ReasonRecovery        = "recovery_window_ended"
	ReasonLateCapture     = "late_capture"
	ReasonPurchase        = "purchase"
	ReasonOnDemand        = "on_demand"
	ReasonReturned        = "returned_to_paid_plan"
	ReasonBlocked         = "renewal_blocked" // it could not be billed for too long
	ReasonUnpaid          = "unpaid"          // the customer of a manual renewal did not pay
	ReasonTrialEnded      = "trial_ended"     // without a payment method
)

// Event is something that happened to one object.
type Event struct {
	Type   EventType
	Object string // id of the subscription, payment or hold it is about
	Reason string
}
