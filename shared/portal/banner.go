package portal

import (
	"strings"

	"perennial/shared/billing"
	"perennial/shared/dunning"
	"perennial/shared/merchant"
	"perennial/shared/money"
	"perennial/shared/pages"
)

// unpaid reports a subscription whose dues wait for its customer, with or
// without access in the meantime.
func unpaid(s billing.Subscription) bool {
	late := s.Status == billing.StatusOnHold || s.Status == billing.StatusPastDue
	return late || s.Status == billing.StatusActive && !s.Failure.At.IsZero()
}

// banners tells about every subscription that waits for its customer.
func (v visit) banners(g goods) []pages.Banner {
	var out []pages.Banner
	for _, s := range g.subs {
		switch {
		case s.Lock.State == billing.LockAction && s.Status != billing.StatusPending:
			out = append(out, v.atBank(s))
		case v.State.Archived(): // nothing can be paid
		case s.Manual.On && len(s.Open) > 0:
			out = append(out, v.toRenew(s, g.open[s.ID]))
		case unpaid(s):
			out = append(out, v.overdue(s, g.open[s.ID]))
		}
	}
	return out
}

// atBank tells that the customer's bank waits for the customer.
func (v visit) atBank(s billing.Subscription) pages.Banner {
	return pages.Banner{
		Tone: pages.Warn, Title: v.say("Your bank asks you to confirm a payment"),
		Lines:  []string{v.say("%s for %s. Nothing was charged yet.", v.amount(s.Lock.Amount), s.ProductName)},
		Action: v.say("Continue at your bank"), Href: address(s.ID, "payment-return"),
	}
}

// overdue tells the amount, the reason in plain words, what happens when, and
// has one button.
func (v visit) overdue(s billing.Subscription, open []billing.Invoice) pages.Banner {
	due := money.Of(0, s.Price.Amount.Currency)
	for _, i := range open {
		due.Minor += i.Due().Minor
	}
	b := pages.Banner{
		Tone: pages.Bad, Title: v.say("%s is on hold", s.ProductName),
		Action: v.say("Update payment method"), Href: address(s.ID, "payment-method"),
	}
	if s.Status != billing.StatusOnHold {
		b.Tone, b.Title = pages.Warn, v.say("The payment for %s did not go through", s.ProductName)
	}
	reason := v.say("The payment did not go through.")
	if s.Failure.Decline.Code != "" {
		reason = v.say(dunning.Explain(s.Failure.Decline))
	}
	b.Lines = []string{v.say("%s was due on %s.", v.amount(due), v.date(s.Period.End)) + " " + reason, v.outlook(s)}
	return b
}

// outlook is what happens when nobody does anything.
func (v visit) outlook(s billing.Subscription) string {
	var parts []string
	if next := s.Failure.NextRetry; !next.IsZero() {
		parts = append(parts, v.say("We try %s again on %s.", v.card(s.Method), v.date(next)))
	}
	switch {
	case s.Status != billing.StatusOnHold && !s.Failure.HoldAt.IsZero():
		parts = append(parts, v.say("You keep access until %s.", v.date(s.Failure.HoldAt)))
	case v.State.Recovery.EndAction == merchant.EndCancel && s.Failure.WindowEnd > v.now:
		parts = append(parts, v.say("Without payment it is cancelled on %s.", v.date(s.Failure.WindowEnd)))
	case s.Status == billing.StatusOnHold:
		parts = append(parts, v.say("With another card it is active again at once."))
	}
	return strings.Join(parts, " ")
}
