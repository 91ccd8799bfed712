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
