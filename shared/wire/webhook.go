package wire

import "perennial/shared/merchant"

// Webhook is the object of GET /webhooks/{id} (Dodo's WebhookDetails).
type Webhook struct {
	ID          string            `json:"id"`
	URL         string            `json:"url"`
	Description string            `json:"description"`
	Metadata    map[string]string `json:"metadata"`
	Disabled    bool              `json:"disabled"`
	FilterTypes []string          `json:"filter_types" nullable:"true" doc:"Null means every documented type."`
	RateLimit   *int              `json:"rate_limit"` // messages per second
	CreatedAt   string            `json:"created_at"`
	UpdatedAt   string            `json:"updated_at"`
	Why         *string           `json:"disabled_reason"` // failing or gone when we switched it off; not Dodo's
}

// ToWebhook converts an endpoint. Its secret and headers have their own
// routes.
func ToWebhook(e merchant.Endpoint) Webhook {
	w := Webhook{
		ID: e.ID, URL: e.URL, Description: e.Description, Metadata: metadata(e.Metadata), Disabled: e.Disabled,
		FilterTypes: e.Types, CreatedAt: Wall(e.CreatedAt), UpdatedAt: Wall(e.UpdatedAt), Why: text(e.Why),
	}
	if e.RateLimit > 0 {
		w.RateLimit = &e.RateLimit
	}
	return w
}
