package mailtext

import (
	"strings"

	"perennial/shared/billing"
	"perennial/shared/i18n"
	"perennial/shared/merchant"
	"perennial/shared/money"
)

// confirm asks the reader to confirm a renewal with the bank while access goes
// on.
func confirm(s speech) page {
	p := s.unpaid()
	p.Middle, p.Notice = []string{s.say("confirm_payment.mend")}, s.keepPrice()
	return p
}

// mend is how the reader puts it right: with another card, or with the bank
// where that is all that is missing.
func (s speech) mend(card, bank string) string {
	if s.Confirms {
		return s.say(bank)
	}
	return s.say(card)
}

// pastDue tells of a failed renewal while access goes on.
func pastDue(s speech) page {
	p := s.unpaid()
	p.Middle, p.Notice = []string{s.mend("past_due.mend", "past_due.confirm")}, s.keepPrice()
	if !s.NextRetry.IsZero() {
		p.Closing = []string{s.say("on_hold.retry")}
	}
	return p
}

// onHoldAgain reminds of a hold that was announced.
func onHoldAgain(s speech) page {
	p := s.unpaid()
	p.Middle, p.Notice = []string{s.mend("on_hold.mend", "on_hold.confirm")}, s.keepPrice()
	p.Closing = []string{s.next()}
	return p
}

// unpaid is a page about dues and the card that did not pay them, which are
// told apart from a swindler's by its last four digits (R246).
func (s speech) unpaid() page {
	button := "on_hold.button"
	if s.Confirms {
		button = "confirm_payment.button"
	}
	return s.greeted(button,
		s.fact("due", s.owed()), s.fact("card", s.card()), s.fact("price", s.price()), s.coupon())
}

// owed is what is due; a trial that ended without a card owes nothing yet.
func (s speech) owed() string {
	if s.Amount.Nothing() {
		return ""
	}
	return s.money(s.Amount)
}

// winBack asks a customer who has cancelled to stay, or to come back (R213,
// R214).
func winBack(s speech) page {
	p := s.greeted("win_back.again", s.fact("subscription", s.Product), s.coupon())
	if s.Stays {
		p.Opening[1], p.Button = s.say("win_back.running"), s.say("win_back.stay")
		p.Notice = s.keepPrice()
	}
	switch {
	case s.Coupon.Code == "":
	case s.Stays:
		p.Middle = append(p.Middle, s.say("win_back.kept"))
	default:
		p.Middle = append(p.Middle, s.say("win_back.coupon"))
	}
	return p
}

func (s speech) coupon() fact { return s.fact("coupon", s.Coupon.Code) }

// worth is what the code of a mail takes off: a share or an amount.
func (s speech) worth() string {
	d := s.Coupon
	switch {
	case d.ID == "":
		return ""
	case d.Type == billing.DiscountPercentage:
		return i18n.Percent(s.locale, float64(d.BasisPoints)/100)
	}
	for _, o := range d.Options {
		if o.Default || len(d.Options) == 1 {
			return s.money(money.Of(o.Max, o.Currency))
		}
	}
	return ""
}

// ownText is what the merchant has written in the reader's language. Whoever
// reads another gets our words in theirs.
func (s speech) ownText() (merchant.MailText, bool) {
	text, ok := s.Texts[s.locale]
	return text, ok
}

// own puts the merchant's words in place of ours. Particulars, why the charge
// failed, what becomes of price and subscription, button and frame stay. What
// is filled in is never read as a place again.
func (s speech) own(p page, text merchant.MailText) page {
	p.Subject = s.values.Replace(text.Subject)
	p.Heading, p.Opening, p.Middle = p.Subject, nil, nil
	for paragraph := range strings.SplitSeq(strings.ReplaceAll(text.Body, "\r\n", "\n"), "\n\n") {
		if line := strings.TrimSpace(paragraph); line != "" {
			p.Opening = append(p.Opening, s.values.Replace(line))
		}
	}
	if s.Reason != "" && !text.Names("reason") {
		p.Middle = []string{s.say(s.Reason)}
	}
	return p
}
