package mailtext

// webhookOff is for the merchant: what stopped, why, and how to go on.
func webhookOff(s speech) page {
	p := s.greeted("webhook_off.button", s.fact("webhook", s.Product), s.fact("host", s.Endpoint))
	why := "webhook_off.failing"
	if s.Gone {
		why = "webhook_off.gone"
	}
	p.Opening[1] += " " + s.say(why)
	p.Middle = []string{s.say("webhook_off.kept"), s.say("webhook_off.replay")}
	return p
}

// notified tells the merchant what happened to which of its objects.
func notified(s speech) page {
	t := string(s.Template)
	return page{
		Subject: s.say(t), Heading: s.say(t), Opening: []string{s.say("notify.opening")},
		Facts: present([]fact{
			s.fact("customer", line(s.Customer)), s.fact("subscription", s.Product), s.fact("amount", s.money(s.Amount)),
			s.fact("card", s.card()), s.fact("reason", s.say(s.Reason)), s.fact("on", s.date(s.At)), s.fact("reference", s.Reference),
		}),
		Button: s.say("webhook_off.button"), Closing: []string{s.say("notify.settings")},
	}
}

// testAddress asks whether mails of the test mode are welcome.
func testAddress(s speech) page {
	p := s.titled("test_address.button")
	p.ShowURL, p.Closing = true, []string{s.say("portal_link.ignore")}
	return p
}
