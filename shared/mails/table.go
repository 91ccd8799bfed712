package mails

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"perennial/shared/billing"
	"perennial/shared/calendar"
	"perennial/shared/merchant"
	"perennial/shared/record"
)

// Template names a mail.
type Template string

// The mails.
const (
	PortalLink   Template = "portal_link"
	PortalInvite Template = "portal_invite"

	AddressConfirm Template = "address_confirm"
	AddressNotice  Template = "address_notice"

	OnHold      Template = "on_hold"
	Receipt     Template = "receipt"
	Reactivated Template = "reactivated"
	WebhookOff  Template = "webhook_off"
	TestAddress Template = "test_address"
	Refunded    Template = "refunded"

	Confirm     Template = "confirm_payment"
	PastDue     Template = "past_due"
	OnHoldAgain Template = "on_hold_again"
	WinBack     Template = "win_back"

	UpcomingRenewal Template = "upcoming_renewal"
	TrialEnding     Template = "trial_ending"
	PriceRise       Template = "price_rise"
	CardExpiring    Template = "card_expiring"

	InvoiceIssued  Template = "invoice_issued"
	InvoiceOverdue Template = "invoice_overdue"
	PlanPayment    Template = "plan_payment"

	Cancelled       Template = "cancelled"
	CancelScheduled Template = "cancel_scheduled"
	PlanChanged     Template = "plan_changed"
	MethodChanged   Template = "method_changed"
)

// Mail is one row of the table of all mails (rules 21).
type Mail struct {
	Template  Template
	Event     billing.EventType // what triggers it; empty for a queued wish
	Reason    string            // the event's reason, empty for any
	Owner     string            // who decides that it is sent
	Notice    merchant.Notice   // of a notification to the merchant
	Mandatory bool              // no setting may ever switch it off
}

// Table lists every mail that a customer or a merchant can get. Customers hear of failed
// charges from the sequences alone; that the bank asks, or that a hold has begun, is mandatory.
var Table = append([]Mail{
	{Template: PortalLink, Owner: "customer, by asking for it", Mandatory: true},
	{Template: PortalInvite, Owner: "merchant, by send_email", Mandatory: true},
	{Template: AddressConfirm, Owner: "customer, by asking for another address", Mandatory: true},
	{Template: AddressNotice, Owner: "customer, by asking for another address", Mandatory: true},
	{Template: OnHold, Event: billing.EventNotice, Reason: string(billing.StatusOnHold), Owner: "mail sequences", Mandatory: true},
	{Template: Confirm, Event: billing.EventDunningMail, Reason: string(merchant.TriggerConfirm), Owner: "mail sequences", Mandatory: true},
	step(merchant.TriggerPastDue), step(merchant.TriggerOnHold), step(merchant.TriggerCancelled),
	{Template: Receipt, Event: billing.EventPaymentSucceeded, Owner: "payment", Mandatory: true},
	{Template: Reactivated, Event: billing.EventSubscriptionActive, Reason: billing.ReasonReactivated, Owner: "payment of dues"},
	{Template: Refunded, Event: billing.EventRefundSucceeded, Owner: "refund", Mandatory: true},
	{Template: UpcomingRenewal, Event: billing.EventReminder, Reason: string(billing.RemindRenewal), Owner: "reminders", Mandatory: true},
	{Template: TrialEnding, Event: billing.EventReminder, Reason: string(billing.RemindTrial), Owner: "reminders", Mandatory: true},
	{Template: PriceRise, Event: billing.EventReminder, Reason: string(billing.RemindRise), Owner: "reminders", Mandatory: true},
	{Template: CardExpiring, Event: billing.EventReminder, Reason: string(billing.RemindCard), Owner: "reminders"},
	{Template: InvoiceIssued, Event: billing.EventReminder, Reason: string(billing.RemindInvoice), Owner: "manual renewal", Mandatory: true},
	{Template: InvoiceOverdue, Event: billing.EventReminder, Reason: string(billing.RemindOverdue), Owner: "manual renewal", Mandatory: true},
	{Template: PlanPayment, Event: billing.EventReminder, Reason: string(billing.RemindPlan), Owner: "change of plan by payment link", Mandatory: true},
	{Template: CancelScheduled, Event: billing.EventSubscriptionUpdated, Reason: billing.ReasonCancelScheduled, Owner: "cancellation", Mandatory: true},
	{Template: Cancelled, Event: billing.EventSubscriptionCanceled, Owner: "cancellation", Mandatory: true},
	{Template: Cancelled, Event: billing.EventSubscriptionExpired, Reason: billing.ReasonUnpaid, Owner: "manual renewal", Mandatory: true},
	{Template: PlanChanged, Event: billing.EventPlanChanged, Owner: "change of plan", Mandatory: true},
	{Template: MethodChanged, Event: billing.EventMethodUpdated, Owner: "change of method", Mandatory: true},
	{Template: TestAddress, Event: billing.EventTesterAdded, Owner: "merchant's settings", Mandatory: true},
	{Template: WebhookOff, Event: billing.EventWebhookOff, Owner: "delivery of webhooks", Notice: merchant.NoticeWebhookFailing},
}, notifications...)

// step is the row of a sequence's mails: which and when is the merchant's
// setting, and the reader may stop them.
func step(t merchant.Trigger) Mail {
	return Mail{Template: sequences[t], Event: billing.EventDunningMail, Reason: string(t), Owner: "mail sequences"}
}

// matches reports whether an event triggers the mail.
func (m Mail) matches(e billing.Event) bool {
	return m.Event != "" && m.Event == e.Type && (m.Reason == "" || m.Reason == e.Reason)
}

// isOptional reports a mail to a customer that the customer may stop.
func isOptional(t Template) bool {
	return slices.ContainsFunc(Table, func(m Mail) bool { return m.Template == t && !m.Mandatory && m.Notice == "" })
}

// trigger is the first event of an outbox item that asks for the mail.
func trigger(o record.Outbox, t Template) (billing.Event, bool) {
	for _, m := range Table {
		if i := slices.IndexFunc(o.Events, m.matches); m.Template == t && i >= 0 {
			return o.Events[i], true
		}
	}
	return billing.Event{}, false
}

// For lists the mails that a commit asks for, as the items that Event sends.
// state tells which notifications the merchant wants; it is only asked when
// there is one to ask about.
func For(o record.Outbox, now time.Time, state func() (merchant.State, error)) ([]record.DueItem, error) {
	var items []record.DueItem
	for i, m := range Table {
		if _, asked := trigger(o, m.Template); !asked || slices.ContainsFunc(Table[:i], func(n Mail) bool { return n.Template == m.Template }) {
			continue
		}
		if m.Notice != "" {
			s, err := state()
			if err != nil {
				return nil, err
			}
			if len(s.Recipients(m.Notice)) == 0 {
				continue
			}
		}
		items = append(items, record.DueItem{
			Scope: o.Scope, Ref: record.RefOf[record.Mail](ID(o.Key, m.Template)), Due: calendar.At(now),
		})
	}
	return items, nil
}

// ID names the mail that an outbox item asks for, and the record of it.
func ID(outbox string, t Template) string { return outbox + "@" + string(t) }

// parts takes the id of an event's mail apart.
func parts(item record.DueItem) (outbox string, t Template, err error) {
	at := strings.LastIndexByte(item.Ref.ID, '@')
	if item.Ref.Kind != record.KindMail || at < 0 {
		return "", "", fmt.Errorf("due item %s %s is no event's mail", item.Ref.Kind, item.Ref.ID)
	}
	return item.Ref.ID[:at], Template(item.Ref.ID[at+1:]), nil
}
