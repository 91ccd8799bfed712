package merchantapi

import (
	"context"
	"encoding/json"
	"errors"
	"reflect"

	"github.com/danielgtaylor/huma/v2"

	"perennial/shared/fault"
	"perennial/shared/httpapi"
	"perennial/shared/merchant"
	"perennial/shared/settings"
	"perennial/shared/wire"
)

const aboutSettings = "Settings belong to one mode. Functions remember those of a live mode for up to 30 seconds. " +
	"A PATCH changes what it names, null brings the default back, and every problem is named at once."

func (s *server) routeSettings(api *httpapi.API) {
	httpapi.Route(api, "GET /business", "Get the business", s.getBusiness)
	httpapi.Route(api, "GET /settings", "Get the settings", s.getSettings, httpapi.Describe(aboutSettings))
	httpapi.Route(api, "PATCH /settings", "Update the settings", s.updateSettings, httpapi.Describe(aboutSettings))
}

func (s *server) getBusiness(ctx context.Context, c httpapi.Caller, _ httpapi.None) (wire.Business, error) {
	state, err := s.Settings.State(ctx, scopeOf(c))
	return wire.ToBusiness(state, s.PortalURLs[scopeOf(c).Mode]), err
}

func (s *server) getSettings(ctx context.Context, c httpapi.Caller, _ httpapi.None) (wire.Settings, error) {
	state, err := s.Settings.State(ctx, scopeOf(c))
	return wire.ToSettings(state), err
}

type updateSettings struct {
	Body SettingsPatch
}

// SettingsPatch is a JSON merge patch (RFC 7396) of the settings.
type SettingsPatch struct{ Changes map[string]any }

// UnmarshalJSON implements json.Unmarshaler.
func (p *SettingsPatch) UnmarshalJSON(b []byte) error { return json.Unmarshal(b, &p.Changes) }

// Schema is that of the settings, of which any part may be left out.
func (SettingsPatch) Schema(r huma.Registry) *huma.Schema {
	ref := r.Schema(reflect.TypeFor[wire.Settings](), true, "")
	recipients := r.SchemaFromRef(ref.Ref).Properties["notifications"].AdditionalProperties.(*huma.Schema)
	recipients.Nullable = true // null is the default's recipients
	return ref
}

func (s *server) updateSettings(ctx context.Context, c httpapi.Caller, in updateSettings) (wire.Settings, error) {
	changed, err := s.Settings.Update(ctx, scopeOf(c), actorOf(c), in.Body.apply)
	if err != nil {
		return wire.Settings{}, err
	}
	return wire.ToSettings(changed), nil
}

// apply merges the changes into the settings as the wire shows them; what is
// removed is what a new business starts with.
func (p SettingsPatch) apply(s merchant.State) (merchant.State, error) {
	if from, ok := p.Changes["version"].(float64); ok && int64(from) != s.Settings.Revision {
		return s, settings.ErrMoved
	}
	fresh := merchant.State{Business: s.Business, Recovery: merchant.DefaultRecovery()}
	base, err := asMap(wire.ToSettings(fresh))
	if err != nil {
		return s, err
	}
	now, err := asMap(wire.ToSettings(s))
	if err != nil {
		return s, err
	}
	merge(now, base, p.Changes)
	raw, err := json.Marshal(now)
	if err != nil {
		return s, err
	}
	var wanted wire.Settings
	var wrong *json.UnmarshalTypeError
	if err := json.Unmarshal(raw, &wanted); errors.As(err, &wrong) {
		var check fault.Check
		check.That(false, wrong.Field, "the value does not fit")
		return s, invalid(&check)
	} else if err != nil {
		return s, err
	}
	return wire.FromSettings(wanted, s), nil
}

func asMap(v any) (map[string]any, error) {
	raw, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	var out map[string]any
	return out, json.Unmarshal(raw, &out)
}

// merge changes into by changes; null takes what base has.
func merge(into, base, changes map[string]any) {
	for name, value := range changes {
		below, _ := base[name].(map[string]any)
		inner, object := value.(map[string]any)
		old, was := into[name].(map[string]any)
		switch {
		case value == nil:
			into[name] = base[name]
		case object && was:
			merge(old, below, inner)
		default:
			into[name] = value
		}
	}
}
