package mailtext

import "fmt"

// charge are the particulars of a charge to come.
func (s speech) charge() []fact {
	return []fact{
		s.fact("subscription", s.Product), s.fact("amount", s.money(s.Amount)), s.fact("last_amount", s.money(s.Before)),
		s.fact("charged_on", s.date(s.NextBill)), s.fact("card", s.card()),
	}
}

// upcoming announces a renewal with amount, date and the way out (rules 13).
func upcoming(s speech) page {
	p := s.greeted("upcoming_renewal.button", s.charge()...)
	p.Middle = []string{s.say("upcoming_renewal.nothing"), s.say("upcoming_renewal.cancel")}
	return p
}

func trialEnding(s speech) page {
	p := s.greeted("upcoming_renewal.button", s.charge()...)
	p.Middle = []string{s.say("upcoming_renewal.nothing"), s.say("trial_ending.cancel")}
	if s.Card.IsZero() {
		p.Middle = []string{s.say("trial_ending.no_card")}
		p.Button = s.say("on_hold.button")
	}
	return p
}

func priceRise(s speech) page {
	p := s.greeted("upcoming_renewal.button", s.charge()...)
	p.Middle = []string{s.say("upcoming_renewal.nothing"), s.say("upcoming_renewal.cancel")}
	return p
}

func cardExpiring(s speech) page {
	expires := ""
	if s.Card.ExpYear > 0 {
		expires = fmt.Sprintf("%02d/%d", s.Card.ExpMonth, s.Card.ExpYear)
	}
	p := s.greeted("on_hold.button", s.fact("subscription", s.Product), s.fact("card", s.card()), s.fact("expires", expires),
		s.fact("next", s.date(s.NextBill)))
	p.Middle = []string{s.say("card_expiring.mend")}
	return p
}

// invoiceIssued asks for the payment of a manual renewal (R240).
func invoiceIssued(s speech) page {
	return s.asked(s.say("invoice_issued.unpaid"), s.fact("due_on", s.date(s.NextBill)), s.fact("number", s.Invoice))
}

func invoiceOverdue(s speech) page {
	return s.asked(s.say("invoice_overdue.unpaid"), s.fact("due_on", s.date(s.NextBill)), s.fact("number", s.Invoice))
}

func planPayment(s speech) page { return s.asked(s.say("plan_payment.unpaid")) }

// asked asks for the payment of one invoice, and says what happens without.
func (s speech) asked(unpaid string, more ...fact) page {
	p := s.greeted("invoice.button", append([]fact{s.fact("subscription", s.Product), s.fact("due", s.money(s.Amount))}, more...)...)
	p.Middle, p.ShowURL = []string{s.say("invoice.link"), unpaid}, true
	return p
}
