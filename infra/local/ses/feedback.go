package ses

import (
	"encoding/json"
	"strings"
	"time"

	"perennial/infra/local/identity"
)

// simulators are the local parts of SES's mailbox simulator, whose addresses
// behave as they are called. They may carry a label: bounce+anything@….
// https://docs.aws.amazon.com/ses/latest/dg/send-an-email-from-console.html
var simulators = map[string]struct{ detail, event, bounce string }{
	"bounce":          {"Email Bounced", "Bounce", "Permanent"},
	"suppressionlist": {"Email Bounced", "Bounce", "Permanent"},
	"ooto":            {"Email Bounced", "Bounce", "Transient"},
	"complaint":       {"Email Complaint Received", "Complaint", ""},
}

const simulatorHost = "@simulator.amazonses.com"

// feedback are the events that EventBridge would deliver about a mail.
func feedback(m Mail) [][]byte {
	var all [][]byte
	for _, to := range append(append([]string{}, m.To...), m.Cc...) {
		name, simulated := strings.CutSuffix(strings.ToLower(to), simulatorHost)
		name, _, _ = strings.Cut(name, "+")
		if s, known := simulators[name]; simulated && known {
			all = append(all, eventOf(m, to, s.detail, s.event, s.bounce))
		}
	}
	return all
}

func eventOf(m Mail, to, detailType, event, bounce string) []byte {
	tags := map[string][]string{}
	for name, value := range m.Tags {
		tags[name] = []string{value}
	}
	at := m.Sent.Format(time.RFC3339)
	recipients := []map[string]string{{"emailAddress": to}}
	detail := map[string]any{
		"eventType": event,
		"mail":      map[string]any{"messageId": m.ID, "timestamp": at, "source": m.From, "destination": m.To, "tags": tags},
	}
	if event == "Complaint" {
		detail["complaint"] = map[string]any{"complainedRecipients": recipients, "timestamp": at, "complaintFeedbackType": "abuse"}
	} else {
		detail["bounce"] = map[string]any{"bounceType": bounce, "bounceSubType": "General", "bouncedRecipients": recipients, "timestamp": at}
	}
	body, _ := json.Marshal(map[string]any{ // plain values always marshal
		"version": "0", "id": identity.UUID(), "detail-type": detailType, "source": "aws.ses", "account": "000000000000",
		"time": at, "region": "us-east-1", "resources": []string{}, "detail": detail,
	})
	return body
}
