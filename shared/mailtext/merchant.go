package mailtext

import "perennial/shared/mails"

// webhookOff is for the merchant: what stopped, why, and how to go on.
func webhookOff(l mails.Letter) page {
	why := "It has accepted nothing for three days, and ten deliveries in a row were given up after eight attempts each."
	if l.Gone {
		why = "It answered 410 Gone, which says that it wants nothing more."
	}
	return page{
		Subject: "Your webhook at " + l.Endpoint + " was switched off",
		Heading: "Your webhook was switched off",
		Opening: []string{greeting(l), "We no longer send events to your webhook at " + l.Endpoint + ". " + why},
		Facts:   present([]fact{{"Webhook", l.Product}, {"Host", l.Endpoint}}),
		Middle: []string{
			"Nothing is lost: events are kept for 90 days.",
			"When the endpoint works again, enable the webhook and replay what it missed.",
		},
		Button: "Open the API reference",
	}
}
