package mails

import (
	"slices"
	"time"

	"perennial/shared/billing"
	"perennial/shared/calendar"
	"perennial/shared/dunning"
	"perennial/shared/merchant"
	"perennial/shared/money"
)

// Samples are the mails that Sample can write: those to a customer about a
// subscription.
var Samples = []Template{
	Confirm, PastDue, OnHold, OnHoldAgain, WinBack, Receipt, Refunded, Reactivated, UpcomingRenewal, TrialEnding, PriceRise, CardExpiring,
	InvoiceIssued, InvoiceOverdue, PlanPayment, Cancelled, CancelScheduled, PlanChanged, MethodChanged,
}

// Sample is a letter as a merchant may look at it before any customer gets
// one: sender, language and recovery are the merchant's, the customer, the
// plan and the amounts are invented. Its button leads nowhere.
func Sample(t Template, s merchant.State, b merchant.Brand, locale string, now calendar.Instant) (Letter, error) {
	zone, err := time.LoadLocation(s.Business.Zone)
	if err != nil {
		return Letter{}, err
	}
	in := func(days int) calendar.Instant { return calendar.At(now.Time().AddDate(0, 0, days)) }
	price := money.Of(2900, "USD")
	l := Letter{
		Template: t, Locale: locale, To: s.Business.Email, Name: "Ada Lovelace", Product: "Pro", Price: price, Amount: price,
		Every: calendar.Interval{Count: 1, Unit: calendar.Month}, Card: billing.Method{Brand: "visa", Last4: "4242", ExpMonth: 12, ExpYear: now.Time().Year()},
		At: now, NextBill: in(14), Zone: zone, Invoice: "0007", URL: "https://example.com/",
	}.from(s, b)
	if slices.Contains([]Template{PastDue, OnHold, OnHoldAgain}, t) {
		l.Reason = dunning.Explain(billing.Decline{Class: billing.ClassMoney})
		l.NextRetry, l.WindowEnd = in(2), in(s.Recovery.WindowDays)
		l.Cancels = s.Recovery.EndAction == merchant.EndCancel
	}
	if t == Confirm {
		l.Reason, l.Confirms, l.AccessEnds = dunning.Explain(billing.Decline{Class: billing.ClassAuthentication}), true, in(1)
	}
	if t == PastDue {
		l.AccessEnds = in(s.Recovery.GraceDays)
	}
	if isAsking(t) {
		l.WindowEnd = in(14)
	}
	if t == PriceRise {
		l.Before = money.Of(1900, "USD")
	}
	if isOptional(t) {
		l.Unsubscribe = l.URL
	}
	return l, nil
}
