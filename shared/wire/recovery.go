package wire

import (
	"strings"

	"perennial/shared/billing"
	"perennial/shared/dunning"
)

// RecoveryTimeline is how a failing subscription came to where it is, and
// what comes next. It is ours; Dodo has nothing like it.
type RecoveryTimeline struct {
	SubscriptionID string           `json:"subscription_id"`
	Status         string           `json:"status" doc:"recovering, or none when nothing is unpaid"`
	FailingSince   *string          `json:"failing_since"`
	AccessEndsAt   *string          `json:"access_ends_at" doc:"null when access has ended, or does not end"`
	WindowEndsAt   *string          `json:"recovery_window_ends_at"`
	Pacing         *string          `json:"pacing" doc:"smart, list, dodo, or holdout: the list, by chance, to measure smart timing"`
	Attempts       []RecoveryTry    `json:"attempts" doc:"Oldest first."`
	Mails          *RecoveryMails   `json:"mails" doc:"The sequence of mails that the customer gets, or null."`
	Upcoming       []RecoveryComing `json:"upcoming" doc:"What happens if nobody pays before, earliest first."`
}

// RecoveryMails is how far a sequence of mails has come.
type RecoveryMails struct {
	Trigger string   `json:"trigger" enum:"authentication,past_due,on_hold,cancelled"`
	Since   string   `json:"since"`
	Done    []string `json:"done" doc:"Ids of the steps that are behind it: sent, or left out."`
	Ended   *string  `json:"ended" doc:"Why nothing follows: exhausted, opted_out, disputed or resubscribed; null while it goes on."`
}

// RecoveryTry is one attempt to collect the dues.
type RecoveryTry struct {
	PaymentID   string  `json:"payment_id"`
	CreatedAt   string  `json:"created_at"`
	InitiatedBy string  `json:"initiated_by" doc:"system, customer or merchant"`
	Status      string  `json:"status"`
	Amount      int64   `json:"amount"`
	Currency    string  `json:"currency"`
	CardNetwork *string `json:"card_network"`
	CardLast4   *string `json:"card_last_four"`
	ErrorCode   *string `json:"error_code"`
	Class       *string `json:"decline_class"`
	Customer    *string `json:"customer_message" doc:"What the customer is told."`
	Merchant    *string `json:"merchant_message" doc:"What Perennial does about it."`
}

// RecoveryComing is one thing that is going to happen.
type RecoveryComing struct {
	At      string  `json:"at"`
	Kind    string  `json:"kind" enum:"retry,hold,closed,cancel,mail"`
	Message string  `json:"message"`
	Backup  bool    `json:"backup_method" doc:"The retry charges the backup method."`
	Step    *string `json:"mail_step_id" doc:"The step of the mail sequence."`
	Assumed bool    `json:"assumed" doc:"Planned only if the bank answers as it did last."`
}

// comings say what is going to happen.
var comings = map[dunning.ComingKind]string{
	dunning.ComingRetry:  "The dues are charged again.",
	dunning.ComingHold:   "Access ends, and the mails about it begin.",
	dunning.ComingClosed: "From here on nothing is charged automatically; the subscription stays on hold until it is paid.",
	dunning.ComingCancel: "The subscription is cancelled.",
	dunning.ComingMail:   "The customer gets a mail.",
}

// ToRecoveryTimeline converts a timeline of a subscription.
func ToRecoveryTimeline(subscription string, t dunning.Timeline) RecoveryTimeline {
	out := RecoveryTimeline{
		SubscriptionID: subscription, Status: "none", Attempts: []RecoveryTry{}, Upcoming: []RecoveryComing{},
	}
	if c := t.Mails; c.Trigger != "" {
		out.Mails = &RecoveryMails{string(c.Trigger), c.At.String(), append([]string{}, c.Sent...), text(c.Over)}
	}
	for _, c := range t.Next {
		out.Upcoming = append(out.Upcoming, RecoveryComing{
			At: c.At.String(), Kind: string(c.Kind), Message: comings[c.Kind], Backup: c.Backup, Assumed: c.Assumed, Step: text(c.Step),
		})
	}
	if t.Since.IsZero() {
		return out
	}
	out.Status, out.Pacing = "recovering", text(t.Pacing)
	out.FailingSince, out.AccessEndsAt, out.WindowEndsAt = instant(t.Since), instant(t.HoldAt), instant(t.WindowEnd)
	for _, p := range t.Tries {
		out.Attempts = append(out.Attempts, toRecoveryTry(p))
	}
	return out
}

func toRecoveryTry(p billing.Payment) RecoveryTry {
	out := RecoveryTry{
		PaymentID: p.ID, CreatedAt: p.CreatedAt.String(), InitiatedBy: string(p.By), Status: string(p.Status),
		Amount: p.Amount.Minor, Currency: string(p.Amount.Currency),
		CardNetwork: text(p.Method.Brand), CardLast4: text(p.Method.Last4),
	}
	if d := p.Decline; d.Code != "" {
		out.ErrorCode, out.Class = text(strings.ToUpper(d.Code)), text(d.Class)
		out.Customer, out.Merchant = text(dunning.Explain(d)), text(dunning.ExplainToMerchant(d))
	}
	return out
}
