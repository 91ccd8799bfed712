package mails

import (
	"encoding/json"
	"fmt"

	"perennial/shared/merchant"
)

// inviteSchema is the version of an invite's queued form.
const inviteSchema = 1

// Invite is a merchant's wish that a customer be mailed a link to the portal.
type Invite struct {
	Scope     merchant.Scope
	Customer  string
	ReturnURL string // the merchant's page to go back to
}

type inviteJSON struct {
	V         int    `json:"v"`
	Scope     string `json:"scope"`
	Customer  string `json:"customer"`
	ReturnURL string `json:"return_url,omitempty"`
}

// Encode writes the invite as the message that the mailer reads.
func (i Invite) Encode() (string, error) {
	b, err := json.Marshal(inviteJSON{V: inviteSchema, Scope: i.Scope.String(), Customer: i.Customer, ReturnURL: i.ReturnURL})
	return string(b), err
}

// DecodeInvite reads a queued invite; a schema newer than ours is an error.
func DecodeInvite(body string) (Invite, error) {
	var m inviteJSON
	if err := json.Unmarshal([]byte(body), &m); err != nil {
		return Invite{}, fmt.Errorf("invite: %w", err)
	}
	scope, ok := merchant.ParseScope(m.Scope)
	if !ok || m.V < 1 || m.V > inviteSchema || m.Customer == "" {
		return Invite{}, fmt.Errorf("invite of schema %d for scope %q", m.V, m.Scope)
	}
	return Invite{Scope: scope, Customer: m.Customer, ReturnURL: m.ReturnURL}, nil
}
