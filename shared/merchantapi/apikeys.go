package merchantapi

import (
	"context"
	"strings"

	"perennial/shared/fault"
	"perennial/shared/httpapi"
	"perennial/shared/merchant"
	"perennial/shared/operations"
	"perennial/shared/record"
	"perennial/shared/wire"
)

const aboutKeys = "Only read-write keys may. A key belongs to the mode of the key that made it, and is no faster than that one."

func (s *server) routeKeys(api *httpapi.API) {
	httpapi.Route(api, "POST /api_keys", "Create an API key", s.createKey,
		httpapi.Describe(aboutKeys+" The key itself is shown in this answer and never again."))
	httpapi.Route(api, "GET /api_keys", "List API keys", s.listKeys, httpapi.Secret(), httpapi.Describe(aboutKeys))
	httpapi.Route(api, "GET /api_keys/{api_key_id}", "Get an API key", s.getKey, httpapi.Secret(), httpapi.Describe(aboutKeys))
	httpapi.Do(api, "DELETE /api_keys/{api_key_id}", "Revoke an API key", s.revokeKey,
		httpapi.Describe("The key answers 401 after at most 30 seconds, by which time every function has forgotten it. Revoking twice succeeds."))
}

// operate is the operator's service in the name of the caller.
func (s *server) operate(c httpapi.Caller) *operations.Service {
	return &operations.Service{Store: s.Operations.Store, Wall: s.Operations.Wall, Actor: actorOf(c)}
}

type createKey struct {
	Body struct {
		Name     string `json:"name" minLength:"1" maxLength:"100"`
		ReadOnly bool   `json:"read_only,omitempty" doc:"A key that cannot change anything, and is not shown secrets."`
	}
}

// Validate implements the frame's check.
func (in createKey) Validate() error {
	var check fault.Check
	check.That(strings.TrimSpace(in.Body.Name) != "", "name", "must not be blank")
	return invalid(&check)
}

func (s *server) createKey(ctx context.Context, c httpapi.Caller, in createKey) (wire.NewAPIKey, error) {
	secret, key, err := s.operate(c).MakeKey(ctx, scopeOf(c), operations.KeyOrder{
		Name: strings.TrimSpace(in.Body.Name), ReadOnly: in.Body.ReadOnly, Tier: c.Tier,
	})
	return wire.NewAPIKey{APIKey: wire.ToAPIKey(key), Key: secret}, err
}

type listKeys struct {
	httpapi.Paging
	Created
}

func (s *server) listKeys(ctx context.Context, c httpapi.Caller, in listKeys) (httpapi.Page[wire.APIKey], error) {
	found, err := s.operate(c).Keys(ctx, scopeOf(c), in.query(record.KindKey, in.Paging))
	return page(found, err, wire.ToAPIKey)
}

// KeyPath names an API key.
type KeyPath struct {
	KeyID string `path:"api_key_id"`
}

func (s *server) getKey(ctx context.Context, c httpapi.Caller, in KeyPath) (wire.APIKey, error) {
	key, err := s.operate(c).KeyOf(ctx, scopeOf(c), in.KeyID)
	return wire.ToAPIKey(key), err
}

func (s *server) revokeKey(ctx context.Context, c httpapi.Caller, in KeyPath) error {
	var key merchant.APIKey
	key, err := s.operate(c).KeyOf(ctx, scopeOf(c), in.KeyID)
	if err == nil {
		_, err = s.operate(c).RevokeKey(ctx, key.Hash)
	}
	return err
}
