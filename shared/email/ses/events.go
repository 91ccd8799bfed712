package ses

import (
	"encoding/json"
	"fmt"

	"perennial/shared/email"
)

// event is what SES publishes through EventBridge.
// https://docs.aws.amazon.com/ses/latest/dg/event-publishing-retrieving-sns-contents.html
type event struct {
	Source string `json:"source"`
	Detail struct {
		EventType string `json:"eventType"`
		Mail      struct {
			MessageID string              `json:"messageId"`
			Tags      map[string][]string `json:"tags"`
		} `json:"mail"`
		Bounce struct {
			Type       string      `json:"bounceType"`
			Recipients []recipient `json:"bouncedRecipients"`
		} `json:"bounce"`
		Complaint struct {
			Recipients []recipient `json:"complainedRecipients"`
		} `json:"complaint"`
	} `json:"detail"`
}

type recipient struct {
	Address string `json:"emailAddress"`
}

// ParseEvent reads an event of SES, as EventBridge delivers it.
func ParseEvent(body []byte) (email.Feedback, error) {
	var e event
	if err := json.Unmarshal(body, &e); err != nil || e.Source != "aws.ses" {
		return email.Feedback{}, fmt.Errorf("not an event of SES from %q", e.Source)
	}
	f := email.Feedback{Message: e.Detail.Mail.MessageID, Tags: email.Tags{}}
	for name, values := range e.Detail.Mail.Tags {
		if len(values) > 0 {
			f.Tags[name] = values[0]
		}
	}
	to := e.Detail.Bounce.Recipients
	switch {
	case e.Detail.EventType == "Complaint":
		f.Kind, to = email.Complained, e.Detail.Complaint.Recipients
	case e.Detail.EventType == "Bounce" && e.Detail.Bounce.Type == "Permanent":
		f.Kind = email.Bounced
	case e.Detail.EventType == "Bounce":
		f.Kind = email.Delayed
	default:
		return f, fmt.Errorf("event of SES of the type %q", e.Detail.EventType)
	}
	for _, r := range to {
		f.Recipients = append(f.Recipients, r.Address)
	}
	return f, nil
}
