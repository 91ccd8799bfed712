package mailtext

import (
	"fmt"

	"perennial/shared/billing"
	"perennial/shared/calendar"
	"perennial/shared/i18n"
	"perennial/shared/mails"
	"perennial/shared/money"
)

// words finds the words of each mail.
var words = map[mails.Template]func(mails.Letter) page{
	mails.PortalLink:   portalLink,
	mails.PortalInvite: portalInvite,
	mails.OnHold:       onHold,
	mails.Receipt:      receipt,
	mails.Refunded:     refunded,
	mails.Reactivated:  reactivated,
	mails.WebhookOff:   webhookOff,
}

func portalLink(l mails.Letter) page {
	return page{
		Subject: "Your link to sign in at " + l.Merchant,
		Heading: "Sign in to " + l.Merchant,
		Opening: []string{"You asked for a link to your subscriptions, payments and payment methods at " + l.Merchant + "."},
		Button:  "Sign in", ShowURL: true,
		Closing: []string{
			"The link works once and for 24 hours. Please do not pass it on: whoever has it can sign in as you.",
			"If you did not ask for it, ignore this mail; nothing will happen.",
		},
	}
}

func portalInvite(l mails.Letter) page {
	return page{
		Subject: "Your customer portal at " + l.Merchant,
		Heading: "Your customer portal at " + l.Merchant,
		Opening: []string{l.Merchant + " sends you a link to your subscriptions, payments and payment methods."},
		Button:  "Open the portal", ShowURL: true,
		Closing: []string{"The link works once and for 24 hours. Please do not pass it on: whoever has it can sign in as you."},
	}
}

func onHold(l mails.Letter) page {
	p := page{
		Subject: "Action needed: your payment to " + l.Merchant + " did not go through",
		Heading: "Your payment did not go through",
		Opening: []string{
			greeting(l),
			fmt.Sprintf("We could not renew your subscription to %s, so it is on hold. %s", l.Product, l.Reason),
		},
		Facts: []fact{
			{"To be paid", figure(l.Amount)}, {"Card", card(l.Card)}, {"Price", price(l)},
		},
		Middle: []string{
			"Update your payment method and pay the amount above: your subscription is active again at once.",
			keepPrice(l),
		},
		Button:  "Update payment method",
		Closing: []string{next(l)},
	}
	p.Facts = present(p.Facts)
	return p
}

// keepPrice tells the customer what stays theirs, and only what is true
// (R245).
func keepPrice(l mails.Letter) string {
	stays := fmt.Sprintf("Your price stays %s as long as the subscription is not cancelled.", price(l))
	if l.NewPrice.Nothing() {
		return stays
	}
	return fmt.Sprintf("%s New subscriptions cost %s %s.", stays, figure(l.NewPrice), i18n.Every(i18n.English, l.Every))
}

// next tells what happens when the customer does nothing.
func next(l mails.Letter) string {
	var retry, end string
	if !l.NextRetry.IsZero() {
		retry = fmt.Sprintf("We try the same card again on %s. ", date(l, l.NextRetry))
	}
	switch {
	case l.Cancels:
		end = fmt.Sprintf("If the amount is still open on %s, the subscription is cancelled.", date(l, l.WindowEnd))
	default:
		end = "Until the amount is paid, the subscription stays on hold and is not charged any further."
		if retry != "" {
			end = "Until the amount is paid, the subscription stays on hold."
		}
	}
	return retry + end
}

func receipt(l mails.Letter) page {
	p := page{
		Subject: fmt.Sprintf("Receipt from %s: %s", l.Merchant, figure(l.Amount)),
		Heading: "Thank you for your payment",
		Opening: []string{greeting(l), fmt.Sprintf("%s has received your payment of %s.", l.Merchant, figure(l.Amount))},
		Facts: []fact{
			{"For", l.Product}, {"Amount", figure(l.Amount)}, {"Paid on", date(l, l.At)}, {"Card", card(l.Card)},
			{"Invoice number", l.Invoice}, nextBill(l),
		},
		Button: view(l),
	}
	p.Facts = present(p.Facts)
	return p
}

func refunded(l mails.Letter) page {
	return page{
		Subject: fmt.Sprintf("Refund from %s: %s", l.Merchant, figure(l.Amount)),
		Heading: "Your refund is on its way",
		Opening: []string{greeting(l), fmt.Sprintf("%s has refunded %s to the card that you paid with.", l.Merchant, figure(l.Amount))},
		Facts:   present([]fact{{"For", l.Product}, {"Amount", figure(l.Amount)}, {"Refunded on", date(l, l.At)}, {"Card", card(l.Card)}}),
		Middle:  []string{"It may take 5 to 10 working days until your bank shows it."},
		Button:  view(l),
	}
}

func reactivated(l mails.Letter) page {
	return page{
		Subject: fmt.Sprintf("Your subscription to %s is active again", l.Product),
		Heading: "Your subscription is active again",
		Opening: []string{
			greeting(l),
			fmt.Sprintf("Thank you: everything is paid, and your subscription to %s at %s is active again.", l.Product, l.Merchant),
		},
		Facts:  present([]fact{{"Subscription", l.Product}, {"Price", price(l)}, nextBill(l)}),
		Button: "View your subscription",
	}
}

func greeting(l mails.Letter) string {
	if l.Name == "" {
		return "Hello,"
	}
	return "Hello " + line(l.Name) + ","
}

// view is the button of a mail about money.
func view(l mails.Letter) string {
	if l.NextBill.IsZero() { // a one-time purchase
		return "View your payments"
	}
	return "View your subscription"
}

func nextBill(l mails.Letter) fact {
	if l.LastDay {
		return fact{"Ends on", date(l, l.NextBill)}
	}
	return fact{"Next payment", date(l, l.NextBill)}
}

func price(l mails.Letter) string {
	return figure(l.Price) + " " + i18n.Every(i18n.English, l.Every)
}

func date(l mails.Letter, at calendar.Instant) string {
	if at.IsZero() {
		return ""
	}
	return i18n.Date(i18n.English, at.Time(), l.Zone)
}

func card(m billing.Method) string { return i18n.Card(i18n.English, m.Brand, m.Last4) }

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

func figure(a money.Amount) string { return i18n.Money(i18n.English, a) }
