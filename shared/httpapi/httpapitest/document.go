package httpapitest

import "encoding/json"

// document is what the page shows of an OpenAPI 3.1 description.
type document struct {
	Info       info
	Paths      map[string]map[string]operation
	Components struct{ Schemas map[string]*schema }
}

type info struct{ Title, Version, Description string }

type operation struct {
	OperationID, Summary, Description string
	Tags                              []string
	Security                          []any
	Parameters                        []parameter
	RequestBody                       content
	Responses                         map[string]content
}

type parameter struct {
	Name, In string
	Required bool
	Schema   *schema
}

type content struct {
	Content map[string]struct{ Schema *schema }
}

func (c content) typeView() typeView { return newTypeView(c.Content["application/json"].Schema) }

type schema struct {
	Ref                                    string `json:"$ref"`
	Type                                   types
	Format, Description                    string
	Items                                  *schema
	AnyOf                                  []*schema
	Enum                                   []any
	Default                                any
	Minimum, Maximum, MinLength, MaxLength json.Number
	Properties                             map[string]*schema
	Required                               []string
}

// types is a type or a list of them: "string", ["string", "null"].
type types []string

// UnmarshalJSON implements json.Unmarshaler.
func (t *types) UnmarshalJSON(raw []byte) error {
	if raw[0] == '[' {
		return json.Unmarshal(raw, (*[]string)(t))
	}
	*t = make(types, 1)
	return json.Unmarshal(raw, &(*t)[0])
}
