package mails

import (
	"time"

	"perennial/shared/billing"
	"perennial/shared/calendar"
	"perennial/shared/merchant"
	"perennial/shared/money"
)

// Sample is a letter of a sequence's step with made-up particulars, for a
// merchant who wants to see how it reads.
func Sample(s merchant.State, step merchant.MailStep, language string, wall time.Time) Letter {
	now := s.Clock.Now(wall)
	amount := money.Of(2900, "USD")
	l := Letter{
		Template: sequences[step.Trigger], Locale: language, To: "customer@example.com", Name: "Ada Lovelace",
		Product: "Pro", Amount: amount, Price: amount, Every: calendar.Interval{Count: 1, Unit: calendar.Month},
		Card: billing.Method{ID: "pm_sample", Brand: "visa", Last4: "4242"}, Texts: step.Texts, Zone: time.UTC,
		At: now, NextBill: now.Add(30 * merchant.Day), NextRetry: now.Add(2 * merchant.Day), WindowEnd: now.Add(20 * merchant.Day),
		AccessEnds: now.Add(3 * merchant.Day), Reason: "Your bank reports that there was not enough money on the account.",
		URL: "https://example.com/", Unsubscribe: "https://example.com/stop",
	}.from(s, merchant.Brand{})
	if step.Discount != "" {
		l.Coupon = billing.Discount{ID: step.Discount, Code: "EXAMPLE20", Type: billing.DiscountPercentage, BasisPoints: 2000}
	}
	return l
}
