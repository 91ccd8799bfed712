package merchantapi

import (
	"encoding/json"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"perennial/shared/billing"
	"perennial/shared/fault"
	"perennial/shared/httpapi"
	"perennial/shared/identity"
	"perennial/shared/record"
)

// Created narrows lists by creation.
type Created struct {
	From httpapi.Time `query:"created_at_gte"`
	To   httpapi.Time `query:"created_at_lte"`
}

// query starts the store's query of a list.
func (c Created) query(kind record.Kind, p httpapi.Paging) record.Query {
	q := record.Query{Kind: kind, Filters: map[string]string{}, Offset: p.Offset(), Limit: p.PageSize}
	if !c.From.IsZero() {
		q.From = c.From.Time()
	}
	if !c.To.IsZero() {
		q.To = c.To.Time()
	}
	return q
}

// filters keeps those that were given.
func filters(q record.Query, given map[string]string) record.Query {
	for name, value := range given {
		if value != "" {
			q.Filters[name] = value
		}
	}
	return q
}

// invalid names every problem of a request that its schema cannot know.
func invalid(check *fault.Check) error {
	return check.Fault("INVALID_REQUEST_PARAMETERS", "The request is not valid.")
}

// unsupported collects what Dodo documents and we do not have yet.
type unsupported struct{ fault.Check }

// without refuses a field that was used.
func (u *unsupported) without(used bool, field string) { u.That(!used, field, "is not supported yet") }

func (u *unsupported) fault() error {
	err := u.Fault("UNSUPPORTED_ACTION", "This is not supported yet.")
	if f := fault.Of(err); f != nil {
		f.Kind = fault.Unsupported
	}
	return err
}

// given reports a JSON value that is neither null, false, zero, "", [] nor {}.
func given(v any) bool {
	switch v := v.(type) {
	case nil:
		return false
	case bool:
		return v
	case float64:
		return v != 0
	case string:
		return v != ""
	case []any:
		return len(v) > 0
	case map[string]any:
		return len(v) > 0
	}
	return true
}

// kept is a member's value, or old when it is absent or null.
func kept[T any](o httpapi.Optional[T], old T) T {
	if o.Null {
		return old
	}
	return o.Else(old)
}

// meta is metadata after a request: null clears it.
func meta(o httpapi.Optional[httpapi.Metadata], old map[string]any) map[string]any {
	if !o.Set {
		return old
	}
	if o.Value.Values == nil {
		return map[string]any{}
	}
	return o.Value.Values
}

// Zipcode is a postal code; old clients send a number.
type Zipcode string

// UnmarshalJSON implements json.Unmarshaler.
func (z *Zipcode) UnmarshalJSON(b []byte) error {
	if len(b) > 0 && b[0] == '"' {
		return json.Unmarshal(b, (*string)(z))
	}
	var number json.Number
	err := json.Unmarshal(b, &number)
	*z = Zipcode(number)
	return err
}

// Schema documents both forms.
func (Zipcode) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{OneOf: []*huma.Schema{{Type: huma.TypeString}, {Type: huma.TypeNumber}}}
}

// AddressRequest is a billing address in a request.
type AddressRequest struct {
	Country string  `json:"country" minLength:"2" maxLength:"2" doc:"ISO 3166-1 alpha-2, upper case."`
	City    string  `json:"city,omitempty" maxLength:"200"`
	State   string  `json:"state,omitempty" maxLength:"200"`
	Street  string  `json:"street,omitempty" maxLength:"500"`
	Zipcode Zipcode `json:"zipcode,omitempty"`
}

func (a AddressRequest) check(check *fault.Check, field string) {
	check.That(strings.Contains(countries, a.Country) && !strings.Contains(a.Country, " "), field+".country", "is not a supported country")
	check.That(len(a.Zipcode) <= 20, field+".zipcode", "must be at most 20 characters")
}

// FromAPIAddress converts an address.
func FromAPIAddress(a AddressRequest) billing.Address {
	return billing.Address{Country: a.Country, City: a.City, State: a.State, Street: a.Street, Zip: string(a.Zipcode)}
}

// checkReturnURL refuses an address that a customer may not be led to.
func checkReturnURL(check *fault.Check, address string) {
	check.That(address == "" || identity.ReturnURL(address, nil) != "", "return_url", "must be an https address")
}
