package mailtext

import (
	"strings"

	"perennial/shared/billing"
	"perennial/shared/calendar"
	"perennial/shared/i18n"
	"perennial/shared/mails"
	"perennial/shared/money"
)

// words composes each mail of its sentences.
var words = map[mails.Template]func(speech) page{
	mails.PortalLink:      portalLink,
	mails.PortalInvite:    portalInvite,
	mails.AddressConfirm:  addressConfirm,
	mails.AddressNotice:   addressNotice,
	mails.OnHold:          onHold,
	mails.Confirm:         confirm,
	mails.PastDue:         pastDue,
	mails.OnHoldAgain:     onHoldAgain,
	mails.WinBack:         winBack,
	mails.Receipt:         receipt,
	mails.Reactivated:     reactivated,
	mails.Refunded:        refunded,
	mails.UpcomingRenewal: upcoming,
	mails.TrialEnding:     trialEnding,
	mails.PriceRise:       priceRise,
	mails.CardExpiring:    cardExpiring,
	mails.InvoiceIssued:   invoiceIssued,
	mails.InvoiceOverdue:  invoiceOverdue,
	mails.PlanPayment:     planPayment,
	mails.Cancelled:       cancelled,
	mails.CancelScheduled: cancelScheduled,
	mails.PlanChanged:     planChanged,
	mails.MethodChanged:   methodChanged,
	mails.WebhookOff:      webhookOff,
	mails.TestAddress:     testAddress,
}

// titled is a page with the template's own subject, heading and opening.
func (s speech) titled(button string, facts ...fact) page {
	t := string(s.Template)
	return page{
		Subject: s.say(t + ".subject"), Heading: s.say(t + ".heading"), Opening: []string{s.say(t + ".opening")},
		Facts: present(facts), Button: s.say(button),
	}
}

// greeted is a page that begins with the reader's name.
func (s speech) greeted(button string, facts ...fact) page {
	p := s.titled(button, facts...)
	p.Opening = append([]string{s.greeting()}, p.Opening...)
	return p
}

func portalLink(s speech) page {
	p := s.titled("portal_link.button")
	p.ShowURL, p.Closing = true, []string{s.say("portal_link.once"), s.say("portal_link.ignore")}
	return p
}

func portalInvite(s speech) page {
	p := s.titled("portal_invite.button")
	p.ShowURL, p.Closing = true, []string{s.say("portal_link.once")}
	return p
}

// addressConfirm greets nobody: who asks chooses both the name and the mailbox.
func addressConfirm(s speech) page {
	p := s.titled("address_confirm.button")
	p.ShowURL, p.Closing = true, []string{s.say("address_confirm.once"), s.say("address_confirm.ignore")}
	return p
}

func addressNotice(s speech) page {
	p := s.greeted("address_notice.button")
	p.Closing = []string{s.say("address_notice.stop")}
	return p
}

func onHold(s speech) page {
	p := s.unpaid()
	p.Middle, p.Notice = []string{s.mend("on_hold.mend", "on_hold.confirm")}, s.keepPrice()
	p.Closing = []string{s.next()}
	return p
}

// keepPrice tells the customer what stays theirs, and only where others pay
// more by now (R245, rules 22).
func (s speech) keepPrice() []string {
	if s.NewPrice.Nothing() {
		return nil
	}
	return []string{s.say("on_hold.keep") + " " + s.say("on_hold.others")}
}

// next tells what happens when the customer does nothing.
func (s speech) next() string {
	end := s.say("on_hold.stays")
	if s.Cancels {
		end = s.say("on_hold.cancels")
	} else if s.NextRetry.IsZero() {
		end = s.say("on_hold.stays_quiet")
	}
	if s.NextRetry.IsZero() {
		return end
	}
	return s.say("on_hold.retry") + " " + end
}

func receipt(s speech) page {
	return s.greeted(s.view(),
		s.fact("for", s.Product), s.fact("amount", s.money(s.Amount)), s.fact("paid_on", s.date(s.At)), s.fact("card", s.card()),
		s.fact("number", s.Invoice), s.nextBill())
}

func refunded(s speech) page {
	p := s.greeted(s.view(), s.fact("for", s.Product), s.fact("amount", s.money(s.Amount)),
		s.fact("refunded_on", s.date(s.At)), s.fact("card", s.card()))
	p.Middle = []string{s.say("refunded.wait")}
	return p
}

func reactivated(s speech) page {
	return s.greeted("receipt.button", s.fact("subscription", s.Product), s.fact("price", s.price()), s.nextBill())
}

func cancelled(s speech) page {
	p := s.greeted("receipt.button", s.fact("subscription", s.Product), s.fact("ended", s.date(s.At)))
	if s.Lapsed {
		p.Middle = []string{s.say("cancelled.unasked")}
	}
	return p
}

func cancelScheduled(s speech) page {
	p := s.greeted("receipt.button", s.fact("subscription", s.Product), s.fact("ends", s.date(s.NextBill)))
	p.Middle = []string{s.say("cancel_scheduled.back")}
	return p
}

func planChanged(s speech) page {
	return s.greeted("receipt.button", s.fact("subscription", s.Product), s.fact("price", s.price()), s.nextBill())
}

func methodChanged(s speech) page {
	p := s.greeted("receipt.button", s.fact("subscription", s.Product), s.fact("card", s.card()))
	p.Closing = []string{s.say("method_changed.unasked")}
	return p
}

// view is the button of a mail about money.
func (s speech) view() string {
	if s.NextBill.IsZero() { // a one-time purchase
		return "receipt.payments"
	}
	return "receipt.button"
}

func (s speech) greeting() string {
	if s.Name == "" {
		return s.say("hello")
	}
	return s.say("hello_name")
}

// fact is one row of particulars by its name in the catalogue.
func (s speech) fact(name, value string) fact { return fact{s.say("fact." + name), value} }

func (s speech) nextBill() fact {
	if s.LastDay {
		return s.fact("ends", s.date(s.NextBill))
	}
	return s.fact("next", s.date(s.NextBill))
}

func (s speech) price() string { return s.per(s.Price) }

// per is an amount with the subscription's interval.
func (s speech) per(a money.Amount) string {
	return strings.TrimSpace(s.money(a) + " " + i18n.Every(s.locale, s.Every))
}

func (s speech) date(at calendar.Instant) string {
	if at.IsZero() || s.Zone == nil {
		return ""
	}
	return i18n.Date(s.locale, at.Time(), s.Zone)
}

func (s speech) card() string { return cardName(s.locale, s.Card) }

func cardName(locale string, m billing.Method) string { return i18n.Card(locale, m.Kind(), m.Last4) }

// money is an amount; one without a currency is not told.
func (s speech) money(a money.Amount) string {
	if a.Currency == "" {
		return ""
	}
	return i18n.Money(s.locale, a)
}

// present drops facts without a value.
func present(facts []fact) []fact {
	var kept []fact
	for _, f := range facts {
		if f.Value != "" {
			kept = append(kept, f)
		}
	}
	return kept
}
