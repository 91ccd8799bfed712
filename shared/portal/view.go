package portal

import (
	"fmt"
	"time"

	"perennial/shared/billing"
	"perennial/shared/calendar"
	"perennial/shared/i18n"
	"perennial/shared/money"
	"perennial/shared/pages"
)

// chip is a coloured word.
type chip struct {
	Tone pages.Tone
	Text string
}

// subscriptionView is a subscription as the pages show it.
type subscriptionView struct {
	ID    string
	Name  string
	Price string
	Chip  chip
	Next  string // what happens next, in a sentence fragment
	Card  string
	Edit  string // path of the page that changes the payment method, empty when it cannot be
	Href  string
}

var chips = map[billing.Status]chip{
	billing.StatusPending:   {pages.Plain, i18n.Text("Waiting for payment")},
	billing.StatusActive:    {pages.Good, i18n.Text("Active")},
	billing.StatusPastDue:   {pages.Warn, i18n.Text("Payment overdue")},
	billing.StatusOnHold:    {pages.Bad, i18n.Text("On hold")},
	billing.StatusPaused:    {pages.Plain, i18n.Text("Paused")},
	billing.StatusCancelled: {pages.Plain, i18n.Text("Cancelled")},
	billing.StatusFailed:    {pages.Plain, i18n.Text("Not started")},
	billing.StatusExpired:   {pages.Plain, i18n.Text("Ended")},
}

func (v visit) date(i calendar.Instant) string { return i18n.Date(v.locale, i.Time(), v.zone) }

// moment is a time by the clock on the wall, to the minute.
func (v visit) moment(t time.Time) string {
	return i18n.Date(v.locale, t, v.zone) + ", " + t.In(v.zone).Format("15:04")
}

func (v visit) amount(a money.Amount) string { return i18n.Money(v.locale, a) }

// chip says a chip's word.
func (v visit) chip(c chip) chip { return chip{c.Tone, v.say(c.Text)} }

// view shows a subscription.
func (v visit) view(s billing.Subscription) subscriptionView {
	total, err := s.Price.Amount.Times(s.Quantity, 1)
	if err != nil {
		total = s.Price.Amount // only an absurd quantity overflows; it could not be bought
	}
	out := subscriptionView{
		ID: s.ID, Name: s.ProductName, Price: v.amount(total) + " " + i18n.Every(v.locale, s.Price.Every),
		Chip: v.chip(chips[s.Status]), Next: v.next(s), Card: v.card(s.Method), Href: address(s.ID),
	}
	if !s.Status.Ended() && s.Status != billing.StatusPending && !v.State.Archived() {
		out.Edit = address(s.ID, "payment-method")
	}
	return out
}

// next says what happens to a subscription next.
func (v visit) next(s billing.Subscription) string {
	switch {
	case unpaid(s):
		return v.say("Payment was due on %s", v.date(s.Period.End))
	case s.Status == billing.StatusActive && s.Cancel.AtPeriodEnd:
		return v.say("Ends on %s", v.date(s.Period.End))
	case s.Status == billing.StatusActive && s.TrialEnd > v.now:
		return v.say("Trial until %s", v.date(s.TrialEnd))
	case s.Status == billing.StatusActive && (s.Manual.On || v.State.Archived()):
		return v.say("Paid until %s", v.date(s.Period.End))
	case s.Status == billing.StatusActive && len(s.Disputes) > 0:
		return v.say("Nothing is charged while a payment is disputed")
	case s.Status == billing.StatusActive:
		return v.say("Renews on %s", v.date(s.Period.End))
	case s.Status == billing.StatusCancelled:
		return v.say("Cancelled on %s", v.date(s.Cancel.At))
	case s.Status == billing.StatusExpired:
		return v.say("Ended on %s", v.date(s.EndsAt))
	}
	return ""
}

// card names a payment method by brand and last four digits (R116).
func (v visit) card(m billing.Method) string { return i18n.Card(v.locale, m.Kind(), m.Last4) }

func expiry(m billing.Method) string { return fmt.Sprintf("%02d/%02d", m.ExpMonth, m.ExpYear%100) }

// paymentView is a payment as the lists show it.
type paymentView struct {
	Date   string
	What   string
	Amount string
	Card   string
	Chip   chip
}

var paymentChips = map[billing.PaymentStatus]chip{
	billing.PaymentSucceeded:      {pages.Good, i18n.Text("Paid")},
	billing.PaymentFailed:         {pages.Bad, i18n.Text("Declined")},
	billing.PaymentCancelled:      {pages.Plain, i18n.Text("Given up")},
	billing.PaymentProcessing:     {pages.Plain, i18n.Text("Being checked")},
	billing.PaymentRequiresAction: {pages.Warn, i18n.Text("Waiting for your bank")},
	billing.PaymentRequiresMethod: {pages.Plain, i18n.Text("Not paid yet")},
}

func (v visit) payment(p billing.Payment, subs []billing.Subscription) paymentView {
	out := paymentView{Date: v.date(p.CreatedAt), What: v.say("Payment"), Amount: v.amount(p.Amount), Card: v.card(p.Method), Chip: v.chip(paymentChips[p.Status])}
	for _, s := range subs {
		if s.ID == p.Subscription {
			out.What = s.ProductName
		}
	}
	var names []string
	for _, article := range p.Items {
		names = append(names, article.Name)
	}
	if len(names) > 0 {
		out.What = i18n.List(v.locale, names)
	}
	if p.InvoiceNumber != "" {
		out.What = v.say("%s, invoice %s", out.What, p.InvoiceNumber)
	}
	return out
}
