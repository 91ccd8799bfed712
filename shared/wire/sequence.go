package wire

import (
	"time"

	"perennial/shared/merchant"
)

// MailSequences are the mails that customers get while a renewal is unpaid,
// and after they cancelled; ours and not Dodo's.
type MailSequences struct {
	Version int64      `json:"version" required:"false" doc:"Counts the changes. Given in a PUT, a change from an older version is refused with 409; 0 replaces whatever there is."`
	Basis   string     `json:"win_back_basis" required:"false" enum:"none,consent,existing_customers" doc:"Why customers who have cancelled may be written to. Without one, nothing is sent to them."`
	Steps   []MailStep `json:"steps"`
}

// MailStep is one mail of a sequence.
type MailStep struct {
	ID       string              `json:"id" required:"false" doc:"Unique among the steps; made when it is left out. One customer gets a step at most once for each case."`
	Trigger  string              `json:"trigger" enum:"authentication,past_due,on_hold,cancelled"`
	Delay    float64             `json:"delay_hours" required:"false" doc:"After the trigger, up to 2160."`
	Before   float64             `json:"days_before_renewal" required:"false" doc:"Of cancelled, in place of delay_hours: days before the renewal that will not come, up to 90. When it is nearer than that, the mail goes out a day after the cancellation."`
	Enabled  *bool               `json:"enabled" required:"false" doc:"true when left out. Of the first step of authentication and of on_hold without delay, which tells that the bank asks or that a hold has begun, it cannot be false; without such a step the shipped one is added."`
	Discount *string             `json:"discount_id" required:"false" doc:"Of cancelled alone: a discount whose code the mail gives. While a customer cannot redeem it, the step is left out. What is due after a failed renewal is an issued invoice, which no code changes."`
	Texts    map[string]MailText `json:"texts" required:"false" doc:"The mail's words by language; who reads another gets ours in theirs. Places: {name} {product} {merchant} {amount} {price} {card} {reason} {date} {end} {coupon} {discount}."`
}

// MailText is what a mail says in one language.
type MailText struct {
	Subject string `json:"subject" maxLength:"200"`
	Body    string `json:"body" doc:"Plain text; an empty line begins a paragraph. Particulars, why the payment failed unless {reason} tells it, what happens next, the button and the way to stop the mails are added."`
}

const basisNone = "none"

// ToMailSequences converts sequences.
func ToMailSequences(q merchant.Sequences) MailSequences {
	out := MailSequences{Version: q.Version, Basis: or(string(q.Basis), basisNone), Steps: []MailStep{}}
	for _, s := range q.Steps {
		on := !s.Off
		step := MailStep{
			ID: s.ID, Trigger: string(s.Trigger), Delay: s.Delay.Hours(), Before: s.Before.Hours() / 24, Enabled: &on,
			Discount: text(s.Discount), Texts: map[string]MailText{},
		}
		for language, t := range s.Texts {
			step.Texts[language] = MailText(t)
		}
		out.Steps = append(out.Steps, step)
	}
	return out
}

// FromMailSequences reads what ToMailSequences wrote.
func FromMailSequences(w MailSequences) merchant.Sequences {
	q := merchant.Sequences{Version: w.Version, Basis: merchant.Basis(unless(w.Basis, basisNone))}
	const most = 10_000 // hours; more is refused, and would overflow
	for _, s := range w.Steps {
		step := merchant.MailStep{
			ID: s.ID, Trigger: merchant.Trigger(s.Trigger), Off: s.Enabled != nil && !*s.Enabled,
			Delay:  time.Duration(min(max(s.Delay, -1), most) * float64(time.Hour)),
			Before: time.Duration(min(max(s.Before, -1), most/24) * float64(merchant.Day)),
		}
		if s.Discount != nil {
			step.Discount = *s.Discount
		}
		for language, t := range s.Texts {
			if step.Texts == nil {
				step.Texts = map[string]merchant.MailText{}
			}
			step.Texts[language] = merchant.MailText(t)
		}
		q.Steps = append(q.Steps, step)
	}
	return q
}
