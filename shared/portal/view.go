package portal

import (
	"fmt"

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
	billing.StatusPending:   {pages.Plain, "Waiting for payment"},
	billing.StatusActive:    {pages.Good, "Active"},
	billing.StatusPastDue:   {pages.Warn, "Payment overdue"},
	billing.StatusOnHold:    {pages.Bad, "On hold"},
	billing.StatusPaused:    {pages.Plain, "Paused"},
	billing.StatusCancelled: {pages.Plain, "Cancelled"},
	billing.StatusFailed:    {pages.Plain, "Not started"},
	billing.StatusExpired:   {pages.Plain, "Ended"},
}

func (v visit) date(i calendar.Instant) string { return i18n.Date(i18n.English, i.Time(), v.zone) }

func amount(a money.Amount) string { return i18n.Money(i18n.English, a) }

// view shows a subscription.
func (v visit) view(s billing.Subscription) subscriptionView {
	total, err := s.Price.Amount.Times(s.Quantity, 1)
	if err != nil {
		total = s.Price.Amount // only an absurd quantity overflows; it could not be bought
	}
	out := subscriptionView{
		ID: s.ID, Name: s.ProductName, Price: amount(total) + " " + i18n.Every(i18n.English, s.Price.Every),
		Chip: chips[s.Status], Next: v.next(s), Card: card(s.Method), Href: address(s.ID),
	}
	if !s.Status.Ended() && s.Status != billing.StatusPending {
		out.Edit = address(s.ID, "payment-method")
	}
	return out
}

// next says what happens to a subscription next.
func (v visit) next(s billing.Subscription) string {
	switch {
	case unpaid(s):
		return "Payment was due on " + v.date(s.Period.End)
	case s.Status == billing.StatusActive && s.Cancel.AtPeriodEnd:
		return "Ends on " + v.date(s.Period.End)
	case s.Status == billing.StatusActive && s.TrialEnd > v.now:
		return "Trial until " + v.date(s.TrialEnd)
	case s.Status == billing.StatusActive:
		return "Renews on " + v.date(s.Period.End)
	case s.Status == billing.StatusCancelled:
		return "Cancelled on " + v.date(s.Cancel.At)
	case s.Status == billing.StatusExpired:
		return "Ended on " + v.date(s.EndsAt)
	}
	return ""
}

// card names a payment method by brand and last four digits (R116).
func card(m billing.Method) string { return i18n.Card(i18n.English, m.Brand, m.Last4) }

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
	billing.PaymentSucceeded:      {pages.Good, "Paid"},
	billing.PaymentFailed:         {pages.Bad, "Declined"},
	billing.PaymentCancelled:      {pages.Plain, "Given up"},
	billing.PaymentProcessing:     {pages.Plain, "Being checked"},
	billing.PaymentRequiresAction: {pages.Warn, "Waiting for your bank"},
	billing.PaymentRequiresMethod: {pages.Plain, "Not paid yet"},
}

func (v visit) payment(p billing.Payment, subs []billing.Subscription) paymentView {
	out := paymentView{Date: v.date(p.CreatedAt), What: "Payment", Amount: amount(p.Amount), Card: card(p.Method), Chip: paymentChips[p.Status]}
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
		out.What = i18n.List(i18n.English, names)
	}
	if p.InvoiceNumber != "" {
		out.What += ", invoice " + p.InvoiceNumber
	}
	return out
}
