package merchant

import (
	"maps"
	"slices"
	"strings"

	"perennial/shared/fault"
)

// Notice is a mail to the merchant about something that happened.
type Notice string

// The notices.
const (
	NoticePaymentReceived     Notice = "payment_received"
	NoticePaymentFailed       Notice = "payment_failed"
	NoticeSubscriptionStarted Notice = "subscription_started"
	NoticeSubscriptionPastDue Notice = "subscription_past_due"
	NoticePlanChanged         Notice = "subscription_plan_changed"
	NoticeMailBounced         Notice = "mail_bounced"
	NoticeSubscriptionOnHold  Notice = "subscription_on_hold"
	NoticeSubscriptionEnded   Notice = "subscription_cancelled"
	NoticeRefundDone          Notice = "refund_completed"
	NoticeRefundFailed        Notice = "refund_failed"
	NoticeDisputeOpened       Notice = "dispute_opened"
	NoticeDisputeCancelled    Notice = "dispute_cancelled"
	NoticeDisputeWon          Notice = "dispute_won"
	NoticeDisputeLost         Notice = "dispute_lost"
	NoticeWebhookFailing      Notice = "webhook_failing"
	NoticeOwnFault            Notice = "configuration_fault"
)

// Notices lists every notice with whether it is on by default.
var Notices = map[Notice]bool{
	NoticePaymentReceived: false, NoticePaymentFailed: false,
	NoticeSubscriptionStarted: false, NoticeSubscriptionOnHold: false, NoticeSubscriptionEnded: false,
	NoticeSubscriptionPastDue: false, NoticePlanChanged: false, NoticeMailBounced: true,
	NoticeRefundDone: false, NoticeRefundFailed: true,
	NoticeDisputeOpened: true, NoticeDisputeCancelled: true, NoticeDisputeWon: true, NoticeDisputeLost: true,
	NoticeWebhookFailing: true, NoticeOwnFault: true,
}

// Recipients are the addresses that a notice goes to, none when it is off.
// What nobody has set goes to the business's own address when it is on by
// default.
func (s State) Recipients(n Notice) []string {
	if set, ok := s.Settings.Notices[n]; ok {
		return set
	}
	if Notices[n] && s.Business.Email != "" {
		return []string{s.Business.Email}
	}
	return nil
}

// mostRecipients is how many addresses one notice may have.
const mostRecipients = 10

func (s Settings) checkNotices(check *fault.Check) {
	for _, n := range slices.Sorted(maps.Keys(s.Notices)) {
		field := "notifications." + string(n)
		if _, ok := Notices[n]; !ok {
			check.That(false, field, "is not a notification")
			continue
		}
		to := s.Notices[n]
		check.That(len(to) <= mostRecipients, field, "at most 10 recipients")
		for _, address := range to {
			check.That(mailable(address), field, "recipients must be e-mail addresses")
		}
	}
}

// mailable reports what looks like one plain address; who reads it is proven
// by mail alone.
func mailable(address string) bool {
	name, host, ok := strings.Cut(address, "@")
	return ok && name != "" && strings.Contains(strings.Trim(host, "."), ".") && len(address) <= 254 &&
		!strings.ContainsAny(address, " ,;<>\"\\\r\n\t") && !strings.Contains(host, "@")
}

// list writes words as a sentence does.
func list(words []string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	end := len(words) - 1
	return strings.Join(words[:end], ", ") + " or " + words[end]
}
