package wire

import "perennial/shared/merchant"

// APIKey is an API key without its secret.
type APIKey struct {
	ID         string  `json:"id"`
	BusinessID string  `json:"business_id"`
	Mode       string  `json:"mode" enum:"test,live"`
	Name       string  `json:"name"`
	Hint       string  `json:"hint" doc:"The key's last four characters."`
	ReadOnly   bool    `json:"read_only"`
	CreatedAt  string  `json:"created_at"`
	LastUsedAt *string `json:"last_used_at" doc:"Written at most hourly."`
	RevokedAt  *string `json:"revoked_at"`
}

// NewAPIKey is a key just made; Key is shown once.
type NewAPIKey struct {
	APIKey
	Key string `json:"key"`
}

// ToAPIKey converts an API key.
func ToAPIKey(k merchant.APIKey) APIKey {
	out := APIKey{
		ID: k.ID(), BusinessID: k.Scope.Business, Mode: string(k.Scope.Mode), Name: k.Name, Hint: k.Hint,
		ReadOnly: k.ReadOnly, CreatedAt: Wall(k.CreatedAt),
	}
	if !k.LastUsed.IsZero() {
		at := Wall(k.LastUsed)
		out.LastUsedAt = &at
	}
	if !k.RevokedAt.IsZero() {
		at := Wall(k.RevokedAt)
		out.RevokedAt = &at
	}
	return out
}
